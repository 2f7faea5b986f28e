import { call, GENERATION_MS, startTestEmulator, token } from './testing.mts';

describe('authentication', () => {
	let emulator: Awaited<ReturnType<typeof startTestEmulator>>;

	beforeAll(async () => {
		emulator = await startTestEmulator();
	});
	afterAll(async () => await emulator.close());

	/** HTTP status and code of a v1 query that gets as far as "no such task" when it is let in. */
	const answer = async (authorization: string) => {
		const reply = await call('GET', `${emulator.url}/v1/videos/text2video/1`, { authorization });
		return [reply.status, reply.json.code];
	};
	const LET_IN = [404, 1203];

	it('takes API keys and fresh tokens', async () => {
		expect(await answer('Bearer emulator-api-key')).toEqual(LET_IN);
		expect(await answer(`Bearer ${await token(emulator.clock.now())}`)).toEqual(LET_IN);
		expect(emulator.requests().at(-1)).toMatchObject({ account: 'emulator' });
	});

	it.each([
		['no header', '', 1001],
		['a wrong key', 'Bearer wrong', 1000],
		['another scheme', 'Basic emulator-api-key', 1002],
		['a bare key', 'emulator-api-key', 1002],
		['two blanks', 'Bearer  emulator-api-key', 1002],
		['Bearer twice', 'Bearer Bearer emulator-api-key', 1002],
	])('refuses %s with 401/%3$d', async (_what, authorization, code) => {
		expect(await answer(authorization)).toEqual([401, code]);
	});

	it.each([
		['the wrong secret', { secret: 'another-secret-key-of-some-length' }, 1000],
		['an unknown issuer', { claims: { iss: 'nobody' } }, 1000],
		['no expiry', { claims: { exp: undefined } }, 1000],
		['another algorithm', { alg: 'HS512', secret: 'emulator-secret-key'.padEnd(64, '0') }, 1002],
	])('refuses a token with %s', async (_what, changes, code) => {
		const jwt = await token(emulator.clock.now(), changes);
		expect(await answer(`Bearer ${jwt}`)).toEqual([401, code]);
	});

	it('lives by the clock: 1003 before the time of a token, 1004 after it', async () => {
		const { clock } = emulator;
		const early = await token(clock.now() + 60_000);
		expect(await answer(`Bearer ${early}`)).toEqual([401, 1003]);
		const jwt = await token(clock.now());
		clock.advance(1799 * 1000);
		expect(await answer(`Bearer ${jwt}`)).toEqual(LET_IN);
		clock.advance(2000);
		expect(await answer(`Bearer ${jwt}`)).toEqual([401, 1004]);
	});

	it('says 1304 on every route to an address that is not on the allow-list', async () => {
		emulator.updateAccount('emulator', { standing: 'ipDenied' });
		expect(await answer('Bearer emulator-api-key')).toEqual([429, 1304]);
		emulator.updateAccount('emulator', { standing: 'good' });
	});
});

describe('accounts', () => {
	it('do not see each other: tasks, external ids and concurrency', async () => {
		const accounts = ['one', 'two'].map((name) => ({ name, apiKey: name, concurrency: 1 }));
		const emulator = await startTestEmulator({ accounts });
		const path = `${emulator.url}/v1/videos/text2video`;
		const body = { model_name: 'kling-v3', prompt: 'a cat', external_task_id: 'same' };
		const as = (name: string) => ({ authorization: `Bearer ${name}`, body });
		const first = await call('POST', path, as('one'));
		const second = await call('POST', path, as('two'));
		expect([first.json.code, second.json.code]).toEqual([0, 0]);
		const other = await call('GET', `${path}/${first.json.data.task_id}`, {
			authorization: 'Bearer two',
		});
		expect(other.json.code).toBe(1203);
		await emulator.close();
	});
});

describe('GET /account/costs', () => {
	let emulator: Awaited<ReturnType<typeof startTestEmulator>>;

	beforeEach(async () => {
		emulator = await startTestEmulator({ accountIntervalMs: 1000 });
	});
	afterEach(async () => await emulator.close());

	const costs = async (more = '', authorization?: string) => {
		const time = emulator.clock.now();
		const url = `${emulator.url}/account/costs?start_time=${time - 1000}&end_time=${time}${more}`;
		return await call('GET', url, { authorization });
	};

	it('shows the packs to a key and to a token', async () => {
		const { json } = await costs();
		expect(json).toMatchObject({
			code: 0,
			data: {
				code: 0,
				msg: expect.any(String),
				resource_pack_subscribe_infos: [
					{
						resource_pack_type: 'decreasing_total',
						status: 'online',
						invalid_time: expect.any(Number),
					},
				],
			},
		});
		emulator.clock.advance(1000);
		const jwt = await token(emulator.clock.now());
		expect((await costs('', `Bearer ${jwt}`)).json.code).toBe(0);
	});

	it('may be asked once a second', async () => {
		expect((await costs()).json.code).toBe(0);
		emulator.clock.advance(999);
		const early = await costs();
		expect([early.status, early.json.code]).toEqual([429, 1302]);
		emulator.clock.advance(1);
		expect((await costs()).json.code).toBe(0);
	});

	it('wants both times', async () => {
		const reply = await call('GET', `${emulator.url}/account/costs?start_time=1`);
		expect([reply.status, reply.json.code]).toEqual([400, 1201]);
	});

	it('pays tasks from the pack, gives failed ones back, and shows it half a day late', async () => {
		emulator.updateAccount('emulator', {
			resourcePacks: [{ name: 'Small', total: 3, remaining: 3 }],
		});
		const create = async (prompt: string) => {
			const body = { model_name: 'kling-v3', prompt };
			return (await call('POST', `${emulator.url}/v1/videos/text2video`, { body })).json.code;
		};
		const pack = async () => {
			emulator.clock.advance(1000);
			return (await costs()).json.data.resource_pack_subscribe_infos[0];
		};
		expect(await create('emulator-fail')).toBe(0);
		expect(await create('not enough left')).toBe(1102);
		emulator.clock.advance(GENERATION_MS);
		expect(await create('given back')).toBe(0);
		emulator.clock.advance(GENERATION_MS);
		expect(await pack()).toMatchObject({ remaining_quantity: 3, status: 'runOut' });
		emulator.clock.advance(12 * 3600 * 1000);
		expect(await pack()).toMatchObject({ remaining_quantity: 0, status: 'runOut' });
		expect((await costs('&resource_pack_name=Other')).json.code).toBe(1302);
	});

	it('answers accounts in arrears and without packs all the same', async () => {
		emulator.updateAccount('emulator', { standing: 'arrears', resourcePacks: [] });
		expect((await costs()).json.data.resource_pack_subscribe_infos).toEqual([]);
	});
});
