/** What a video was charged, and what is left: cost in every operation's output, Get Balance. */
import {
	expectFailed,
	factsOf,
	HttpServer,
	items,
	NODE,
	numbered,
	runNode,
	sendJson,
	sent,
} from './fixture.mts';
import {
	ACCESS_KEY,
	API_KEY,
	itemsOf,
	runOfficial,
	useOfficial,
	WAYS,
} from './officialFixture.mts';

const emulator = useOfficial();

const VIDEO = {
	model: 'kling-v2-6',
	prompt: 'a cat',
	mode: 'std',
	duration: 5,
	aspectRatio: '16:9',
};

describe('the cost of a video', () => {
	it.each(WAYS)('$name: as Kling says', async ({ credential, model, prefix, format }) => {
		const run = await runOfficial(
			emulator.url + prefix,
			{ ...VIDEO, operation: 'createAndWait', model, downloadVideo: false },
			{ credential },
		);
		const [item] = itemsOf(run);
		expect(item?.json).toMatchObject({
			task_status: 'completed',
			video_id: expect.any(String),
			duration: 5,
			cost: { amount: format === 'path' ? 4 : 1.5, unit: 'units' },
		});
	});

	it('is nowhere before the end', async () => {
		const run = await runOfficial(emulator.url, { ...VIDEO, operation: 'create' });
		expect(itemsOf(run)[0]?.json).not.toHaveProperty('cost');
	});
});

describe('Get Balance', () => {
	const packs = [
		{ name: 'Large', id: 'p1', total: 200, remaining: 118.1 },
		{ name: 'Small', id: 'p2', total: 10, remaining: 0.2 },
		{ name: 'Empty', id: 'p3', total: 10, remaining: 0 },
	];
	const givePacks = () => emulator.updateAccount('emulator', { resourcePacks: packs });

	it.each([
		['API key', API_KEY],
		['access key', ACCESS_KEY],
	])('with an %s: one question, one answer for every item', async (_name, credential) => {
		givePacks();
		const run = await runOfficial(
			emulator.url,
			{ operation: 'getBalance' },
			{ credential, input: numbered(3) },
		);
		const balance = {
			packs: packs.map(({ name, id, total, remaining }) => ({
				name,
				id,
				type: 'decreasing_total',
				total,
				remaining,
				status: remaining > 0 ? 'online' : 'runOut',
				effective_at: expect.any(Number),
				expires_at: expect.any(Number),
			})),
			remaining: 118.3,
		};
		expect(itemsOf(run)).toEqual(
			[0, 1, 2].map((item) => ({ json: balance, pairedItem: { item } })),
		);
		expect(sent(emulator, 'account')).toHaveLength(1);
	});

	it('gives Kling’s reply untouched where that is wanted, item by item', async () => {
		givePacks();
		const run = await runOfficial(
			emulator.url,
			{ operation: 'getBalance', simplify: '={{ $json.simplify }}' },
			{ input: items({ simplify: false }, { simplify: true }) },
		);
		const [raw, simplified] = itemsOf(run).map(({ json }) => json);
		expect(raw).toMatchObject({
			code: 0,
			data: { resource_pack_subscribe_infos: [{ resource_pack_name: 'Large' }, {}, {}] },
		});
		expect(simplified).toMatchObject({ remaining: 118.3 });
	});

	it('waits for its turn when Kling is asked too often', async () => {
		emulator.addFault({
			match: { route: 'account' },
			times: 2,
			action: { type: 'kling-error', code: 1302 },
		});
		const run = await runOfficial(emulator.url, { operation: 'getBalance' });
		expect(itemsOf(run)[0]?.json).toMatchObject({ remaining: expect.any(Number) });
		expect(sent(emulator, 'account')).toHaveLength(3);
	});

	it('is refused for a gateway, in words, and nothing is sent', async () => {
		const run = await runNode(emulator.gatewayUrl, { operation: 'getBalance' });
		expect(factsOf(run)).toEqual({ kind: 'input', problem: 'noBalance', itemIndex: 0 });
		expect(emulator.requests()).toEqual([]);
	});

	it('says of a relay without an account that it has none', async () => {
		const run = await runOfficial(`${emulator.url}/kling`, { operation: 'getBalance' });
		expect(factsOf(run)).toEqual({ kind: 'input', problem: 'noBalance', itemIndex: 0 });
	});

	it('fails every item of a run that continues', async () => {
		const run = await runOfficial(
			emulator.url,
			{ operation: 'getBalance' },
			{
				credential: { ...API_KEY, apiKey: 'wrong' },
				input: numbered(2),
				node: { onError: 'continueRegularOutput' },
			},
		);
		const error = { kind: 'badKey', klingCode: 1000, httpStatus: 401 } as const;
		const [first, second, ...more] = run.items(NODE);
		expectFailed(first, { item: 0, error });
		expectFailed(second, { item: 1, error });
		expect(more).toEqual([]);
		expect(sent(emulator, 'account')).toHaveLength(1);
	});

	it('reads numbers that come as text, and leaves out what is not told', async () => {
		const server = new HttpServer();
		await server.start();
		server.answer = (_request, response) =>
			sendJson(response, 200, {
				code: 0,
				data: {
					code: 0,
					resource_pack_subscribe_infos: [
						{ remaining_quantity: '0.1', status: 'online', effective_time: '1726124664368' },
						{ remaining_quantity: 0.2, status: 'online', resource_pack_id: null },
						{ remaining_quantity: 5, status: 'expired' },
					],
				},
			});
		const run = await runOfficial(server.url, { operation: 'getBalance' });
		expect(itemsOf(run)[0]?.json).toEqual({
			packs: [
				{ remaining: 0.1, status: 'online', effective_at: 1726124664368 },
				{ remaining: 0.2, status: 'online' },
				{ remaining: 5, status: 'expired' },
			],
			remaining: 0.3,
		});
		await server.stop();
	});
});
