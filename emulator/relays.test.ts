import { FAIL_WORD, type RelayName } from './index.mts';
import { call, GENERATION_MS, QUEUE_MS, startTestEmulator } from './testing.mts';

let emulator: Awaited<ReturnType<typeof startTestEmulator>>;

beforeEach(async () => {
	emulator = await startTestEmulator();
});
afterEach(async () => await emulator.close());

const PATH = '/v1/videos/text2video';
const BODY = { model_name: 'kling-v2-6', prompt: 'a cat', external_task_id: 'order-1' };

const create = async (name: RelayName, body: object = BODY) =>
	await call('POST', emulator.relayUrl(name) + PATH, { body });
const query = async (name: RelayName, id: string) =>
	await call('GET', `${emulator.relayUrl(name)}${PATH}/${id}`);
const newestId = () => emulator.tasks().at(-1)!.id;

describe('new-api', () => {
	it('answers with a flat task, and then with Kling’s own reply inside of its own', async () => {
		const { status, json } = await create('new-api');
		const id = newestId();
		expect(status).toBe(200);
		expect(json).toEqual({
			id,
			task_id: id,
			object: 'video',
			model: 'kling-v2-6',
			status: 'queued',
			progress: 0,
			created_at: Math.floor(emulator.clock.now() / 1000),
		});
		emulator.clock.advance(QUEUE_MS);
		expect((await query('new-api', id)).json).toMatchObject({
			data: { status: 'IN_PROGRESS', result_url: '', progress: '30%' },
		});
		emulator.clock.advance(GENERATION_MS);
		const url = `${emulator.url}/videos/${id}.mp4`;
		const { json: done } = await query('new-api', id);
		expect(done).toMatchObject({
			code: 'success',
			data: {
				task_id: id,
				status: 'SUCCESS',
				fail_reason: '',
				result_url: url,
				data: { code: 0, data: { task_status: 'succeed', task_result: { videos: [{ url }] } } },
			},
		});
		expect(done.data.data.data.task_id).not.toBe(id);
	});

	it('has no field for the address in older versions', async () => {
		await create('new-api-older');
		const id = newestId();
		emulator.clock.advance(GENERATION_MS);
		const { data } = (await query('new-api-older', id)).json;
		expect(data).toMatchObject({
			status: 'SUCCESS',
			fail_reason: `${emulator.url}/videos/${id}.mp4`,
			data: null,
		});
		expect(data).not.toHaveProperty('result_url');
	});

	it('says why a task failed', async () => {
		await create('new-api', { ...BODY, prompt: FAIL_WORD });
		emulator.clock.advance(GENERATION_MS);
		expect((await query('new-api', newestId())).json.data).toMatchObject({
			status: 'FAILURE',
			fail_reason: 'Failure to pass the risk control system',
			result_url: '',
		});
	});
});

it('data-url names the video in data.url, and the reason in data.error', async () => {
	expect((await create('data-url')).json).toMatchObject({
		code: 'success',
		data: { task_id: newestId(), status: 'queued' },
	});
	await create('data-url', { ...BODY, external_task_id: 'order-2', prompt: FAIL_WORD });
	emulator.clock.advance(GENERATION_MS);
	const [done, failed] = await Promise.all(
		emulator.tasks().map(async ({ id }) => (await query('data-url', id)).json.data),
	);
	expect(done).toMatchObject({ error: null, status: 'succeeded' });
	expect(done.url).toMatch(/\.mp4$/);
	expect(failed).toMatchObject({ error: { code: 'task_failed' }, status: 'failed', url: '' });
});

describe.each(['new-api', 'new-api-older', 'data-url'] as const)('%s', (name) => {
	it('knows no external task IDs, no list and no account', async () => {
		await create(name);
		expect(await query(name, 'order-1')).toMatchObject({
			status: 400,
			json: { code: 'task_not_exist', data: null },
		});
		for (const path of [`${PATH}?pageNum=1&pageSize=30`, '/account/costs', '/tasks?task_ids=1']) {
			const { status, json } = await call('GET', emulator.relayUrl(name) + path);
			expect([status, json.error?.message]).toEqual([404, expect.stringMatching(/^Invalid URL/)]);
		}
	});

	it('makes videos of images in the same dialect', async () => {
		const path = '/v1/videos/image2video';
		const image = 'https://files.example.com/cat.png';
		const body = { ...BODY, image, external_task_id: 'order-9' };
		const created = await call('POST', emulator.relayUrl(name) + path, { body });
		const ofText = await create(name);
		expect(Object.keys(created.json)).toEqual(Object.keys(ofText.json));
		emulator.clock.advance(GENERATION_MS);
		const [imageTask, textTask] = emulator.tasks().map(({ id }) => id);
		const { status, json } = await call('GET', `${emulator.relayUrl(name)}${path}/${imageTask}`);
		expect([status, Object.keys(json.data)]).toEqual([
			200,
			Object.keys((await query(name, textTask!)).json.data),
		]);
		// A task is found where it was created only.
		expect((await query(name, imageTask!)).status).toBe(400);
		const text = await call('POST', emulator.relayUrl(name) + path, { body: BODY });
		expect(text.status).toBe(400);
	});

	it.each([
		[
			'a wrong key',
			{ authorization: 'Bearer wrong' },
			BODY,
			401,
			{ error: { message: 'Invalid token' } },
		],
		[
			'a model it does not have',
			{},
			{ ...BODY, model_name: 'kling-v9' },
			503,
			{ error: { code: 'model_not_found', type: 'new_api_error' } },
		],
		[
			'what Kling refuses',
			{},
			{ ...BODY, duration: '99' },
			400,
			{ code: 'fail_to_fetch_task', message: expect.stringContaining('"code":1201') },
		],
	])('refuses %s in its own words', async (_title, options, body, status, reply) => {
		const answer = await call('POST', emulator.relayUrl(name) + PATH, { ...options, body });
		expect(answer).toMatchObject({ status, json: reply });
		expect(emulator.tasks()).toEqual([]);
	});

	it('has its own words for an empty account', async () => {
		emulator.updateAccount('emulator', { resourcePacks: [] });
		expect(await create(name)).toMatchObject({
			status: 403,
			json: { error: { code: 'insufficient_user_quota' } },
		});
	});
});
