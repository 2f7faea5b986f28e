import { findTarget } from '../../../../nodes/shared/api/modelLookup';
import type { FormatName } from '../../../../nodes/shared/api/routes';
import type { Parameter } from '../../../../nodes/shared/n8n/words/labels';
import { check } from '../../../../nodes/shared/parameters/fieldTypes';
import { requestSchema } from '../../../../nodes/shared/parameters/requestSchema';

const IMAGE = { kind: 'url', url: 'https://example.com/cat.png' } as const;

const shotsOf = (...durations: number[]) => ({
	shotType: 'customize',
	shots: { shot: durations.map((duration) => ({ prompt: 'a cat', duration })) },
});

const of = (value: string, format: FormatName, customId?: string) => ({ value, format, customId });
const V1 = of('kling-v1', 'v1');
const V26 = of('kling-v2-6', 'v1');
const V3 = of('kling-v3', 'v1');
const V3_PATH = of('kling-v3', 'path');
const V4 = of('kling-4.0', 'path');
const V16_GATEWAY = of('kling-v1-6', 'gateway');
const V26_IMAGE = of('kling-v2-6', 'v1-image');
const V3_IMAGE = of('kling-v3', 'v1-image');
const CUSTOM = of('custom', 'v1', 'kling-v9');
const CUSTOM_KNOWN = of('custom', 'v1', 'kling-v2-6');

type Fields = Record<string, unknown>;
type Model = typeof V1;

/** What the form holds at least, and these fields. */
function read({ value, format, customId }: Model, fields: Fields) {
	const target = findTarget(value, [format], customId);
	if (!target) throw new Error(`No ${value} in ${format}`);
	const given = { prompt: 'a cat', mode: 'std', duration: 5, aspectRatio: '16:9', ...fields };
	return check(requestSchema(target), given, 'model');
}

describe('one field is understood', () => {
	it.each<[field: string, given: unknown, understood: unknown, model: Model]>([
		['prompt', '  a cat ', 'a cat', V26],
		['prompt', 7, '7', V26],
		['prompt', 'x'.repeat(3072), 'x'.repeat(3072), V3_PATH],
		['prompt', 'x'.repeat(26_000), 'x'.repeat(26_000), V4],
		['prompt', 'x'.repeat(100_000), 'x'.repeat(100_000), CUSTOM],
		['mode', 'Professional', 'pro', V26],
		['mode', '1080p', 'pro', V26],
		['mode', '2160', '4k', V3],
		['mode', 'ultra', 'ultra', CUSTOM],
		['duration', '10', 10, V26],
		['duration', '5 s', 5, V26],
		['duration', 47, 47, CUSTOM],
		['aspectRatio', '9:16', '9:16', V26],
		['aspectRatio', '5:4', '5:4', CUSTOM],
		['aspectRatio', 'nonsense', undefined, V26_IMAGE],
		['negativePrompt', 'blurry', 'blurry', V26],
		['negativePrompt', ' ', undefined, V3_PATH],
		['cfgScale', '0.5', 0.5, V3],
		['sound', 'yes', true, V3],
		['sound', false, false, V26],
		['watermark', 'true', true, V26],
		['externalTaskId', ' order-1 ', 'order-1', V26],
		['callbackUrl', 'https://n8n.example.com/hook', 'https://n8n.example.com/hook', V26],
		['additionalBody', '{"seed": 42}', { seed: 42 }, V26],
		['additionalBody', '{}', undefined, V26],
		['cameraControl', { type: 'Zoom', value: '5' }, { type: 'zoom', value: 5 }, V1],
		['cameraControl', { type: 'down_back', value: 0 }, { type: 'down_back' }, V1],
		['multiShot', { shotType: 'Automatic', shots: 7 }, { shotType: 'intelligence' }, V3],
		['lastFrame', IMAGE, IMAGE, V3_IMAGE],
	])('%s %j as %j', (field, given, understood, model) => {
		expect(read(model, { [field]: given })).toHaveProperty(field, understood);
	});
});

describe('one field is refused', () => {
	const rows: Array<[field: string, given: unknown, model: Model, about?: Parameter]> = [
		['prompt', ' ', V26],
		['prompt', { text: 'a cat' }, V26],
		['prompt', 'x'.repeat(2501), V26],
		['prompt', 'x'.repeat(3073), V3_PATH],
		['prompt', '猫'.repeat(11_001), V4],
		['prompt', ' ', CUSTOM],
		['mode', '4k', V26],
		['mode', '', CUSTOM],
		['duration', 7, V26],
		['duration', 0, CUSTOM],
		['aspectRatio', '21:9', V26],
		['aspectRatio', '4:3', CUSTOM_KNOWN],
		['negativePrompt', 'blurry', V3_PATH],
		['cfgScale', 0.5, V26],
		['cfgScale', 1.1, V3],
		['sound', true, V1],
		['sound', 'loud', V3],
		['watermark', true, V16_GATEWAY],
		['externalTaskId', 'order-1', V16_GATEWAY],
		['externalTaskId', 'a/../b', V26],
		['callbackUrl', 'https://n8n.example.com/hook', V16_GATEWAY],
		['callbackUrl', 'n8n.example.com', V26],
		['additionalBody', '[1]', V26, 'additionalBodyFields'],
		['cameraControl', { type: 'zoom', value: 5 }, V26],
		['cameraControl', { type: 'spin', value: 5 }, V1, 'cameraType'],
		['cameraControl', { type: 'zoom', value: 0 }, V1, 'cameraValue'],
		['cameraControl', { type: 'zoom', value: 11 }, V1, 'cameraValue'],
		['multiShot', { shotType: 'intelligence' }, V26],
		['multiShot', { shotType: 'other' }, V3, 'shotType'],
		['multiShot', { shotType: 'customize' }, V3, 'shots'],
		['multiShot', shotsOf(1, 1, 1, 1, 1, 1, 1), V3, 'shots'],
		['multiShot', shotsOf(2.5), V3, 'shotDuration'],
	];

	it.each(
		rows.map(([field, given, model, about = field as Parameter]) => ({
			field,
			given,
			model,
			about,
		})),
	)('$field $given', ({ field, given, model, about }) => {
		expect(() => read(model, { [field]: given })).toThrow(
			expect.objectContaining({ kind: 'input', parameter: about }),
		);
	});
});

/** Fields that each may be so, but not together. */
const CONFLICTS: Array<[rule: string, about: Parameter, model: Model, fields: Fields]> = [
	['sound in a mode that has none', 'sound', V26, { sound: true, mode: 'std' }],
	[
		'a camera movement in another mode',
		'cameraControl',
		V1,
		{ cameraControl: { type: 'zoom', value: 5 }, mode: 'pro' },
	],
	[
		'a camera movement for another duration',
		'cameraControl',
		V1,
		{ cameraControl: { type: 'zoom', value: 5 }, duration: 10 },
	],
	['a last frame in another mode', 'lastFrame', V26_IMAGE, { lastFrame: IMAGE, mode: 'std' }],
	[
		'a last frame with sound',
		'lastFrame',
		V26_IMAGE,
		{ lastFrame: IMAGE, mode: 'pro', sound: true },
	],
	[
		'a last frame with several shots',
		'lastFrame',
		V3_IMAGE,
		{ lastFrame: IMAGE, multiShot: { shotType: 'intelligence' } },
	],
	[
		'a last frame where there is none',
		'lastFrame',
		of('kling-3.0-turbo', 'path-image'),
		{ lastFrame: IMAGE },
	],
	[
		'shots that are too long together',
		'shots',
		V3_PATH,
		{
			multiShot: {
				shotType: 'customize',
				shots: { shot: Array(6).fill({ prompt: 'x'.repeat(512), duration: 1 }) },
			},
			duration: 6,
		},
	],
	['shots that do not add up', 'shots', V3, { multiShot: shotsOf(2, 3), duration: 6 }],
	[
		'shots without a prompt where Kling makes them',
		'prompt',
		V3,
		{ multiShot: { shotType: 'intelligence' }, prompt: '' },
	],
	['another model by an additional field', 'additionalBodyFields', V26, body({ model_name: 'x' })],
	[
		'another external task ID by an additional field',
		'additionalBodyFields',
		V26,
		body({ external_task_id: 'x' }),
	],
	[
		'another model by an additional field, for a custom one',
		'additionalBodyFields',
		CUSTOM,
		body({ model_name: 'x' }),
	],
];

function body(additionalBody: Fields): Fields {
	return { additionalBody };
}

describe('fields together', () => {
	it.each(CONFLICTS)('are refused: %s', (_rule, parameter, model, fields) => {
		expect(() => read(model, fields)).toThrow(
			expect.objectContaining({ kind: 'input', parameter }),
		);
	});

	it.each<[rule: string, model: Model, fields: Fields]>([
		['sound in its mode', V26, { sound: true, mode: 'pro' }],
		['no sound in any', V26, { sound: false, mode: 'std' }],
		['a camera movement in its mode', V1, { cameraControl: { type: 'zoom', value: 5 } }],
		['a silent last frame', V26_IMAGE, { lastFrame: IMAGE, mode: 'pro', sound: false }],
		['shots that add up, and no prompt', V3, { multiShot: shotsOf(2, 3), prompt: '' }],
		['its own model by an additional field', V26, body({ model_name: 'kling-v2-6' })],
		['anything for a custom model', CUSTOM, { sound: true, multiShot: shotsOf(2), duration: 9 }],
		[
			'fields of a gateway',
			V16_GATEWAY,
			{ cameraControl: { type: 'zoom', value: 5 }, mode: 'pro' },
		],
	])('are understood: %s', (_rule, model, fields) => {
		expect(() => read(model, fields)).not.toThrow();
	});

	it('are told of in the order of the rules, the prompt first', () => {
		const fields = { prompt: '', sound: true, ...body({ model_name: 'x' }) };
		expect(() => read(V26, fields)).toThrow(expect.objectContaining({ parameter: 'prompt' }));
		expect(() => read(V26, { ...fields, prompt: 'a cat' })).toThrow(
			expect.objectContaining({ parameter: 'sound' }),
		);
	});
});
