import {
	type INode,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
	NodeHelpers,
} from 'n8n-workflow';

import { KlingTextToVideo } from '../../../../nodes/KlingTextToVideo/KlingTextToVideo.node';
import { ALL_MODELS, MODELS, offeredBy } from '../../../../nodes/shared/api/models';

const { description } = new KlingTextToVideo();

const NODE: INode = {
	id: '1',
	name: 'Kling',
	type: 'n8n-nodes-kling.klingTextToVideo',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

interface Settings {
	operation?: string;
	model: string;
	mode?: string;
	duration?: number;
}

const toParameters = (settings: Settings) => ({
	operation: 'create',
	mode: 'std',
	duration: 5,
	...settings,
});

/** The variants of a field that the form shows with these settings, as n8n decides. */
function shown(name: string, settings: Settings): INodeProperties[] {
	const parameters = toParameters(settings);
	return description.properties.filter(
		(property) =>
			property.name === name &&
			NodeHelpers.displayParameter(parameters, property, NODE, description),
	);
}

/** The same for an option of the Options collection. */
function shownOption(name: string, settings: Settings): INodeProperties[] {
	const parameters = toParameters(settings);
	const [collection] = shown('options', settings);
	return ((collection?.options ?? []) as INodeProperties[]).filter(
		(property) =>
			property.name === name &&
			NodeHelpers.displayParameter({}, property, NODE, description, parameters),
	);
}

const valuesOf = ([property]: INodeProperties[]) =>
	((property?.options ?? []) as INodePropertyOptions[]).map(({ value }) => value);

/** The fields of a fixed collection's one group. */
const fieldsOf = ([property]: INodeProperties[]) =>
	((property?.options ?? []) as INodePropertyCollection[])[0]?.values ?? [];

const isOffered = (name: string, settings: Settings) => shownOption(name, settings).length;

const OPERATIONS = ['create', 'createAndWait'];

describe('the Model field', () => {
	const [field] = shown('model', { model: '' });
	const options = field?.options as INodePropertyOptions[];

	it('offers every model of the registry and Custom, Kling 2.6 first choice', () => {
		expect(options.map(({ value }) => value)).toEqual([
			'kling-v3',
			'kling-3.0-turbo',
			'kling-v2-6',
			'kling-v2-5-turbo',
			'kling-v2-1-master',
			'kling-v2-1',
			'kling-v2-master',
			'kling-v1-6',
			'kling-v1',
			'custom',
		]);
		expect(field?.default).toBe('kling-v2-6');
	});

	it.each([
		['kling-v2-1-master', '2026-09-15', true],
		['kling-v2-master', '2026-10-01', true],
		['kling-v1-6', '2026-09-15', true],
		['kling-v1', '2026-10-01', false],
	])('says that %s is retired since %s', (model, day, onGateways) => {
		const text = options.find(({ value }) => value === model)?.description ?? '';
		expect(text).toMatch(/^Retired by Kling/);
		expect(text).toContain(day);
		expect(text.includes('gateways still offer it')).toBe(onGateways);
	});

	it('says so of no other model', () => {
		const retired = options.filter(({ description: text }) => /retired/i.test(text ?? ''));
		expect(retired.map(({ value }) => value).sort()).toEqual(
			MODELS.filter((model) => model.retired)
				.map(({ value }) => value)
				.sort(),
		);
	});

	it('shows Model ID with Custom only', () => {
		for (const { value } of ALL_MODELS) {
			expect(shown('customModel', { model: value })).toHaveLength(value === 'custom' ? 1 : 0);
		}
	});
});

describe.each(OPERATIONS)('the form of %s', (operation) => {
	it.each(ALL_MODELS.map((model) => [model.displayName, model] as const))(
		'has for %s each field once, with just what the model offers',
		(_name, model) => {
			const settings = { operation, model: model.value };
			for (const name of ['mode', 'duration', 'aspectRatio', 'options', 'prompt', 'simplify']) {
				expect(shown(name, settings)).toHaveLength(1);
			}
			expect(valuesOf(shown('mode', settings))).toEqual(offeredBy(model, ({ modes }) => modes));
			expect(valuesOf(shown('duration', settings))).toEqual(
				offeredBy(model, ({ durations }) => durations),
			);
			expect(valuesOf(shown('aspectRatio', settings))).toEqual(
				offeredBy(model, ({ aspectRatios }) => aspectRatios),
			);
		},
	);

	it.each<[string, string[]]>([
		['kling-v3', ['std', 'pro', '4k']],
		['kling-3.0-turbo', ['std', 'pro']],
		['kling-v2-6', ['std', 'pro']],
		['kling-v1', ['std', 'pro']],
		['custom', ['std', 'pro', '4k']],
	])('offers for %s the modes %j', (model, modes) => {
		expect(valuesOf(shown('mode', { operation, model }))).toEqual(modes);
	});

	it.each<[string, number[]]>([
		['kling-v3', [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]],
		['kling-3.0-turbo', [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]],
		['kling-v2-6', [5, 10]],
		['kling-v2-5-turbo', [5, 10]],
		['kling-v1-6', [5, 10]],
	])('offers for %s the durations %j', (model, durations) => {
		expect(valuesOf(shown('duration', { operation, model }))).toEqual(durations);
	});

	it.each<[string, string[]]>([
		['kling-v3', ['16:9', '9:16', '1:1']],
		['kling-v2-6', ['16:9', '9:16', '1:1']],
		['kling-v1', ['16:9', '9:16', '1:1']],
		['kling-v1-6', ['16:9', '9:16', '1:1', '3:2', '2:3', '3:4', '4:3']],
		['kling-v2-1', ['16:9', '9:16', '1:1', '3:2', '2:3', '3:4', '4:3']],
	])('offers for %s the aspect ratios %j', (model, ratios) => {
		expect([...valuesOf(shown('aspectRatio', { operation, model }))].sort()).toEqual(
			[...ratios].sort(),
		);
	});

	const option = (name: string, model: string, more: Partial<Settings> = {}) =>
		isOffered(name, { operation, model, ...more });

	it('offers Sound with Professional only for Kling 2.6', () => {
		expect(option('sound', 'kling-v2-6', { mode: 'std' })).toBe(0);
		expect(option('sound', 'kling-v2-6', { mode: 'pro' })).toBe(1);
	});

	it('offers Sound in every mode for Kling 3.0, and for no model that has no choice', () => {
		for (const mode of ['std', 'pro', '4k']) expect(option('sound', 'kling-v3', { mode })).toBe(1);
		for (const model of ['kling-3.0-turbo', 'kling-v2-5-turbo', 'kling-v1-6', 'kling-v2-1']) {
			for (const mode of ['std', 'pro']) expect(option('sound', model, { mode })).toBe(0);
		}
	});

	it('offers Camera Control with Standard and 5 seconds only for Kling 1.0', () => {
		expect(option('cameraControl', 'kling-v1')).toBe(1);
		expect(option('cameraControl', 'kling-v1', { mode: 'pro' })).toBe(0);
		expect(option('cameraControl', 'kling-v1', { duration: 10 })).toBe(0);
	});

	it('offers Camera Control whatever the rest for the models that gateways have', () => {
		for (const model of ['kling-v1-6', 'kling-v2-master', 'kling-v2-1', 'kling-v2-1-master']) {
			expect(option('cameraControl', model, { mode: 'pro', duration: 10 })).toBe(1);
		}
		for (const model of ['kling-v3', 'kling-3.0-turbo', 'kling-v2-6', 'kling-v2-5-turbo']) {
			expect(option('cameraControl', model)).toBe(0);
		}
	});

	it('offers the presets of Camera Control where they exist, and no Value with them', () => {
		const presets = ['down_back', 'forward_up', 'left_turn_forward', 'right_turn_forward'];
		const axes = ['horizontal', 'pan', 'roll', 'tilt', 'vertical', 'zoom'];
		const control = (model: string) => fieldsOf(shownOption('cameraControl', { operation, model }));
		const types = (model: string) => [...valuesOf(control(model))].sort();
		expect(types('kling-v1')).toEqual([...presets, ...axes].sort());
		expect(types('kling-v1-6')).toEqual(axes);
		const value = control('kling-v1').find(({ name }) => name === 'value') as INodeProperties;
		const isShown = (type: string) =>
			NodeHelpers.displayParameter({ type }, value, NODE, description);
		expect(presets.filter(isShown)).toEqual([]);
		expect(axes.filter(isShown)).toEqual(axes);
	});

	it.each<[string, string, string[]]>([
		[
			'CFG Scale',
			'cfgScale',
			[
				'kling-v3',
				'kling-v2-1-master',
				'kling-v2-1',
				'kling-v2-master',
				'kling-v1-6',
				'kling-v1',
				'custom',
			],
		],
		[
			'Negative Prompt',
			'negativePrompt',
			ALL_MODELS.map(({ value }) => value).filter((value) => value !== 'kling-3.0-turbo'),
		],
		['Multi-Shot', 'multiShot', ['kling-v3', 'kling-3.0-turbo', 'custom']],
	])('offers %s for the models that have it', (_field, name, models) => {
		const offering = ALL_MODELS.filter(({ value }) => option(name, value) > 0);
		expect(offering.map(({ value }) => value)).toEqual(models);
		for (const { value } of offering) expect(option(name, value)).toBe(1);
	});

	it('lets Kling 3.0 split the prompt, but not Kling 3.0 Turbo', () => {
		const types = (model: string) =>
			[...valuesOf(fieldsOf(shownOption('multiShot', { operation, model })))].sort();
		expect(types('kling-v3')).toEqual(['customize', 'intelligence']);
		expect(types('kling-3.0-turbo')).toEqual(['customize']);
	});

	it('offers Watermark and External Task ID for every model', () => {
		for (const { value } of ALL_MODELS) {
			expect(option('watermark', value)).toBe(1);
			expect(option('externalTaskId', value)).toBe(1);
		}
	});

	it('shows everything a model by expression may need', () => {
		const settings = { operation, model: '={{ $json.model }}', mode: '={{ $json.mode }}' };
		for (const name of ['sound', 'cameraControl', 'cfgScale', 'negativePrompt', 'multiShot']) {
			expect(isOffered(name, settings)).toBeGreaterThan(0);
		}
	});
});

describe('the Callback URL', () => {
	it('is an option of Create only', () => {
		const offering = OPERATIONS.filter(
			(operation) => isOffered('callbackUrl', { operation, model: 'kling-v2-6' }) > 0,
		);
		expect(offering).toEqual(['create']);
	});
});

describe('Get Many', () => {
	it('shows Limit, 50 by default, unless Return All is on', () => {
		const [limit] = description.properties.filter(({ name }) => name === 'limit');
		const isShown = (returnAll: boolean) =>
			NodeHelpers.displayParameter(
				{ operation: 'getMany', returnAll },
				limit as INodeProperties,
				NODE,
				description,
			);
		expect(limit?.default).toBe(50);
		expect(isShown(false)).toBe(true);
		expect(isShown(true)).toBe(false);
	});
});
