import { call, GENERATION_MS, startTestEmulator, token } from './testing.mts';

describe('the path format', () => {
	let emulator: Awaited<ReturnType<typeof startTestEmulator>>;

	beforeAll(async () => {
		emulator = await startTestEmulator();
	});
	beforeEach(() => emulator.reset());
	afterAll(async () => await emulator.close());

	const create = async (body: unknown, model = 'kling-3.0') =>
		await call('POST', `${emulator.url}/text-to-video/${model}`, { body });
	const query = async (search: string) => await call('GET', `${emulator.url}/tasks?${search}`);
	const list = async (body: unknown) => await call('POST', `${emulator.url}/tasks`, { body });

	it('creates, and serves several tasks by one query', async () => {
		const created = emulator.clock.now();
		const first = await create({ prompt: 'a cat', options: { external_task_id: 'mine' } });
		expect(first.json).toEqual({
			code: 0,
			message: 'SUCCEED',
			request_id: expect.any(String),
			data: {
				id: expect.stringMatching(/^\d{18}$/),
				status: 'submitted',
				message: '',
				create_time: created,
				update_time: created,
				external_id: 'mine',
			},
		});
		const second = await create({ prompt: 'a dog', settings: { duration: 3 } }, 'kling-3.0-turbo');
		const [one, two] = [first.json.data.id, second.json.data.id];

		emulator.clock.advance(GENERATION_MS);
		const { data } = (await query(`task_ids=${one},${two},123`)).json;
		expect(data).toEqual([
			{
				id: one,
				status: 'succeeded',
				message: '',
				create_time: created,
				update_time: created + GENERATION_MS,
				external_id: 'mine',
				outputs: [
					{
						type: 'video',
						id: expect.any(String),
						url: `${emulator.url}/videos/${one}.mp4`,
						duration: '5',
					},
				],
				billing: [{ charge_type: 'unit', amount: '3', package_type: 'video' }],
			},
			expect.objectContaining({
				id: two,
				billing: [{ charge_type: 'unit', amount: '2.4', package_type: 'video' }],
			}),
		]);
		expect((await query('external_task_ids=mine')).json.data).toEqual([data[0]]);
	});

	it.each(['', 'task_ids=1&external_task_ids=2', 'task_ids=', 'ids=1'])(
		'refuses the query "%s"',
		async (search) => {
			expect((await query(search)).json.code).toBe(1201);
		},
	);

	it('does not show tasks of the v1 format', async () => {
		const body = { model_name: 'kling-v3', prompt: 'a cat', external_task_id: 'other' };
		const { json } = await call('POST', `${emulator.url}/v1/videos/text2video`, { body });
		expect((await query(`task_ids=${json.data.task_id}`)).json.data).toEqual([]);
		expect((await query('external_task_ids=other')).json.data).toEqual([]);
	});

	it.each([
		['a quoted duration', 'kling-3.0', { settings: { duration: '5' } }, 'settings.duration: '],
		[
			'a duration 2.6 does not have',
			'kling-2.6',
			{ settings: { duration: 6 } },
			'settings.duration: ',
		],
		['4k on Turbo', 'kling-3.0-turbo', { settings: { resolution: '4k' } }, 'settings.resolution: '],
		[
			'audio on Turbo, where it is always on',
			'kling-3.0-turbo',
			{ settings: { audio: 'native' } },
			'settings.audio ',
		],
		['audio on 2.5', 'kling-2.5-turbo', { settings: { audio: 'native' } }, 'settings.audio'],
		['audio on 2.6 at 720p', 'kling-2.6', { settings: { audio: 'native' } }, 'settings.audio'],
		[
			'multi_shot on Turbo',
			'kling-3.0-turbo',
			{ settings: { multi_shot: false } },
			'settings.multi_shot ',
		],
		['fields of v1', 'kling-3.0', { mode: 'std' }, 'Unrecognized key'],
		[
			'a prompt of 3073 characters',
			'kling-3.0',
			{ prompt: 'x'.repeat(3073) },
			'size must be between 0 and 3072',
		],
		[
			'shots that do not add up',
			'kling-3.0',
			{ prompt: 'shot 1, 2, a; shot 2, 2, b;' },
			'prompt: shots must add up',
		],
		['shots out of order', 'kling-3.0-turbo', { prompt: 'shot 2, 5, a;' }, 'prompt: "shot 1, '],
		[
			'a shot of no time',
			'kling-3.0',
			{ prompt: 'shot 1, 0, a; shot 2, 5, b' },
			'prompt: shot 1 must last',
		],
		[
			'seven shots',
			'kling-3.0',
			{
				prompt: [1, 2, 3, 4, 5, 6, 7].map((n) => `shot ${n}, 1, x;`).join(' '),
				settings: { duration: 7 },
			},
			'prompt: at most 6',
		],
	])('refuses %s with 400/1201', async (_what, model, changes, message) => {
		const reply = await create({ prompt: 'a cat', ...changes }, model);
		expect(reply.status).toBe(400);
		expect(reply.json).toMatchObject({ code: 1201, message: expect.stringContaining(message) });
	});

	it.each([
		[
			'everything 3.0 has',
			'kling-3.0',
			{
				settings: {
					multi_shot: true,
					audio: 'native',
					resolution: '4k',
					aspect_ratio: '1:1',
					duration: 15,
				},
			},
		],
		['shots that add up', 'kling-3.0', { prompt: 'Shot 1, 2, a; then b; shot 2, 3, c;' }],
		[
			'shot syntax that is turned off',
			'kling-3.0',
			{ prompt: 'shot 1, 9, a', settings: { multi_shot: false } },
		],
		['shot syntax where it means nothing', 'kling-2.6', { prompt: 'shot 9, 9, a' }],
		['audio on 2.6 at 1080p', 'kling-2.6', { settings: { audio: 'native', resolution: '1080p' } }],
	])('accepts %s', async (_what, model, changes) => {
		expect((await create({ prompt: 'a cat', ...changes }, model)).json.code).toBe(0);
	});

	it('answers 404/1203 to a model it does not have', async () => {
		const reply = await create({ prompt: 'a cat' }, 'kling-v3');
		expect([reply.status, reply.json.code]).toEqual([404, 1203]);
	});

	it('takes no tokens: 401/1002', async () => {
		const reply = await call('GET', `${emulator.url}/tasks?task_ids=1`, {
			authorization: `Bearer ${await token(emulator.clock.now())}`,
		});
		expect([reply.status, reply.json.code]).toEqual([401, 1002]);
	});

	it('lists by cursor, newest first, and pages fit together although tasks are added', async () => {
		const ids: string[] = [];
		const add = async () => {
			emulator.clock.advance(1);
			ids.unshift((await create({ prompt: 'a cat' })).json.data.id);
		};
		for (let count = 0; count < 5; count++) await add();
		const listed = [...ids];
		const seen: string[] = [];
		let cursor: string | undefined;
		for (const [count, has_more] of [
			[2, true],
			[2, true],
			[1, false],
		]) {
			const { data } = (await list({ limit: 2, ...(cursor && { cursor }) })).json;
			expect(data).toMatchObject({ count, has_more });
			seen.push(...data.result.map(({ id }: { id: string }) => id));
			cursor = data.next_cursor;
			await add();
		}
		expect(seen).toEqual(listed);
	});

	it('lists by time and by status', async () => {
		const start = emulator.clock.now();
		await create({ prompt: 'old' });
		emulator.clock.advance(GENERATION_MS);
		await create({ prompt: 'new' });
		const count = async (body: unknown) => (await list(body)).json.data?.count;
		expect(await count({})).toBe(2);
		expect(await count({ end_time: String(start + 1) })).toBe(1);
		expect(await count({ start_time: start + 1 })).toBe(1);
		expect(await count({ filters: [{ key: 'status', values: ['succeeded'] }] })).toBe(1);
		expect(await count({ filters: [{ key: 'product_type', values: ['image'] }] })).toBe(0);
		emulator.clock.advance(31 * 24 * 3600 * 1000);
		expect(await count({})).toBe(0);
		expect(await count({ start_time: String(start) })).toBe(2);
	});

	it.each([
		{ limit: 501 },
		{ cursor: 'made-up' },
		{ filters: [{ key: 'status', values: ['succeed'] }] },
		{ start_time: 2, end_time: 1 },
		{ page: 1 },
	])('refuses to list %j', async (body) => {
		expect((await list(body)).json.code).toBe(1201);
	});
});
