import { REFUSE_WORD } from './index.mts';
import { call, GENERATION_MS, QUEUE_MS, startTestEmulator } from './testing.mts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const BASE = { model_name: 'kling-v3', prompt: 'a cat' };
const CAMERA = { type: 'simple', config: { zoom: -5 } };

/** `count` shots of one second each, and the last as long as is left of `total`. */
const shots = (count: number, total: number) =>
	Array.from({ length: count }, (_, index) => ({
		index: index + 1,
		prompt: `shot ${index + 1}`,
		duration: String(index + 1 < count ? 1 : total - count + 1),
	}));

describe.each(['', '/kling'])('the v1 format under "%s"', (prefix) => {
	let emulator: Awaited<ReturnType<typeof startTestEmulator>>;
	let path: string;

	beforeAll(async () => {
		emulator = await startTestEmulator();
		path = `${emulator.url}${prefix}/v1/videos/text2video`;
	});
	beforeEach(() => emulator.reset());
	afterAll(async () => await emulator.close());

	it('creates in the shape of the live log, and goes through its states', async () => {
		const created = emulator.clock.now();
		const reply = await call('POST', path, { body: { ...BASE, external_task_id: 'mine' } });
		expect(reply.status).toBe(200);
		expect(reply.json).toEqual({
			code: 0,
			message: 'SUCCEED',
			request_id: expect.stringMatching(UUID),
			data: {
				task_id: expect.stringMatching(/^\d{18}$/),
				task_status: 'submitted',
				task_info: { external_task_id: 'mine' },
				created_at: created,
				updated_at: created,
			},
		});
		const id = reply.json.data.task_id;

		emulator.clock.advance(QUEUE_MS);
		const running = (await call('GET', `${path}/${id}`)).json.data;
		expect(running).toMatchObject({ task_status: 'processing', task_status_msg: '' });
		expect(running).not.toHaveProperty('task_result');

		emulator.clock.advance(GENERATION_MS - QUEUE_MS);
		expect((await call('GET', `${path}/mine`)).json.data).toEqual({
			task_id: id,
			task_status: 'succeed',
			task_status_msg: '',
			task_info: { external_task_id: 'mine' },
			watermark_info: { enabled: false },
			task_result: {
				videos: [
					{ id: expect.any(String), url: `${emulator.url}/videos/${id}.mp4`, duration: '5' },
				],
			},
			final_unit_deduction: '3',
			created_at: created,
			updated_at: created + GENERATION_MS,
		});
	});

	it('has an account endpoint at the official host only', async () => {
		const costs = `${emulator.url}${prefix}/account/costs?start_time=0&end_time=1`;
		expect((await call('GET', costs)).status).toBe(prefix === '' ? 200 : 404);
	});
});

describe('the v1 format', () => {
	let emulator: Awaited<ReturnType<typeof startTestEmulator>>;
	let classic: Awaited<ReturnType<typeof startTestEmulator>>;
	const PATH = '/v1/videos/text2video';

	beforeAll(async () => {
		emulator = await startTestEmulator();
		classic = await startTestEmulator({ models: 'classic' });
	});
	beforeEach(() => {
		emulator.reset();
		classic.reset();
	});
	afterAll(async () => {
		await emulator.close();
		await classic.close();
	});

	const create = async (body: unknown, where = emulator) =>
		await call('POST', where.url + PATH, { body });

	it.each([
		['a number as duration', { duration: 5 }, 'duration: '],
		['a duration nobody has', { duration: '16' }, 'duration: '],
		[
			'a duration that 2.6 does not have',
			{ model_name: 'kling-v2-6', duration: '7' },
			'duration: ',
		],
		['a ratio only the gateway has', { aspect_ratio: '4:3' }, 'aspect_ratio: '],
		['4k on 2.6', { model_name: 'kling-v2-6', mode: '4k' }, 'mode: '],
		['sound on 2.5', { model_name: 'kling-v2-5-turbo', mode: 'pro', sound: 'on' }, 'sound: '],
		['sound on 2.6 in std', { model_name: 'kling-v2-6', sound: 'on' }, 'sound: '],
		['sound as a boolean', { sound: true }, 'sound: '],
		['cfg_scale on v2', { model_name: 'kling-v2-6', cfg_scale: 0.5 }, 'cfg_scale '],
		[
			'multi-shot on 2.6',
			{ ...BASE, model_name: 'kling-v2-6', multi_shot: true, shot_type: 'intelligence' },
			'multi_shot ',
		],
		['multi-shot without a type', { multi_shot: true }, 'shot_type: '],
		['customize without shots', { multi_shot: true, shot_type: 'customize' }, 'multi_prompt: '],
		[
			'intelligence without a prompt',
			{ prompt: undefined, multi_shot: true, shot_type: 'intelligence' },
			'prompt: ',
		],
		[
			'seven shots',
			{ multi_shot: true, shot_type: 'customize', duration: '10', multi_prompt: shots(7, 10) },
			'multi_prompt: ',
		],
		[
			'shots that do not add up',
			{ multi_shot: true, shot_type: 'customize', duration: '10', multi_prompt: shots(3, 9) },
			'multi_prompt: ',
		],
		[
			'a shot of 513 characters',
			{
				multi_shot: true,
				shot_type: 'customize',
				multi_prompt: [{ index: 1, prompt: 'x'.repeat(513), duration: '5' }],
			},
			'multi_prompt[0].prompt: ',
		],
		[
			'shots that count from 0',
			{
				multi_shot: true,
				shot_type: 'customize',
				multi_prompt: [{ index: 0, prompt: 'x', duration: '5' }],
			},
			'multi_prompt: ',
		],
		[
			'a camera in gateway form',
			{ camera_control: { type: 'zoom', config: { value: 5 } } },
			'camera_control.type: ',
		],
		[
			'a camera on two axes',
			{ camera_control: { type: 'simple', config: { zoom: 1, pan: 1 } } },
			'camera_control.config: ',
		],
		[
			'a camera beyond 10',
			{ camera_control: { type: 'simple', config: { zoom: 11 } } },
			'camera_control.config.zoom: ',
		],
		[
			'a preset with configuration',
			{ camera_control: { type: 'down_back', config: {} } },
			'camera_control: ',
		],
		['a callback that is no URL', { callback_url: 'example' }, 'callback_url: '],
		['an unknown field', { seed: 1 }, 'Unrecognized key'],
	])('refuses %s with 400/1201', async (_what, changes, message) => {
		const reply = await create({ ...BASE, ...changes });
		expect(reply.status).toBe(400);
		expect(reply.json).toEqual({
			code: 1201,
			message: expect.stringContaining(message),
			request_id: expect.stringMatching(UUID),
		});
	});

	it.each([
		[
			'everything a model has',
			{
				mode: '4k',
				sound: 'on',
				duration: '15',
				cfg_scale: 1,
				aspect_ratio: '9:16',
				negative_prompt: '',
				watermark_info: { enabled: true },
				callback_url: undefined,
			},
		],
		[
			'shots in the place of a prompt',
			{
				prompt: undefined,
				multi_shot: true,
				shot_type: 'customize',
				duration: '10',
				multi_prompt: shots(6, 10),
			},
		],
		['shots left to the model', { multi_shot: true, shot_type: 'intelligence' }],
		['sound on 2.6 in pro', { model_name: 'kling-v2-6', mode: 'pro', sound: 'on' }],
		['an explicit null for no camera', { camera_control: null }],
	])('accepts %s', async (_what, changes) => {
		expect((await create({ ...BASE, ...changes })).json).toMatchObject({ code: 0 });
	});

	it('speaks the server words on cameras, and takes the one that is left', async () => {
		const v1 = { model_name: 'kling-v1', prompt: 'a cat', camera_control: CAMERA };
		const words = 'camera_control is only supported in std mode with 5s duration and kling-v1';
		for (const wrong of [{ model_name: 'kling-v3' }, { mode: 'pro' }, { duration: '10' }]) {
			const { json } = await create({ ...v1, ...wrong }, classic);
			expect(json).toMatchObject({ code: 1201, message: words });
		}
		expect((await create(v1, classic)).status).toBe(200);
		expect((await create(v1)).json.code).toBe(1203);
	});

	it.each(['kling-v1', 'kling-v1-6', 'kling-v2-master', 'kling-v2-1-master'])(
		'%s is discontinued, and alive in classic mode',
		async (model_name) => {
			const reply = await create({ ...BASE, model_name });
			expect(reply.status).toBe(404);
			expect(reply.json).toMatchObject({ code: 1203, message: 'The model is discontinued' });
			expect((await create({ ...BASE, model_name }, classic)).status).toBe(200);
		},
	);

	it('takes a request without model_name for the dead default, whatever "model" says', async () => {
		const { json } = await create({ prompt: 'a cat', model: 'kling-v3' });
		expect(json).toMatchObject({ code: 1203, message: 'The model is discontinued' });
	});

	it.each(['kling-v2-1', 'kling-v3-0', 'kling-3.0-turbo'])('never had %s', async (model_name) => {
		expect((await create({ ...BASE, model_name }, classic)).json.code).toBe(1203);
	});

	it.each([
		[{ model_name: 'kling-v3', mode: 'std', duration: '5' }, '3'],
		[{ model_name: 'kling-v3', mode: 'pro', duration: '7', sound: 'on' }, '8.4'],
		[{ model_name: 'kling-v3', mode: '4k', duration: '3' }, '9'],
		[{ model_name: 'kling-v2-6', mode: 'pro', duration: '10', sound: 'on' }, '10'],
		[{ model_name: 'kling-v2-5-turbo', mode: 'std', duration: '5' }, '1.5'],
	])('charges %j with %s units', async (fields, units) => {
		const { task_id: id } = (await create({ ...BASE, ...fields })).json.data;
		emulator.clock.advance(GENERATION_MS);
		const { data } = (await call('GET', `${emulator.url}${PATH}/${id}`)).json;
		expect(data.final_unit_deduction).toBe(units);
	});

	it('offers the watermarked copy when it was asked for', async () => {
		const body = { ...BASE, watermark_info: { enabled: true } };
		const { task_id: id } = (await create(body)).json.data;
		emulator.clock.advance(GENERATION_MS);
		const { data } = (await call('GET', `${emulator.url}${PATH}/${id}`)).json;
		const url = data.task_result.videos[0].watermark_url;
		expect((await call('GET', url, { authorization: '' })).status).toBe(200);
	});

	it('refuses an external id a second time, but not one that created nothing', async () => {
		const body = { ...BASE, external_task_id: 'once' };
		expect((await create({ ...body, prompt: REFUSE_WORD })).json.code).toBe(1301);
		expect((await create(body)).json.code).toBe(0);
		const again = await create(body);
		expect([again.status, again.json.code]).toEqual([400, 1201]);
	});

	it('lists newest first, page by page, and only tasks of this format', async () => {
		const ids: string[] = [];
		for (let count = 0; count < 5; count++) {
			ids.unshift((await create(BASE)).json.data.task_id);
			emulator.clock.advance(1000);
		}
		await call('POST', `${emulator.url}/text-to-video/kling-3.0`, { body: { prompt: 'x' } });
		const page = async (query: string) =>
			(await call('GET', `${emulator.url}${PATH}${query}`)).json.data.map(
				({ task_id }: { task_id: string }) => task_id,
			);
		expect(await page('')).toEqual(ids);
		expect(await page('?pageNum=2&pageSize=2')).toEqual(ids.slice(2, 4));
		expect(await page('?pageNum=4&pageSize=2')).toEqual([]);
	});

	it.each(['pageNum=0', 'pageNum=1001', 'pageSize=501', 'pageSize=x', 'page=1'])(
		'refuses the list parameter %s',
		async (query) => {
			expect((await call('GET', `${emulator.url}${PATH}?${query}`)).json.code).toBe(1201);
		},
	);

	it('judges parameters, then the model, content, balance and at last the concurrency limit', async () => {
		const code = async (body: unknown) => (await create(body)).json.code;
		emulator.updateAccount('emulator', { concurrency: 0, resourcePacks: [] });
		expect(await code({ model_name: 'no', prompt: REFUSE_WORD, mode: 'no' })).toBe(1201);
		expect(await code({ model_name: 'no', prompt: REFUSE_WORD })).toBe(1203);
		expect(await code({ ...BASE, prompt: REFUSE_WORD })).toBe(1301);
		expect(await code(BASE)).toBe(1102);
		emulator.updateAccount('emulator', { standing: 'arrears' });
		expect(await code(BASE)).toBe(1101);
		emulator.updateAccount('emulator', { standing: 'good', resourcePacks: [{}] });
		const full = await create(BASE);
		expect([full.status, full.json]).toEqual([
			429,
			expect.objectContaining({
				code: 1303,
				message: 'parallel task over resource pack limit',
			}),
		]);
		emulator.updateAccount('emulator', { concurrency: 20, deniedModels: ['kling-v3'] });
		expect(await code(BASE)).toBe(1103);
		emulator.updateAccount('emulator', { deniedModels: [] });
	});

	it('counts tasks by model version, across v1 and path', async () => {
		emulator.updateAccount('emulator', { concurrency: 1 });
		const onPath = async (segment: string) =>
			(await call('POST', `${emulator.url}/text-to-video/${segment}`, { body: { prompt: 'x' } }))
				.json.code;
		expect((await create(BASE)).json.code).toBe(0);
		expect(await onPath('kling-3.0')).toBe(1303);
		expect(await onPath('kling-3.0-turbo')).toBe(0);
		emulator.updateAccount('emulator', { concurrency: 20 });
	});

	it('answers 404/1203 to an unknown task and 404/1202 to a wrong method', async () => {
		const unknown = await call('GET', `${emulator.url}${PATH}/1`);
		expect([unknown.status, unknown.json.code]).toEqual([404, 1203]);
		const wrong = await call('DELETE', `${emulator.url}${PATH}/1`);
		expect([wrong.status, wrong.json.code]).toEqual([404, 1202]);
	});
});

it('generates each video for as long as its number and its request say', async () => {
	const emulator = await startTestEmulator({
		generationJitterMs: (seq, body) => seq * 1000 + (body as typeof BASE).prompt.length,
	});
	const path = `${emulator.url}/v1/videos/text2video`;
	const startedAt = emulator.clock.now();
	for (const prompt of ['a cat', 'a dog and a cat']) {
		await call('POST', path, { body: { ...BASE, prompt } });
	}
	emulator.clock.advance(GENERATION_MS + 10_000);
	expect(emulator.tasks().map(({ updatedAt }) => updatedAt - startedAt)).toEqual([
		GENERATION_MS + 1005,
		GENERATION_MS + 2015,
	]);
	await emulator.close();
});
