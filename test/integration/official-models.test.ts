import type { INodeParameters } from 'n8n-workflow';

import { modelsIn } from '../../nodes/shared/api/modelLookup';
import { type Model, MODELS, type ServedModel } from '../../nodes/shared/api/models';
import { formatsFor, type FormatName } from '../../nodes/shared/api/routes';
import type { Parameter } from '../../nodes/shared/n8n/words/labels.ts';
import { consequences } from '../../nodes/shared/n8n/words/notes.ts';
import { parameterWords } from '../../nodes/shared/n8n/words/parameters.ts';
import { located, type Words } from '../../nodes/shared/n8n/words/phrases.ts';
import { adviceOn, errorOf, factsOf, runNode } from './fixture.mts';
import { bare, itemsOf, runOfficial, useOfficial } from './officialFixture.mts';

const accounts = [{ name: 'emulator', apiKey: 'emulator-api-key', concurrency: 1000 }];
/** Serves what Kling serves today. */
const current = useOfficial({ accounts });
/** Serves what Kling ever served. */
const classic = useOfficial({ accounts, models: 'classic' });

interface Row {
	model: Model;
	format: FormatName;
	served: ServedModel;
}

/** Each model in each of its formats. */
const ROWS: Row[] = MODELS.flatMap((model) =>
	formatsFor('textToVideo').flatMap((format) => {
		const served = model.formats[format];
		return served ? [{ model, format, served }] : [];
	}),
);

/** What the form says, and the part of the body that says it in each format. */
interface Wish {
	name: string;
	form: INodeParameters;
	wire: Partial<Record<FormatName, object>>;
}

const RESOLUTIONS = { std: '720p', pro: '1080p', '4k': '4k' };

/** Every single thing that the registry says the model can do in the format. */
function wishesOf({ format, served }: Row): Wish[] {
	const [mode = 'std'] = served.modes;
	const duration = served.durations.includes(5) ? 5 : served.durations[0];
	const wish = (name: string, form: INodeParameters, wire: Wish['wire']): Wish => ({
		name,
		form: { mode, duration, aspectRatio: '16:9', ...form },
		wire,
	});
	const flat = (fields: object) => ({ gateway: fields, v1: fields });
	const { camera } = served;
	const cameraForm = (control: INodeParameters) => ({
		mode: camera?.modes?.[0] ?? mode,
		duration: camera?.durations?.[0] ?? duration,
		options: { cameraControl: { control } },
	});
	return [
		...served.modes.map((each) =>
			wish(
				`Mode ${each}`,
				{ mode: each },
				{ ...flat({ mode: each }), path: { settings: { resolution: RESOLUTIONS[each] } } },
			),
		),
		...served.durations.map((each) =>
			wish(
				`Duration ${each}`,
				{ duration: each },
				{
					gateway: { duration: each },
					v1: { duration: String(each) },
					path: { settings: { duration: each } },
				},
			),
		),
		...served.aspectRatios.map((each) =>
			wish(
				`Aspect Ratio ${each}`,
				{ aspectRatio: each },
				{ ...flat({ aspect_ratio: each }), path: { settings: { aspect_ratio: each } } },
			),
		),
		...(served.negativePrompt
			? [
					wish(
						'Negative Prompt',
						{ options: { negativePrompt: 'blur' } },
						flat({ negative_prompt: 'blur' }),
					),
				]
			: []),
		...(served.cfgScale
			? [wish('CFG Scale', { options: { cfgScale: 0.3 } }, flat({ cfg_scale: 0.3 }))]
			: []),
		...served.soundModes.flatMap((each) => [
			wish(
				`Sound in Mode ${each}`,
				{ mode: each, options: { sound: true } },
				{ v1: { sound: 'on' }, path: { settings: { audio: 'native' } } },
			),
			wish(
				`no Sound in Mode ${each}`,
				{ mode: each, options: { sound: false } },
				{ v1: { sound: 'off' }, path: { settings: { audio: 'off' } } },
			),
		]),
		...(camera?.axes ?? []).map((type) =>
			wish(`Camera Control along ${type}`, cameraForm({ type, value: -3 }), {
				gateway: { camera_control: { type, config: { value: -3 } } },
				v1: { camera_control: { type: 'simple', config: { [type]: -3 } } },
			}),
		),
		...(camera?.presets ?? []).map((type) =>
			wish(`Camera Control ${type}`, cameraForm({ type }), {
				v1: { camera_control: { type } },
			}),
		),
		...served.multiShot.map((shotType) =>
			wish(
				`Multi-Shot ${shotType}`,
				{
					options: {
						multiShot: {
							settings: {
								shotType,
								...(shotType === 'customize' && {
									shots: {
										shot: [
											{ prompt: 'one', duration: 2 },
											{ prompt: 'two', duration: 3 },
										],
									},
								}),
							},
						},
					},
				},
				{
					v1: { multi_shot: true, shot_type: shotType },
					path:
						shotType === 'customize'
							? { prompt: 'shot 1, 2, one; shot 2, 3, two;' }
							: { settings: { multi_shot: true } },
				},
			),
		),
	].filter(({ wire }) => wire[format]);
}

/** How the form chooses a model in a format: where two have it, the second by its ID. */
function choose({ model, format, served }: Row): INodeParameters {
	const isFirst = format !== 'path' || !model.formats.v1;
	return isFirst ? { model: model.value } : { model: 'custom', customModel: served.id };
}

const titleOf = ({ model, format }: Row) => `${model.displayName} in ${format}`;

describe.each(ROWS.map((row) => ({ ...row, title: titleOf(row) })))('$title can', (row) => {
	const { model, format, served } = row;

	it.each(wishesOf(row))('$name', async ({ form, wire }) => {
		const emulator = model.retired ? classic : current;
		const parameters = { operation: 'create', prompt: 'a cat', ...choose(row), ...form };
		// As the form saves it: what the form hides would be lost on the way.
		const run =
			format === 'gateway'
				? await runNode(emulator.gatewayUrl, parameters)
				: await runOfficial(emulator.url, parameters);
		expect(itemsOf(run)[0]?.json.model_name).toBe(served.id);
		expect(emulator.tasks().map((task) => [task.format, task.model])).toEqual([
			[format, served.id],
		]);
		const [request] = emulator.requests();
		expect(bare(request?.json)).toMatchObject(wire[format] as object);
		if (format === 'path') expect(request?.path).toBe(`/text-to-video/${served.id}`);
		else expect(request?.json).toMatchObject({ model_name: served.id });
	});
});

describe('a retired model', () => {
	const RETIRED = ROWS.filter(({ model, format }) => model.retired && format === 'v1');

	it('is known to the registry four times', () => {
		expect(RETIRED.map(({ model }) => model.value)).toEqual([
			'kling-v2-1-master',
			'kling-v2-master',
			'kling-v1-6',
			'kling-v1',
		]);
	});

	it.each(RETIRED.map((row) => [row.model.value, row] as const))(
		'(%s) ends with the list of those that are available',
		async (_value, row) => {
			const run = await runOfficial(current.url, {
				operation: 'create',
				prompt: 'a cat',
				mode: 'std',
				duration: 5,
				aspectRatio: '16:9',
				...choose(row),
			});
			expect(factsOf(run)).toEqual({
				kind: 'notFound',
				klingCode: 1203,
				httpStatus: 404,
				itemIndex: 0,
			});
			const connection = { service: 'official', hasOwnBaseUrl: true } as const;
			const advice = adviceOn('notFound', { isCreating: true, connection });
			for (const model of OFFERED) expect(advice).toContain(model);
			expect(advice).not.toContain('Kling 1.6');
			const { description } = errorOf(run);
			for (const part of [advice, '"The model is discontinued"', consequences.notCharged]) {
				expect(description).toContain(part);
			}
			expect(current.requests()).toHaveLength(1);
		},
	);
});

const camera = (type: string, value?: number) => ({
	cameraControl: { control: { type, ...(value !== undefined && { value }) } },
});
const multiShot = (shotType: string) => ({
	multiShot: {
		settings: { shotType, shots: { shot: [{ prompt: 'one', duration: 5 }] } },
	},
});

/** What Kling AI offers today. */
const OFFERED = modelsIn(['v1', 'path']).map(({ displayName }) => displayName);

/** What is wrong, in which parameter, and which words of the table say so. */
type Complaint = [parameter: Parameter, words: Words];

/** Model (value, or ID of a custom one), what it cannot do, and what is complained of. */
type Refusal = [model: string, flaw: INodeParameters, complaint: Complaint];

const AT_KLING = 'at Kling AI';

/** An option that the model does not have. */
const no = (parameter: Parameter, user: string): Complaint => [
	parameter,
	parameterWords.noSuchOption(parameter, user),
];

/** A value that the model does not have. */
const other = (
	parameter: Parameter,
	value: string | number,
	user: string,
	labels: string[],
): Complaint => [parameter, parameterWords.notSupported(parameter, value, user, labels)];

const onlyWith = (
	parameter: Parameter,
	user: string,
	needed: Parameter,
	label: string,
): Complaint => [parameter, parameterWords.onlyWith(parameter, user, needed, [label])];

const MODES = ['Standard', 'Professional'];
const RATIOS = ['16:9', '9:16', '1:1'];
const LONG = ['3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15'];

const REFUSALS: Refusal[] = [
	['kling-v3', { mode: '8k' }, other('mode', '8k', 'Kling 3.0', [...MODES, '4K'])],
	['kling-v3', { duration: 2 }, other('duration', 2, 'Kling 3.0', LONG)],
	['kling-v3', { duration: 16 }, other('duration', 16, 'Kling 3.0', LONG)],
	['kling-v3', { duration: 5.5 }, other('duration', 5.5, 'Kling 3.0', LONG)],
	[
		'kling-v3',
		{ aspectRatio: '3:2' },
		other('aspectRatio', '3:2', `Kling 3.0 ${AT_KLING}`, RATIOS),
	],
	['kling-v3', { options: camera('zoom', 5) }, no('cameraControl', `Kling 3.0 ${AT_KLING}`)],
	[
		'kling-v3',
		{ options: multiShot('storyboard') },
		other('shotType', 'storyboard', 'Kling 3.0', ['Automatic', 'Custom']),
	],
	['kling-3.0', { options: { negativePrompt: 'blur' } }, no('negativePrompt', 'kling-3.0')],
	['kling-3.0', { options: { cfgScale: 0.5 } }, no('cfgScale', 'kling-3.0')],
	['kling-3.0', { options: camera('forward_up') }, no('cameraControl', `kling-3.0 ${AT_KLING}`)],
	['kling-3.0-turbo', { mode: '4k' }, other('mode', '4K', 'Kling 3.0 Turbo', MODES)],
	[
		'kling-3.0-turbo',
		{ options: { negativePrompt: 'blur' } },
		no('negativePrompt', 'Kling 3.0 Turbo'),
	],
	['kling-3.0-turbo', { options: { cfgScale: 0.5 } }, no('cfgScale', 'Kling 3.0 Turbo')],
	['kling-3.0-turbo', { options: { sound: true } }, no('sound', 'Kling 3.0 Turbo')],
	['kling-3.0-turbo', { options: { sound: false } }, no('sound', 'Kling 3.0 Turbo')],
	[
		'kling-3.0-turbo',
		{ options: multiShot('intelligence') },
		other('shotType', 'Automatic', 'Kling 3.0 Turbo', ['Custom']),
	],
	[
		'kling-v2-6',
		{ options: { sound: true } },
		onlyWith('sound', 'Kling 2.6', 'mode', 'Professional'),
	],
	['kling-v2-6', { mode: '4k' }, other('mode', '4K', 'Kling 2.6', MODES)],
	['kling-v2-6', { duration: 7 }, other('duration', 7, 'Kling 2.6', ['5', '10'])],
	...['3:2', '2:3', '3:4', '4:3', '21:9'].map(
		(aspectRatio): Refusal => [
			'kling-v2-6',
			{ aspectRatio },
			other('aspectRatio', aspectRatio, `Kling 2.6 ${AT_KLING}`, RATIOS),
		],
	),
	['kling-v2-6', { options: { cfgScale: 0.5 } }, no('cfgScale', 'Kling 2.6')],
	['kling-v2-6', { options: multiShot('customize') }, no('multiShot', 'Kling 2.6')],
	['kling-v2-6', { options: camera('zoom', 5) }, no('cameraControl', `Kling 2.6 ${AT_KLING}`)],
	[
		'kling-2.6',
		{ options: { sound: true } },
		onlyWith('sound', 'kling-2.6', 'mode', 'Professional'),
	],
	['kling-2.6', { options: { negativePrompt: 'blur' } }, no('negativePrompt', 'kling-2.6')],
	['kling-2.6', { duration: 3 }, other('duration', 3, 'kling-2.6', ['5', '10'])],
	['kling-v2-5-turbo', { options: { sound: true } }, no('sound', 'Kling 2.5 Turbo')],
	['kling-v2-5-turbo', { options: { sound: false } }, no('sound', 'Kling 2.5 Turbo')],
	['kling-v2-5-turbo', { options: { cfgScale: 0.5 } }, no('cfgScale', 'Kling 2.5 Turbo')],
	['kling-v2-5-turbo', { options: multiShot('intelligence') }, no('multiShot', 'Kling 2.5 Turbo')],
	['kling-2.5-turbo', { options: { sound: true } }, no('sound', 'kling-2.5-turbo')],
	['kling-2.5-turbo', { mode: '4k' }, other('mode', '4K', 'kling-2.5-turbo', MODES)],
	['kling-4.0', { mode: '4k' }, other('mode', '4K', 'Kling 4.0', MODES)],
	['kling-4.0', { options: { sound: true } }, no('sound', 'Kling 4.0')],
	['kling-4.0', { options: multiShot('intelligence') }, no('multiShot', 'Kling 4.0')],
	[
		'kling-4.0-flash',
		{ mode: 'pro' },
		other('mode', 'Professional', 'Kling 4.0 Flash', ['Standard']),
	],
	['kling-v2-1-master', { options: { cfgScale: 0.5 } }, no('cfgScale', 'Kling 2.1 Master')],
	[
		'kling-v2-1-master',
		{ options: camera('zoom', 5) },
		no('cameraControl', `Kling 2.1 Master ${AT_KLING}`),
	],
	['kling-v2-master', { options: { cfgScale: 0.5 } }, no('cfgScale', 'Kling 2.0 Master')],
	[
		'kling-v2-master',
		{ aspectRatio: '4:3' },
		other('aspectRatio', '4:3', `Kling 2.0 Master ${AT_KLING}`, RATIOS),
	],
	['kling-v1-6', { options: { sound: true } }, no('sound', 'Kling 1.6')],
	['kling-v1-6', { options: camera('zoom', 5) }, no('cameraControl', `Kling 1.6 ${AT_KLING}`)],
	[
		'kling-v1',
		{ mode: 'pro', options: camera('zoom', 5) },
		onlyWith('cameraControl', 'Kling 1.0', 'mode', 'Standard'),
	],
	[
		'kling-v1',
		{ duration: 10, options: camera('down_back') },
		onlyWith('cameraControl', 'Kling 1.0', 'duration', '5'),
	],
	['kling-v1', { mode: '4k' }, other('mode', '4K', 'Kling 1.0', MODES)],
	[
		'kling-v2-1',
		{},
		['model', parameterWords.modelNotAvailable('kling-v2-1', 'official', OFFERED)],
	],
];

/** Checks that the node failed for what is wrong with a parameter of the first item. */
function expectRefused(
	run: Parameters<typeof factsOf>[0],
	[parameter, { message, description }]: Complaint,
): void {
	const error = errorOf(run);
	expect(factsOf(run)).toMatchObject({ kind: 'input', parameter, itemIndex: 0 });
	expect(error.name).toBe('NodeOperationError');
	expect(error.message).toBe(located(message, 0));
	expect(error.description).toBe(description);
}

describe('is refused before anything is sent', () => {
	/** Model, Mode and Duration by expression, so that the form hides nothing. */
	function byExpression(model: string, flaw: INodeParameters): INodeParameters {
		const isKnown = MODELS.some(({ value }) => value === model);
		const { mode, duration, ...rest } = {
			mode: 'std',
			duration: 5,
			aspectRatio: '16:9',
			...flaw,
		};
		const expression = (value: unknown) => `={{ ${JSON.stringify(value)} }}`;
		return {
			prompt: 'a cat',
			model: expression(isKnown ? model : 'custom'),
			...(!isKnown && { customModel: model }),
			mode: expression(mode),
			duration: expression(duration),
			...rest,
		};
	}

	it.each(REFUSALS)('%s with %j', async (model, flaw, complaint) => {
		for (const operation of ['create', 'createAndWait']) {
			const run = await runOfficial(
				classic.url,
				{ operation, ...byExpression(model, flaw) },
				{ input: [{ json: {} }, { json: {} }] },
			);
			expectRefused(run, complaint);
		}
		expect(classic.requests()).toEqual([]);
		expect(classic.tasks()).toEqual([]);
	});

	it('for every model and format of Kling AI at least once', () => {
		const refused = new Set(REFUSALS.map(([model]) => model));
		const official = ROWS.filter(({ format }) => format !== 'gateway');
		const names = official.map((row) => (choose(row).customModel ?? row.model.value) as string);
		expect(names.filter((name) => !refused.has(name))).toEqual([]);
	});
});

describe('a Custom model', () => {
	const custom = async (customModel: string, form: INodeParameters = {}) =>
		await runOfficial(current.url, {
			operation: 'create',
			prompt: 'a cat',
			mode: 'std',
			duration: 5,
			aspectRatio: '16:9',
			model: 'custom',
			customModel,
			...form,
		});

	it.each([
		['kling-v3', 'v1', '/v1/videos/text2video'],
		[' kling-v2-6 ', 'v1', '/v1/videos/text2video'],
		['kling-3.0', 'path', '/text-to-video/kling-3.0'],
		['kling-2.5-turbo', 'path', '/text-to-video/kling-2.5-turbo'],
	])('with the ID %s is created in %s', async (id, format, path) => {
		const run = await custom(id);
		expect(itemsOf(run)[0]?.json.model_name).toBe(id.trim());
		expect(current.requests().map((request) => request.path)).toEqual([path]);
		expect(current.tasks().map((task) => task.format)).toEqual([format]);
	});

	it.each([
		['kling-v9', '/v1/videos/text2video'],
		['kling-9.0-max', '/text-to-video/kling-9.0-max'],
		['kling-9.0/../../x', '/text-to-video/kling-9.0%2F..%2F..%2Fx'],
	])('with the unknown ID %s has no limits but the format’s', async (id, path) => {
		const run = await custom(id, {
			mode: '4k',
			duration: 13,
			options: {
				sound: true,
				multiShot: { settings: { shotType: 'intelligence' } },
			},
		});
		// Kling has the last word.
		expect(factsOf(run)).toMatchObject({ kind: 'notFound', klingCode: 1203, httpStatus: 404 });
		expect(current.requests().map((request) => request.path)).toEqual([path]);
	});

	it('with an unknown ID may have any aspect ratio: Kling has the last word', async () => {
		const run = await custom('kling-v9', { aspectRatio: '3:2' });
		expect(factsOf(run)).toMatchObject({ kind: 'badParameter', httpStatus: 400 });
		expect(current.requests()[0]?.json).toMatchObject({ aspect_ratio: '3:2' });
	});

	it.each<[string, INodeParameters, Complaint]>([
		['kling-v2-6', { duration: 7 }, other('duration', 7, 'kling-v2-6', ['5', '10'])],
		['kling-v2-6', { options: { cfgScale: 0.5 } }, no('cfgScale', 'kling-v2-6')],
		[
			'kling-v2-6',
			{ options: { sound: true } },
			onlyWith('sound', 'kling-v2-6', 'mode', 'Professional'),
		],
		['kling-3.0-turbo', { options: { sound: true } }, no('sound', 'kling-3.0-turbo')],
	])('with the ID %s and %j is refused by what is known', async (id, form, complaint) => {
		expectRefused(await custom(id, form), complaint);
		expect(current.requests()).toEqual([]);
	});
});
