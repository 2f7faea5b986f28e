import type { INodeParameters } from 'n8n-workflow';

import {
	EMULATOR_API_KEY,
	factsOf,
	items,
	NODE,
	PLAIN,
	PLAIN_BODY,
	runNode,
	sent,
	useEmulator,
} from './fixture.mts';

const emulator = useEmulator();

/** Runs Create and returns the request that started the one video. */
async function create(parameters: INodeParameters) {
	const run = await runNode(emulator.gatewayUrl, { operation: 'create', ...PLAIN, ...parameters });
	expect(run.nodeError(NODE)).toBeUndefined();
	expect(emulator.tasks().length).toBe(1);
	const [request] = emulator.requests();
	expect(emulator.requests().length).toBe(1);
	return request;
}

/** Key order aside, the very text: no spaces, no other keys, numbers as numbers. */
function sorted(json: unknown): unknown {
	if (typeof json !== 'object' || json === null) return json;
	const entries = Object.entries(json).sort(([one], [other]) => (one < other ? -1 : 1));
	return Object.fromEntries(entries.map(([key, value]) => [key, sorted(value)]));
}

describe('the example of the gateway format', () => {
	const EXAMPLE_BODY = `{
  "model_name": "kling-v1-6",
  "mode": "pro",
  "prompt": "一只可爱的小猫在花园里追逐蝴蝶，阳光明媚，画面温馨",
  "duration": 10,
  "aspect_ratio": "16:9",
  "cfg_scale": 0.7,
  "camera_control": {
    "type": "zoom",
    "config": {
      "value": -5
    }
  }
}`;

	it.each(['create', 'createAndWait'])('is sent to the letter by %s', async (operation) => {
		await runNode(emulator.gatewayUrl, {
			operation,
			model: 'kling-v1-6',
			prompt: '一只可爱的小猫在花园里追逐蝴蝶，阳光明媚，画面温馨',
			mode: 'pro',
			duration: 10,
			aspectRatio: '16:9',
			options: { cfgScale: 0.7, cameraControl: { control: { type: 'zoom', value: -5 } } },
			...(operation === 'createAndWait' && { waitOptions: { timeout: 0 } }),
		});
		const requests = sent(emulator, 'create');
		expect(requests).toHaveLength(1);
		const { method, url, headers, body } = requests[0] ?? {};
		expect({ method, url }).toEqual({ method: 'POST', url: '/gateway/v1/videos/text2video' });
		expect(headers?.authorization).toBe(`Bearer ${EMULATOR_API_KEY}`);
		expect(headers?.['content-type']).toMatch(/^application\/json(;|$)/);
		expect(JSON.stringify(sorted(JSON.parse(body ?? '')))).toBe(
			JSON.stringify(sorted(JSON.parse(EXAMPLE_BODY))),
		);
		expect(body).toHaveLength(JSON.stringify(JSON.parse(EXAMPLE_BODY)).length);
	});

	it('checks the status at the documented address', async () => {
		const created = await runNode(emulator.gatewayUrl, { operation: 'create', ...PLAIN });
		const taskId = created.items(NODE)[0]?.json.task_id as string;
		emulator.clearRequests();
		await runNode(emulator.gatewayUrl, { operation: 'getStatus', taskId });
		expect(emulator.requests().length).toBe(1);
		expect(emulator.requests()[0]).toMatchObject({
			method: 'GET',
			url: `/gateway/v1/videos/text2video/${taskId}`,
			body: '',
			headers: { authorization: `Bearer ${EMULATOR_API_KEY}` },
		});
	});

	it('refuses a task ID that some server would follow to another route', async () => {
		const run = await runNode(emulator.gatewayUrl, { operation: 'getStatus', taskId: 'a/../b' });
		expect(factsOf(run)).toMatchObject({ kind: 'input', parameter: 'taskId', problem: 'noId' });
		expect(emulator.requests()).toEqual([]);
	});

	it('keeps a task ID with special characters within its place in the address', async () => {
		await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus', taskId: 'a/b?c=d#e f%' },
			{ node: { onError: 'continueRegularOutput' } },
		);
		expect(emulator.requests()[0]?.url).toBe(
			'/gateway/v1/videos/text2video/a%2Fb%3Fc%3Dd%23e%20f%25',
		);
	});
});

describe('each field of the form is sent as documented', () => {
	const camera = (type: string, value: number) => ({
		options: { cameraControl: { control: { type, value } } },
	});
	const CAMERAS = ['zoom', 'pan', 'tilt', 'horizontal', 'vertical', 'roll'].flatMap((type) =>
		[10, -10, -0.5].map((value): [string, INodeParameters, object] => [
			`Camera Control ${type} ${value}`,
			camera(type, value),
			{ camera_control: { type, config: { value } } },
		]),
	);
	const MODELS = ['kling-v1-6', 'kling-v2-master', 'kling-v2-1', 'kling-v2-1-master'];

	it.each<[string, INodeParameters, object]>([
		['nothing but the fields that are always there', {}, {}],
		...MODELS.map((model): [string, INodeParameters, object] => [
			`Model ${model}`,
			{ model },
			{ model_name: model },
		]),
		[
			'Model Custom with its Model ID, trimmed',
			{ model: 'custom', customModel: ' kling-v9-preview ' },
			{ model_name: 'kling-v9-preview' },
		],
		['Mode Standard', { mode: 'std' }, { mode: 'std' }],
		['Mode Professional', { mode: 'pro' }, { mode: 'pro' }],
		['Duration 5', { duration: 5 }, { duration: 5 }],
		['Duration 10', { duration: 10 }, { duration: 10 }],
		...['16:9', '9:16', '1:1', '3:2', '2:3', '3:4', '4:3'].map(
			(aspectRatio): [string, INodeParameters, object] => [
				`Aspect Ratio ${aspectRatio}`,
				{ aspectRatio },
				{ aspect_ratio: aspectRatio },
			],
		),
		[
			'Negative Prompt, trimmed',
			{ options: { negativePrompt: ' blurry,\ntext\n' } },
			{ negative_prompt: 'blurry,\ntext' },
		],
		...[0, 1, 0.7].map((cfgScale): [string, INodeParameters, object] => [
			`CFG Scale ${cfgScale}`,
			{ options: { cfgScale } },
			{ cfg_scale: cfgScale },
		]),
		...CAMERAS,
		[
			'Camera Control as the form opens it',
			camera('zoom', 5),
			{ camera_control: { type: 'zoom', config: { value: 5 } } },
		],
		['an empty Negative Prompt: not sent', { options: { negativePrompt: '' } }, {}],
		['a Negative Prompt of blanks: not sent', { options: { negativePrompt: ' \n' } }, {}],
		['a Camera Control without a movement: not sent', { options: { cameraControl: {} } }, {}],
		[
			'a CFG Scale whose expression finds nothing: not sent',
			{ options: { cfgScale: '={{ $json.none }}' } },
			{},
		],
		['Prompt, trimmed', { prompt: '\n a cat\t ' }, { prompt: 'a cat' }],
		[
			'Prompt with quotes and line breaks',
			{ prompt: 'a "cat"\n\\ 猫 🐈' },
			{ prompt: 'a "cat"\n\\ 猫 🐈' },
		],
		[
			'Prompt of 2500 emoji, which are one character each',
			{ prompt: '😀'.repeat(2500) },
			{ prompt: '😀'.repeat(2500) },
		],
		[
			'Prompt of 2500 characters within blanks',
			{ prompt: ` ${'x'.repeat(2500)} ` },
			{ prompt: 'x'.repeat(2500) },
		],
		[
			'Negative Prompt of 2500 characters',
			{ options: { negativePrompt: '猫'.repeat(2500) } },
			{ negative_prompt: '猫'.repeat(2500) },
		],
	])('%s', async (_name, parameters, expected) => {
		const request = await create(parameters);
		expect(request?.json).toEqual({ ...PLAIN_BODY, ...expected });
		expect(request?.body).toBe(JSON.stringify(request?.json));
	});
});

describe('expressions', () => {
	it('are evaluated for each item, and numbers may arrive as text', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{
				operation: 'create',
				model: '={{ $json.model }}',
				prompt: '={{ $json.prompt }}',
				mode: '={{ $json.mode }}',
				duration: '={{ $json.duration }}',
				aspectRatio: '={{ $json.ratio }}',
				options: {
					cfgScale: '={{ $json.cfg }}',
					cameraControl: { control: { type: '={{ $json.camera }}', value: '={{ $json.move }}' } },
				},
			},
			{
				input: items(
					{
						model: 'kling-v2-1',
						prompt: 'one',
						mode: 'pro',
						duration: '10',
						ratio: '1:1',
						cfg: '0.25',
						camera: 'pan',
						move: '-3',
					},
					{
						model: 'kling-v2-master',
						prompt: 2,
						mode: 'std',
						duration: 5,
						ratio: '9:16',
						cfg: 1,
						camera: 'roll',
						move: 7.5,
					},
				),
			},
		);
		expect(run.nodeError(NODE)).toBeUndefined();
		const bodies = emulator.tasks().map(({ body }) => body);
		expect(bodies).toHaveLength(2);
		expect(bodies).toContainEqual({
			model_name: 'kling-v2-1',
			mode: 'pro',
			prompt: 'one',
			duration: 10,
			aspect_ratio: '1:1',
			cfg_scale: 0.25,
			camera_control: { type: 'pan', config: { value: -3 } },
		});
		expect(bodies).toContainEqual({
			model_name: 'kling-v2-master',
			mode: 'std',
			prompt: '2',
			duration: 5,
			aspect_ratio: '9:16',
			cfg_scale: 1,
			camera_control: { type: 'roll', config: { value: 7.5 } },
		});
	});

	it('may give the Task ID as a number', async () => {
		await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus' },
			{ input: items({ task_id: 4711 }), node: { onError: 'continueRegularOutput' } },
		);
		expect(emulator.requests().map(({ path }) => path)).toEqual([
			'/gateway/v1/videos/text2video/4711',
		]);
	});
});
