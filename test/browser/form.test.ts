import { ALL_MODELS, type AnyModel, type Capabilities } from '../../nodes/shared/api/models';
import { formatsFor } from '../../nodes/shared/api/routes';
import { MODE_LABELS } from '../../nodes/shared/n8n/words/labels';
import type { NodeView } from '../../testkit/browser/pages/nodeView.mts';
import { startSession, type Session } from '../../testkit/browser/session.mts';
import { expectSoon } from './expectSoon.mts';
import { openNodeForm } from './nodeForm.mts';

const VIDEO_FIELDS = ['Operation', 'Model', 'Prompt', 'Mode', 'Duration (Seconds)', 'Aspect Ratio'];

let session: Session;
let node: NodeView;

beforeAll(async () => {
	session = await startSession();
	node = await openNodeForm(session, 'Kling Text to Video');
});
afterAll(async () => await session?.stop());

async function expectFields(...names: string[]): Promise<void> {
	await expectSoon(async () => await node.fields(), names);
}

describe('the operation decides on the fields', () => {
	it('Create and Wait', async () => {
		await node.form.choose('operation', 'Create and Wait');
		await expectFields(
			...VIDEO_FIELDS,
			'Wait For',
			'Download Video',
			'Put Output File in Field',
			'Simplify',
			'Options',
			'Wait Options',
		);
		expect(await node.offersOf('Add wait option')).toEqual([
			'Max Concurrency',
			'On Timeout',
			'Polling Interval (Seconds)',
			'Timeout (Minutes)',
		]);
		await node.form.choose('waitFor', 'Callback');
		await expectSoon(async () => await node.offersOf('Add wait option'), ['Timeout (Minutes)']);
		await node.form.toggle('downloadVideo');
		await expectFields(
			...VIDEO_FIELDS,
			'Wait For',
			'Download Video',
			'Simplify',
			'Options',
			'Wait Options',
		);
	});

	it('Create', async () => {
		await node.form.choose('operation', 'Create');
		await expectFields(...VIDEO_FIELDS, 'Simplify', 'Options');
		expect(await node.offersOf('Add option')).toContain('Callback URL');
	});

	it('Get Status', async () => {
		await node.form.choose('operation', 'Get Status');
		await expectFields('Operation', 'Task ID', 'Download Video', 'Simplify');
		await node.form.toggle('downloadVideo');
		await expectFields(
			'Operation',
			'Task ID',
			'Download Video',
			'Put Output File in Field',
			'Simplify',
		);
	});

	it('Get Balance', async () => {
		await node.form.choose('operation', 'Get Balance');
		await expectFields('Operation', 'Simplify');
	});

	it('Get Many', async () => {
		await node.form.choose('operation', 'Get Many');
		await expectFields('Operation', 'Return All', 'Limit', 'Filters', 'Simplify');
		await node.form.toggle('returnAll');
		await expectFields('Operation', 'Return All', 'Filters', 'Simplify');
		expect((await node.offersOf('Add filter')).sort()).toEqual([
			'Created After',
			'External Task ID Starts With',
			'Status',
		]);
	});
});

describe('the model decides on what it can do', () => {
	/** Another model may be able to do whatever one of the registry's can. */
	const formatsOf = (model: AnyModel): Capabilities[] =>
		(model.value === 'custom' ? ALL_MODELS : [model]).flatMap(({ formats }) =>
			formatsFor('textToVideo').flatMap((format) => formats[format] ?? []),
		);

	/** What any of the formats that serve the model has. */
	function anyOf<Value>(model: AnyModel, valuesOf: (format: Capabilities) => readonly Value[]) {
		return [...new Set(formatsOf(model).flatMap(valuesOf))];
	}

	function offersOf(model: AnyModel, mode: keyof typeof MODE_LABELS, duration: number): string[] {
		const can = (ability: (format: Capabilities) => boolean) => formatsOf(model).some(ability);
		const offers: Record<string, boolean> = {
			'Additional Body Fields': true,
			'CFG Scale': can(({ cfgScale }) => cfgScale),
			'Camera Control': can(
				({ camera, modes, durations }) =>
					camera !== undefined &&
					(camera.modes ?? modes).includes(mode) &&
					(camera.durations ?? durations).includes(duration),
			),
			'Cost Limit (Units)': true,
			'External Task ID': true,
			'Multi-Shot': can(({ multiShot }) => multiShot.length > 0),
			'Negative Prompt': can(({ negativePrompt }) => negativePrompt),
			Sound: can(({ soundModes }) => soundModes.includes(mode)),
			Watermark: true,
		};
		return Object.keys(offers).filter((name) => offers[name]);
	}

	beforeAll(async () => {
		await node.form.choose('operation', 'Create and Wait');
		await expectSoon(
			async () => await node.form.optionsOf('model'),
			ALL_MODELS.map(({ displayName }) => displayName),
		);
	});

	it.each(ALL_MODELS.map((model) => [model.displayName, model] as const))(
		'%s',
		async (name, model) => {
			await node.form.choose('model', name);
			const modes = anyOf(model, (format) => format.modes);
			const durations = anyOf(model, (format) => format.durations).sort(
				(one, other) => one - other,
			);
			await expectSoon(
				async () => await node.form.optionsOf('mode'),
				modes.map((mode) => MODE_LABELS[mode]),
			);
			await expectSoon(async () => await node.form.optionsOf('duration'), durations.map(String));
			await expectSoon(
				async () => await node.form.optionsOf('aspectRatio'),
				anyOf(model, (format) => format.aspectRatios),
			);
			const isCustom = model.value === 'custom';
			expect((await node.fields()).includes('Model ID')).toBe(isCustom);

			for (const duration of [durations.at(-1)!, 5]) {
				await node.form.choose('duration', String(duration));
				for (const mode of [...modes].reverse()) {
					await node.form.choose('mode', MODE_LABELS[mode]);
					await expectSoon(
						async () => (await node.offersOf('Add option')).sort(),
						offersOf(model, mode, duration).sort(),
					);
				}
			}
		},
	);
});
