import type { INodeParameters } from 'n8n-workflow';

import type { Parameter } from '../../nodes/shared/n8n/words/labels.ts';
import { parameterWords } from '../../nodes/shared/n8n/words/parameters.ts';
import { located, type Words } from '../../nodes/shared/n8n/words/phrases.ts';
import { errorOf, factsOf, items, sent } from './fixture.mts';
import { bare, itemsOf, runOfficial, useOfficial } from './officialFixture.mts';

const emulator = useOfficial({ models: 'classic' });

const BASE = { prompt: 'a cat', mode: 'std', duration: 5, aspectRatio: '16:9' };

/** The same model in both formats. */
const V1 = { ...BASE, model: 'kling-v3' };
const PATH = { ...BASE, model: 'custom', customModel: 'kling-3.0' };

const V1_BODY = {
	model_name: 'kling-v3',
	mode: 'std',
	prompt: 'a cat',
	duration: '5',
	aspect_ratio: '16:9',
};
const PATH_SETTINGS = {
	multi_shot: false,
	resolution: '720p',
	aspect_ratio: '16:9',
	duration: 5,
};
const PATH_BODY = { prompt: 'a cat', settings: PATH_SETTINGS, options: {} };

const GIVEN_ID = 'order-4711';

/** Runs Create and returns the one request's path and body, without IDs that the node made up. */
async function create(parameters: INodeParameters) {
	const run = await runOfficial(emulator.url, { operation: 'create', ...parameters });
	itemsOf(run);
	expect(emulator.tasks()).toHaveLength(1);
	// A user's own ID may be looked up before: only one request creates.
	const [request, ...more] = sent(emulator, 'create');
	expect(more).toEqual([]);
	expect(request?.method).toBe('POST');
	return { path: request?.path, body: bare(request?.json, GIVEN_ID) };
}

const shots = (...shot: Array<[prompt: string, duration: number]>) => ({
	multiShot: {
		settings: {
			shotType: 'customize',
			shots: { shot: shot.map(([prompt, duration]) => ({ prompt, duration })) },
		},
	},
});

const intelligence = { multiShot: { settings: { shotType: 'intelligence' } } };

/** What the form says, and the whole body in both formats; `undefined` where the format has no such field. */
type Case = [name: string, form: INodeParameters, v1?: object, path?: object];

const settings = (changes: object) => ({
	...PATH_BODY,
	settings: { ...PATH_SETTINGS, ...changes },
});
const options = (fields: object) => ({ ...PATH_BODY, options: fields });

const CASES: Case[] = [
	['nothing but what is always there', {}, V1_BODY, PATH_BODY],
	[
		'options that were added and left empty',
		{ options: { negativePrompt: '', externalTaskId: '', callbackUrl: '' } },
		V1_BODY,
		PATH_BODY,
	],
	[
		'a prompt with blanks around it',
		{ prompt: '  ein Kätzchen 🐱\n' },
		{ ...V1_BODY, prompt: 'ein Kätzchen 🐱' },
		{ ...PATH_BODY, prompt: 'ein Kätzchen 🐱' },
	],
	[
		'Mode Professional',
		{ mode: 'pro' },
		{ ...V1_BODY, mode: 'pro' },
		settings({ resolution: '1080p' }),
	],
	['Mode 4K', { mode: '4k' }, { ...V1_BODY, mode: '4k' }, settings({ resolution: '4k' })],
	...[3, 5, 10, 15].map(
		(duration): Case => [
			`Duration ${duration}`,
			{ duration },
			{ ...V1_BODY, duration: String(duration) },
			settings({ duration }),
		],
	),
	[
		'Duration as text',
		{ duration: '={{ "7" }}' },
		{ ...V1_BODY, duration: '7' },
		settings({ duration: 7 }),
	],
	...['16:9', '9:16', '1:1'].map(
		(aspectRatio): Case => [
			`Aspect Ratio ${aspectRatio}`,
			{ aspectRatio },
			{ ...V1_BODY, aspect_ratio: aspectRatio },
			settings({ aspect_ratio: aspectRatio }),
		],
	),
	[
		'Sound',
		{ options: { sound: true } },
		{ ...V1_BODY, sound: 'on' },
		settings({ audio: 'native' }),
	],
	[
		'no Sound',
		{ options: { sound: false } },
		{ ...V1_BODY, sound: 'off' },
		settings({ audio: 'off' }),
	],
	[
		'Watermark',
		{ options: { watermark: true } },
		{ ...V1_BODY, watermark_info: { enabled: true } },
		options({ watermark_info: { enabled: true } }),
	],
	[
		'no Watermark',
		{ options: { watermark: false } },
		{ ...V1_BODY, watermark_info: { enabled: false } },
		options({ watermark_info: { enabled: false } }),
	],
	[
		'External Task ID',
		{ options: { externalTaskId: ` ${GIVEN_ID} ` } },
		{ ...V1_BODY, external_task_id: GIVEN_ID },
		options({ external_task_id: GIVEN_ID }),
	],
	[
		'Callback URL',
		{ options: { callbackUrl: 'https://n8n.example.com/webhook/kling?a=1' } },
		{ ...V1_BODY, callback_url: 'https://n8n.example.com/webhook/kling?a=1' },
		options({ callback_url: 'https://n8n.example.com/webhook/kling?a=1' }),
	],
	[
		'Negative Prompt',
		{ options: { negativePrompt: ' blur ' } },
		{ ...V1_BODY, negative_prompt: 'blur' },
	],
	['CFG Scale 0', { options: { cfgScale: 0 } }, { ...V1_BODY, cfg_scale: 0 }],
	['CFG Scale 0.7', { options: { cfgScale: 0.7 } }, { ...V1_BODY, cfg_scale: 0.7 }],
	[
		'automatic shots',
		{ options: intelligence },
		{ ...V1_BODY, multi_shot: true, shot_type: 'intelligence' },
		settings({ multi_shot: true }),
	],
	[
		'shots of one’s own',
		{ options: shots([' one; two ', 3], ['three;', 2]) },
		{
			model_name: 'kling-v3',
			mode: 'std',
			duration: '5',
			aspect_ratio: '16:9',
			multi_shot: true,
			shot_type: 'customize',
			multi_prompt: [
				{ index: 1, prompt: 'one; two', duration: '3' },
				{ index: 2, prompt: 'three;', duration: '2' },
			],
		},
		{
			...settings({ multi_shot: true }),
			prompt: 'shot 1, 3, one, two; shot 2, 2, three,;',
		},
	],
	[
		'shots of one’s own without a common prompt',
		{ prompt: '={{ "" }}', options: shots(['one', 5]) },
		{
			model_name: 'kling-v3',
			mode: 'std',
			duration: '5',
			aspect_ratio: '16:9',
			multi_shot: true,
			shot_type: 'customize',
			multi_prompt: [{ index: 1, prompt: 'one', duration: '5' }],
		},
		{ ...settings({ multi_shot: true }), prompt: 'shot 1, 5, one;' },
	],
	[
		'everything at once',
		{
			mode: 'pro',
			duration: 10,
			aspectRatio: '1:1',
			options: {
				sound: true,
				watermark: true,
				externalTaskId: GIVEN_ID,
				callbackUrl: 'http://localhost:5678/webhook/kling',
				...intelligence,
			},
		},
		{
			...V1_BODY,
			mode: 'pro',
			duration: '10',
			aspect_ratio: '1:1',
			sound: 'on',
			multi_shot: true,
			shot_type: 'intelligence',
			watermark_info: { enabled: true },
			external_task_id: GIVEN_ID,
			callback_url: 'http://localhost:5678/webhook/kling',
		},
		{
			prompt: 'a cat',
			settings: {
				multi_shot: true,
				audio: 'native',
				resolution: '1080p',
				aspect_ratio: '1:1',
				duration: 10,
			},
			options: {
				watermark_info: { enabled: true },
				external_task_id: GIVEN_ID,
				callback_url: 'http://localhost:5678/webhook/kling',
			},
		},
	],
];

describe('in the body of v1', () => {
	it.each(CASES)('%s', async (_name, form, v1) => {
		expect(await create({ ...V1, ...form })).toEqual({ path: '/v1/videos/text2video', body: v1 });
	});
});

describe('in the body of path', () => {
	it.each(CASES.filter(([, , , path]) => path))('%s', async (_name, form, _v1, path) => {
		expect(await create({ ...PATH, ...form })).toEqual({
			path: '/text-to-video/kling-3.0',
			body: path,
		});
	});
});

describe('the Callback URL', () => {
	it('is not sent by Create and Wait, which has no such option', async () => {
		const run = await runOfficial(emulator.url, {
			operation: 'createAndWait',
			...V1,
			downloadVideo: false,
			options: { callbackUrl: 'https://n8n.example.com/webhook' },
		});
		itemsOf(run);
		expect(bare(emulator.requests()[0]?.json)).toEqual(V1_BODY);
	});

	it.each(['http://n8n.example.com/webhook', 'n8n.example.com', 'ftp://n8n.example.com/'])(
		'must be encrypted: not %s',
		async (callbackUrl) => {
			const run = await runOfficial(emulator.url, {
				operation: 'create',
				...V1,
				options: { callbackUrl },
			});
			expect(factsOf(run)).toMatchObject({ kind: 'input', parameter: 'callbackUrl' });
			const { message } = parameterWords.noUrl('callbackUrl', callbackUrl);
			expect(errorOf(run).message).toBe(located(message, 0));
			expect(emulator.requests()).toEqual([]);
		},
	);
});

describe('the field multi_shot of path', () => {
	it.each([
		['kling-3.0', { multi_shot: false }],
		['kling-3.0-turbo', {}],
		['kling-2.6', {}],
		['kling-2.5-turbo', {}],
	])('of %s is %j where no shots are asked for', async (customModel, field) => {
		const { body } = await create({ ...PATH, customModel });
		const { resolution, aspect_ratio: ratio, duration } = PATH_SETTINGS;
		expect((body as typeof PATH_BODY).settings).toEqual({
			resolution,
			aspect_ratio: ratio,
			duration,
			...field,
		});
	});

	it('is not sent to Kling 3.0 Turbo with shots either: it knows their syntax without', async () => {
		const { path, body } = await create({
			...BASE,
			model: 'kling-3.0-turbo',
			options: shots(['one', 2], ['two', 3]),
		});
		const { resolution, aspect_ratio: ratio, duration } = PATH_SETTINGS;
		expect(path).toBe('/text-to-video/kling-3.0-turbo');
		expect(body).toEqual({
			prompt: 'shot 1, 2, one; shot 2, 3, two;',
			settings: { resolution, aspect_ratio: ratio, duration },
			options: {},
		});
	});
});

describe('shots', () => {
	const six = (words: string): Array<[string, number]> =>
		Array.from({ length: 6 }, (_, index) => [words, index === 0 ? 10 : 1]);
	const LONGEST = '😀'.repeat(512);

	it('may be six, of 512 characters each, in v1', async () => {
		const { body } = await create({ ...V1, duration: 15, options: shots(...six(LONGEST)) });
		expect((body as { multi_prompt: unknown }).multi_prompt).toEqual(
			six(LONGEST).map(([prompt, duration], index) => ({
				index: index + 1,
				prompt,
				duration: String(duration),
			})),
		);
	});

	it('may have 3072 characters together in path, their numbers and durations included', async () => {
		const { body } = await create({
			...PATH,
			duration: 15,
			options: shots(...six('x'.repeat(498))),
		});
		expect((body as { prompt: string }).prompt.length).toBeLessThanOrEqual(3072);
	});

	it.each<[string, INodeParameters, Parameter, Words]>([
		['more than six', shots(...six('one'), ['seven', 1]), 'shots', parameterWords.tooManyShots(6)],
		['none', shots(), 'shots', parameterWords.noShots()],
		[
			'a sum that is not the duration',
			shots(['one', 2], ['two', 2]),
			'shots',
			parameterWords.shotsDontAddUp(4, 5),
		],
		[
			'a shot without words',
			shots(['one', 3], [' ', 2]),
			'shotPrompt',
			parameterWords.empty('shotPrompt'),
		],
		[
			'a shot of 513 characters',
			shots(['x'.repeat(513), 5]),
			'shotPrompt',
			parameterWords.tooLong('shotPrompt', 513, 512),
		],
		[
			'a shot of 0 seconds',
			shots(['one', 5], ['two', 0]),
			'shotDuration',
			parameterWords.outOfRange('shotDuration', 0, 1, 15),
		],
		[
			'half a second',
			shots(['one', 4.5], ['two', 0.5]),
			'shotDuration',
			parameterWords.notWhole('shotDuration', 4.5),
		],
	])('are refused in both formats with %s', async (_name, options, parameter, { message }) => {
		for (const form of [V1, PATH]) {
			const run = await runOfficial(emulator.url, { operation: 'create', ...form, options });
			expect(factsOf(run)).toMatchObject({ kind: 'input', parameter });
			expect(errorOf(run).message).toBe(located(message, 0));
		}
		expect(emulator.requests()).toEqual([]);
	});

	it('are refused in path when they are too long together', async () => {
		const run = await runOfficial(emulator.url, {
			operation: 'create',
			...PATH,
			duration: 15,
			options: shots(...six('x'.repeat(512))),
		});
		expect(factsOf(run)).toMatchObject({ kind: 'input', parameter: 'shots' });
		expect(errorOf(run).message).toBe(located(parameterWords.shotsTooLong(3150, 3072).message, 0));
		expect(emulator.requests()).toEqual([]);
	});

	it('that Kling shall choose need a prompt', async () => {
		for (const form of [V1, PATH]) {
			const run = await runOfficial(emulator.url, {
				operation: 'create',
				...form,
				prompt: '={{ " " }}',
				options: intelligence,
			});
			expect(factsOf(run)).toEqual({
				kind: 'input',
				parameter: 'prompt',
				problem: 'empty',
				itemIndex: 0,
			});
		}
		expect(emulator.requests()).toEqual([]);
	});
});

describe('Camera Control', () => {
	const CAMERA = { ...BASE, model: 'kling-v1' };
	const BODY = { ...V1_BODY, model_name: 'kling-v1' };
	const camera = (control: INodeParameters) => ({ options: { cameraControl: { control } } });

	it.each([
		['zoom', -5],
		['horizontal', 10],
		['vertical', -10],
		['pan', 0.5],
		['tilt', 1],
		['roll', 2.25],
	])('along %s is simple, with this one axis', async (type, value) => {
		expect(await create({ ...CAMERA, ...camera({ type, value }) })).toEqual({
			path: '/v1/videos/text2video',
			body: { ...BODY, camera_control: { type: 'simple', config: { [type]: value } } },
		});
	});

	it.each(['down_back', 'forward_up', 'left_turn_forward', 'right_turn_forward'])(
		'%s is a type without a value',
		async (type) => {
			for (const control of [{ type }, { type, value: 5 }]) {
				emulator.reset();
				const { body } = await create({ ...CAMERA, ...camera(control) });
				expect(body).toEqual({ ...BODY, camera_control: { type } });
			}
		},
	);

	it('is evaluated for each item', async () => {
		const run = await runOfficial(
			emulator.url,
			{
				operation: 'create',
				...CAMERA,
				prompt: '={{ $json.type }}',
				...camera({ type: '={{ $json.type }}', value: '={{ $json.value }}' }),
			},
			{ input: items({ type: 'pan', value: '3' }, { type: 'forward_up', value: null }) },
		);
		itemsOf(run);
		const controlOf = (prompt: string) =>
			emulator
				.tasks()
				.map(({ body }) => body as { prompt: string; camera_control: unknown })
				.find((body) => body.prompt === prompt)?.camera_control;
		expect(controlOf('pan')).toEqual({ type: 'simple', config: { pan: 3 } });
		expect(controlOf('forward_up')).toEqual({ type: 'forward_up' });
	});
});
