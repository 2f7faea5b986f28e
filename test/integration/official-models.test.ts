import type { INodeParameters } from 'n8n-workflow';

import {
	type FormatName,
	type Model,
	MODELS,
	type ServedModel,
} from '../../nodes/shared/api/models';
import { cleanUp, errorOf, runNode, type Emulator } from './fixture.mts';
import { bare, itemsOf, runOfficial, startOfficial } from './officialFixture.mts';

jest.mock('../../nodes/shared/n8n/systemClock', () =>
	jest.requireActual('../../testkit/clocks/fastClock.mts'),
);

/** Serves what Kling serves today, and what it ever served. */
let current: Emulator;
let classic: Emulator;

beforeAll(async () => {
	const accounts = [{ name: 'emulator', apiKey: 'emulator-api-key', concurrency: 1000 }];
	current = await startOfficial({ accounts });
	classic = await startOfficial({ accounts, models: 'classic' });
});
beforeEach(() => {
	current.reset();
	classic.reset();
});
afterAll(async () => {
	cleanUp();
	await current.close();
	await classic.close();
});

interface Row {
	model: Model;
	format: FormatName;
	served: ServedModel;
}

/** Each model in each of its formats. */
const ROWS: Row[] = MODELS.flatMap((model) =>
	(Object.entries(model.formats) as Array<[FormatName, ServedModel]>).map(([format, served]) => ({
		model,
		format,
		served,
	})),
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

/** How the form asks for a model in a format: where two have it, the second by its ID. */
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
		'(%s) ends with the list of those that live',
		async (_value, row) => {
			const run = await runOfficial(current.url, {
				operation: 'create',
				prompt: 'a cat',
				mode: 'std',
				duration: 5,
				aspectRatio: '16:9',
				...choose(row),
			});
			const { message, description } = errorOf(run);
			expect(message).toBe(
				'Kling does not know the model or task asked for (code 1203, HTTP 404) [Item 0]',
			);
			expect(description).toContain(
				'choose a Model that Kling still offers: Kling 3.0, Kling 3.0 Turbo, Kling 2.6, Kling 2.5 Turbo.',
			);
			expect(description).toContain('Original reply: "The model is discontinued"');
			expect(description).toContain('Nothing was bought.');
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

/** Model (value, or ID of a custom one), what it cannot do, and the sentence that says so. */
type Refusal = [model: string, flaw: INodeParameters, message: string];

const OFFICIAL = 'on Kling’s own service';
const ON_OFFICIAL = `${OFFICIAL} takes 16:9, 9:16 or 1:1`;

const no = (name: string, field: string) => `${name} has no '${field}'; remove the option`;

const REFUSALS: Refusal[] = [
	['kling-v3', { mode: '8k' }, '\'Mode\' is "8k", but Kling 3.0 takes std, pro or 4k'],
	[
		'kling-v3',
		{ duration: 2 },
		"'Duration (Seconds)' is 2, but Kling 3.0 takes 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 or 15",
	],
	['kling-v3', { duration: 16 }, "'Duration (Seconds)' is 16, but Kling 3.0 takes 3,"],
	['kling-v3', { duration: 5.5 }, "'Duration (Seconds)' is 5.5, but Kling 3.0 takes 3,"],
	['kling-v3', { aspectRatio: '3:2' }, `'Aspect Ratio' is "3:2", but Kling 3.0 ${ON_OFFICIAL}`],
	['kling-v3', { options: camera('zoom', 5) }, no(`Kling 3.0 ${OFFICIAL}`, 'Camera Control')],
	[
		'kling-v3',
		{ options: multiShot('storyboard') },
		'\'Multi-Shot > Shot Type\' is "storyboard", but Kling 3.0 takes intelligence or customize',
	],
	['kling-3.0', { options: { negativePrompt: 'blur' } }, no('kling-3.0', 'Negative Prompt')],
	['kling-3.0', { options: { cfgScale: 0.5 } }, no('kling-3.0', 'CFG Scale')],
	['kling-3.0', { options: camera('forward_up') }, no(`kling-3.0 ${OFFICIAL}`, 'Camera Control')],
	['kling-3.0-turbo', { mode: '4k' }, '\'Mode\' is "4k", but Kling 3.0 Turbo takes std or pro'],
	[
		'kling-3.0-turbo',
		{ options: { negativePrompt: 'blur' } },
		no('Kling 3.0 Turbo', 'Negative Prompt'),
	],
	['kling-3.0-turbo', { options: { cfgScale: 0.5 } }, no('Kling 3.0 Turbo', 'CFG Scale')],
	['kling-3.0-turbo', { options: { sound: true } }, no('Kling 3.0 Turbo', 'Sound')],
	['kling-3.0-turbo', { options: { sound: false } }, no('Kling 3.0 Turbo', 'Sound')],
	[
		'kling-3.0-turbo',
		{ options: multiShot('intelligence') },
		'\'Multi-Shot > Shot Type\' is "intelligence", but Kling 3.0 Turbo takes only customize',
	],
	[
		'kling-v2-6',
		{ options: { sound: true } },
		"'Sound' is on, but Kling 2.6 has sound only with 'Mode' pro",
	],
	['kling-v2-6', { mode: '4k' }, '\'Mode\' is "4k", but Kling 2.6 takes std or pro'],
	['kling-v2-6', { duration: 7 }, "'Duration (Seconds)' is 7, but Kling 2.6 takes 5 or 10"],
	...['3:2', '2:3', '3:4', '4:3', '21:9'].map(
		(aspectRatio): Refusal => [
			'kling-v2-6',
			{ aspectRatio },
			`'Aspect Ratio' is "${aspectRatio}", but Kling 2.6 ${ON_OFFICIAL}`,
		],
	),
	['kling-v2-6', { options: { cfgScale: 0.5 } }, no('Kling 2.6', 'CFG Scale')],
	['kling-v2-6', { options: multiShot('customize') }, no('Kling 2.6', 'Multi-Shot')],
	['kling-v2-6', { options: camera('zoom', 5) }, no(`Kling 2.6 ${OFFICIAL}`, 'Camera Control')],
	['kling-2.6', { options: { sound: true } }, "'Sound' is on, but kling-2.6 has sound only with"],
	['kling-2.6', { options: { negativePrompt: 'blur' } }, no('kling-2.6', 'Negative Prompt')],
	['kling-2.6', { duration: 3 }, "'Duration (Seconds)' is 3, but kling-2.6 takes 5 or 10"],
	['kling-v2-5-turbo', { options: { sound: true } }, no('Kling 2.5 Turbo', 'Sound')],
	['kling-v2-5-turbo', { options: { sound: false } }, no('Kling 2.5 Turbo', 'Sound')],
	['kling-v2-5-turbo', { options: { cfgScale: 0.5 } }, no('Kling 2.5 Turbo', 'CFG Scale')],
	['kling-v2-5-turbo', { options: multiShot('intelligence') }, no('Kling 2.5 Turbo', 'Multi-Shot')],
	['kling-2.5-turbo', { options: { sound: true } }, no('kling-2.5-turbo', 'Sound')],
	['kling-2.5-turbo', { mode: '4k' }, '\'Mode\' is "4k", but kling-2.5-turbo takes std or pro'],
	['kling-v2-1-master', { options: { cfgScale: 0.5 } }, no('Kling 2.1 Master', 'CFG Scale')],
	[
		'kling-v2-1-master',
		{ options: camera('zoom', 5) },
		no(`Kling 2.1 Master ${OFFICIAL}`, 'Camera Control'),
	],
	['kling-v2-master', { options: { cfgScale: 0.5 } }, no('Kling 2.0 Master', 'CFG Scale')],
	[
		'kling-v2-master',
		{ aspectRatio: '4:3' },
		`'Aspect Ratio' is "4:3", but Kling 2.0 Master ${ON_OFFICIAL}`,
	],
	['kling-v1-6', { options: { sound: true } }, no('Kling 1.6', 'Sound')],
	['kling-v1-6', { options: camera('zoom', 5) }, no(`Kling 1.6 ${OFFICIAL}`, 'Camera Control')],
	[
		'kling-v1',
		{ mode: 'pro', options: camera('zoom', 5) },
		"'Camera Control' of Kling 1.0 goes only with 'Mode' std",
	],
	[
		'kling-v1',
		{ duration: 10, options: camera('down_back') },
		"'Camera Control' of Kling 1.0 goes only with 'Duration (Seconds)' 5",
	],
	['kling-v1', { mode: '4k' }, '\'Mode\' is "4k", but Kling 1.0 takes std or pro'],
	['kling-v2-1', {}, `'Model' cannot be "kling-v2-1" with Kling’s own service`],
];

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

	it.each(REFUSALS)('%s with %j', async (model, flaw, message) => {
		for (const operation of ['create', 'createAndWait']) {
			const run = await runOfficial(
				classic.url,
				{ operation, ...byExpression(model, flaw) },
				{ input: [{ json: {} }, { json: {} }] },
			);
			const error = errorOf(run);
			expect(error.name).toBe('NodeOperationError');
			expect(error.message).toContain(message);
			expect(error.message).toMatch(/ \[Item 0\]$/);
			expect(error.context.itemIndex).toBe(0);
		}
		expect(classic.requests()).toEqual([]);
		expect(classic.tasks()).toEqual([]);
	});

	it('for every model and format of Kling’s own service at least once', () => {
		const refused = new Set(REFUSALS.map(([model]) => model));
		const official = ROWS.filter(({ format }) => format !== 'gateway');
		const names = official.map((row) => (choose(row).customModel ?? row.model.value) as string);
		expect(names.filter((name) => !refused.has(name))).toEqual([]);
	});

	it('says what to choose instead of a model that Kling never had', async () => {
		const run = await runOfficial(classic.url, {
			operation: 'create',
			...byExpression('kling-v2-1', {}),
		});
		expect(errorOf(run).description).toBe(
			'Choose Kling 3.0, Kling 3.0 Turbo, Kling 2.6 or Kling 2.5 Turbo; or choose Custom and fill in the Model ID.',
		);
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
	])('with the ID %s is asked for in %s', async (id, format, path) => {
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
		expect(errorOf(run).message).toContain('(code 1203, HTTP 404)');
		expect(current.requests().map((request) => request.path)).toEqual([path]);
	});

	it.each<[string, INodeParameters, string]>([
		['kling-v2-6', { duration: 7 }, "'Duration (Seconds)' is 7, but kling-v2-6 takes 5 or 10"],
		['kling-v2-6', { options: { cfgScale: 0.5 } }, no('kling-v2-6', 'CFG Scale')],
		[
			'kling-v2-6',
			{ options: { sound: true } },
			"'Sound' is on, but kling-v2-6 has sound only with 'Mode' pro",
		],
		['kling-3.0-turbo', { options: { sound: true } }, no('kling-3.0-turbo', 'Sound')],
		['kling-v9', { aspectRatio: '3:2' }, `'Aspect Ratio' is "3:2", but kling-v9 ${ON_OFFICIAL}`],
	])('with the ID %s and %j is refused by what is known', async (id, form, message) => {
		expect(errorOf(await custom(id, form)).message).toContain(message);
		expect(current.requests()).toEqual([]);
	});
});
