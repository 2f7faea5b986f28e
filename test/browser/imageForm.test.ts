import { modelsOf } from '../../nodes/shared/api/modelLookup';
import { formatsFor } from '../../nodes/shared/api/routes';
import { MODE_LABELS } from '../../nodes/shared/n8n/words/labels';
import type { NodeView } from '../../testkit/browser/pages/nodeView.mts';
import { startSession, type Session } from '../../testkit/browser/session.mts';
import { expectSoon } from './expectSoon.mts';
import { openNodeForm } from './nodeForm.mts';

let session: Session;
let node: NodeView;

beforeAll(async () => {
	session = await startSession();
	node = await openNodeForm(session, 'Kling Image to Video');
});
afterAll(async () => await session?.stop());

describe('the source decides on the fields of the image', () => {
	const fieldsWith = (field: string) => [
		...['Operation', 'Model', 'First Frame', field, 'Prompt', 'Mode', 'Duration (Seconds)'],
		...['Simplify', 'Options'],
	];

	it.each([
		['Binary File', 'Input Image Field'],
		['URL', 'Image URL'],
	])('%s', async (source, field) => {
		await node.form.choose('operation', 'Create');
		await node.form.choose('firstFrame', source);
		await expectSoon(async () => await node.fields(), fieldsWith(field));
	});
});

it('offers the operations it has', async () => {
	const offers = await node.form.optionsOf('operation');
	// n8n adds the last one to every node with such a credential.
	expect(offers).toEqual([
		'Create',
		'Create and Wait',
		'Get Many',
		'Get Status',
		'Custom API Call',
	]);
});

describe('the model decides on the modes, durations and the last frame', () => {
	const models = modelsOf('imageToVideo');

	it('offers those that make videos from images', async () => {
		await expectSoon(
			async () => await node.form.optionsOf('model'),
			models.map(({ displayName }) => displayName),
		);
	});

	it.each(models.map((model) => [model.displayName, model] as const))('%s', async (name, model) => {
		// Another model may be able to do whatever one of the registry's can.
		const formats = (model.value === 'custom' ? models : [model]).flatMap((each) =>
			formatsFor('imageToVideo').flatMap((format) => each.formats[format] ?? []),
		);
		const anyOf = <Value>(valuesOf: (format: (typeof formats)[number]) => readonly Value[]) => [
			...new Set(formats.flatMap(valuesOf)),
		];
		await node.form.choose('model', name);
		const modes = anyOf((format) => format.modes);
		const durations = anyOf((format) => format.durations).sort((one, other) => one - other);
		await expectSoon(
			async () => await node.form.optionsOf('mode'),
			modes.map((mode) => MODE_LABELS[mode]),
		);
		await expectSoon(async () => await node.form.optionsOf('duration'), durations.map(String));
		for (const mode of [...modes].reverse()) {
			await node.form.choose('mode', MODE_LABELS[mode]);
			const hasLastFrame = formats.some(({ lastFrame }) => lastFrame?.modes.includes(mode));
			await expectSoon(
				async () => (await node.offersOf('Add option')).includes('Last Frame'),
				hasLastFrame,
			);
			expect(await node.offersOf('Add option')).not.toContain('Camera Control');
		}
	});
});
