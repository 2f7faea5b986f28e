import { FAIL_WORD, REFUSE_WORD, RISK_CONTROL } from './index.mts';
import { call, GENERATION_MS, QUEUE_MS, startTestEmulator } from './testing.mts';

/** The format's own example, character for character. */
const EXAMPLE = {
	model_name: 'kling-v1-6',
	mode: 'pro',
	prompt: '一只可爱的小猫在花园里追逐蝴蝶，阳光明媚，画面温馨',
	duration: 10,
	aspect_ratio: '16:9',
	cfg_scale: 0.7,
	camera_control: { type: 'zoom', config: { value: -5 } },
};
const REQUIRED = { model_name: 'kling-v1-6', mode: 'std', prompt: 'a cat' };

describe('the gateway format', () => {
	let emulator: Awaited<ReturnType<typeof startTestEmulator>>;
	let path: string;

	beforeAll(async () => {
		emulator = await startTestEmulator();
		path = `${emulator.gatewayUrl}/v1/videos/text2video`;
	});
	beforeEach(() => emulator.reset());
	afterAll(async () => await emulator.close());

	const create = async (body: unknown) => await call('POST', path, { body });

	it('answers the gateway format’s own example in its shape', async () => {
		const reply = await create(EXAMPLE);
		expect(reply.status).toBe(200);
		expect(reply.json).toEqual({
			task_id: expect.stringMatching(/^[\w-]{22}$/),
			task_status: 'submitted',
			created_at: emulator.clock.now(),
			updated_at: emulator.clock.now(),
		});
	});

	it('takes a task through its states to a video that can be played', async () => {
		const created = emulator.clock.now();
		const { task_id: id } = (await create(EXAMPLE)).json;
		const query = async () => (await call('GET', `${path}/${id}`)).json;

		expect(await query()).toMatchObject({ task_status: 'submitted', updated_at: created });
		emulator.clock.advance(QUEUE_MS);
		expect(await query()).toMatchObject({
			task_status: 'processing',
			updated_at: created + QUEUE_MS,
		});
		emulator.clock.advance(GENERATION_MS);
		const url = `${emulator.url}/videos/${id}.mp4`;
		expect(await query()).toEqual({
			task_id: id,
			task_status: 'completed',
			task_status_msg: '任务完成',
			created_at: created,
			updated_at: created + GENERATION_MS,
			task_result: { videos: [{ id: 'video_001', url, duration: 10 }] },
		});

		const video = await call('GET', url, { authorization: '' });
		expect(video.status).toBe(200);
		expect(video.headers.get('content-type')).toBe('video/mp4');
		expect(video.headers.get('content-length')).toMatch(/^[1-9]\d+$/);
		expect(video.text.slice(4, 8)).toBe('ftyp');
	});

	it.each([
		['a missing model', { model_name: undefined }],
		['a missing mode', { mode: undefined }],
		['a missing prompt', { prompt: undefined }],
		['a blank prompt', { prompt: ' \n' }],
		['a prompt of 2501 characters', { prompt: '猫'.repeat(2501) }],
		['a negative prompt of 2501 characters', { negative_prompt: 'x'.repeat(2501) }],
		['a model the format does not list', { model_name: 'kling-v3' }],
		['4k', { mode: '4k' }],
		['a duration as a string', { duration: '5' }],
		['a duration of 7', { duration: 7 }],
		['an aspect ratio the format does not list', { aspect_ratio: '21:9' }],
		['a cfg_scale above 1', { cfg_scale: 1.1 }],
		['a cfg_scale as a string', { cfg_scale: '0.5' }],
		['a null', { negative_prompt: null }],
		['an unknown field', { external_task_id: 'x' }],
		['a camera type of no kind', { camera_control: { type: 'simple', config: { value: 1 } } }],
		['a camera in Kling v1 form', { camera_control: { type: 'zoom', config: { zoom: 1 } } }],
		['a camera without a value', { camera_control: { type: 'zoom', config: {} } }],
	])('refuses %s with 400', async (_what, changes) => {
		const reply = await create({ ...REQUIRED, ...changes });
		expect(reply.status).toBe(400);
		expect(reply.json).toEqual({ error: { message: expect.any(String), code: 400 } });
		expect(emulator.tasks()).toEqual([]);
	});

	it('counts characters, not UTF-16 units', async () => {
		expect((await create({ ...REQUIRED, prompt: '🐈'.repeat(2500) })).status).toBe(200);
		expect((await create({ ...REQUIRED, prompt: '🐈'.repeat(2501) })).status).toBe(400);
	});

	it('names the field that it refuses', async () => {
		const reply = await create({ ...EXAMPLE, camera_control: { type: 'zoom' } });
		expect(reply.json.error.message).toBe('camera_control.config: Required');
	});

	it.each([
		['no JSON', '{', 'application/json'],
		['an empty body', '', 'application/json'],
		['another content type', JSON.stringify(REQUIRED), 'text/plain'],
	])('refuses %s', async (_what, body, contentType) => {
		const reply = await call('POST', path, { body, headers: { 'content-type': contentType } });
		expect(reply.status).toBe(400);
	});

	it('knows the models of its allow-list in addition to the four', async () => {
		expect((await create({ ...REQUIRED, model_name: 'kling-v9-preview' })).status).toBe(200);
	});

	it('answers 401 without a key, 401 to a wrong one and 400 to an unknown id', async () => {
		const query = async (authorization?: string) =>
			(await call('GET', `${path}/no-such-task`, { authorization })).status;
		expect(await query('')).toBe(401);
		expect(await query('Bearer wrong')).toBe(401);
		expect(await query()).toBe(400);
	});

	it('has no list: another method on a known path is 404', async () => {
		expect((await call('GET', path)).status).toBe(404);
	});

	it('refuses content at once, or fails it later', async () => {
		expect((await create({ ...REQUIRED, prompt: `a ${REFUSE_WORD}` })).status).toBe(400);
		const { task_id: id } = (await create({ ...REQUIRED, prompt: `a ${FAIL_WORD}` })).json;
		emulator.clock.advance(GENERATION_MS);
		const { json } = await call('GET', `${path}/${id}`);
		expect(json).toMatchObject({ task_status: 'failed', task_status_msg: RISK_CONTROL });
		expect(json).not.toHaveProperty('task_result');
		expect((await call('GET', `${emulator.url}/videos/${id}.mp4`)).status).not.toBe(200);
	});

	it('has a concurrency limit per account and model, for which a task counts until its end', async () => {
		emulator.updateAccount('emulator', { concurrency: 2 });
		const statuses = async (model: string) => [
			(await create({ ...REQUIRED, model_name: model })).status,
			(await create({ ...REQUIRED, model_name: model })).status,
			(await create({ ...REQUIRED, model_name: model })).status,
		];
		expect(await statuses('kling-v1-6')).toEqual([200, 200, 429]);
		expect(await statuses('kling-v2-master')).toEqual([200, 200, 429]);
		emulator.clock.advance(GENERATION_MS - 1);
		expect((await create(REQUIRED)).status).toBe(429);
		emulator.clock.advance(1);
		expect(await statuses('kling-v1-6')).toEqual([200, 200, 429]);
		emulator.updateAccount('emulator', { concurrency: 20 });
	});

	it('records requests as they came, the body to the byte', async () => {
		const body = `{ "model_name":"kling-v1-6",\n"mode":"std","prompt":"caf\\u00e9 猫" }`;
		const { task_id: id } = (await create(body)).json;
		expect(emulator.requests()).toMatchObject([
			{
				method: 'POST',
				path: '/gateway/v1/videos/text2video',
				headers: { authorization: 'Bearer emulator-api-key' },
				body,
				json: { prompt: 'café 猫' },
				route: 'create',
				format: 'gateway',
				account: 'emulator',
				taskIds: [id],
				status: 200,
				outcome: 'replied',
			},
		]);
		expect(emulator.tasks()).toMatchObject([{ id, body: JSON.parse(body), state: 'submitted' }]);
	});
});

describe('the video host', () => {
	let emulator: Awaited<ReturnType<typeof startTestEmulator>>;
	let url: string;

	beforeAll(async () => {
		emulator = await startTestEmulator();
		const path = `${emulator.gatewayUrl}/v1/videos/text2video`;
		const { json } = await call('POST', path, { body: REQUIRED });
		url = `${emulator.url}/videos/${json.task_id}.mp4`;
	});
	afterAll(async () => await emulator.close());

	it('has no file before the task has succeeded', async () => {
		expect((await call('GET', url, { authorization: '' })).status).toBe(404);
		emulator.clock.advance(GENERATION_MS);
		expect((await call('GET', url, { authorization: '' })).status).toBe(200);
	});

	it('refuses to see a key, and keeps the proof', async () => {
		expect((await call('GET', url)).status).toBe(400);
		expect(emulator.requests().at(-1)).toMatchObject({
			route: 'video',
			format: 'gateway',
			status: 400,
			headers: { authorization: expect.any(String) },
		});
	});

	it('purges files after 30 days', async () => {
		emulator.clock.advance(31 * 24 * 3600 * 1000);
		expect((await call('GET', url, { authorization: '' })).status).toBe(403);
	});
});
