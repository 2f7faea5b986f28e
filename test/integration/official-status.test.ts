import type { IDataObject } from 'n8n-workflow';

import {
	adviceOn,
	errorFacts,
	errorOf,
	factsOf,
	items,
	NODE,
	numbered,
	sendJson,
	sent,
	useServer,
} from './fixture.mts';
import {
	ACCESS_KEY,
	API_KEY,
	itemsOf,
	routes,
	runOfficial,
	useOfficial,
} from './officialFixture.mts';

const VIDEO = { prompt: 'a cat', mode: 'std', duration: 5, aspectRatio: '16:9' };
const WAIT = { operation: 'createAndWait', ...VIDEO, downloadVideo: false };

/** The emulator's time; milliseconds. */
let time = 1_774_805_076_166;
/** Sets it forward: all tasks are finished. */
const finishAll = () => {
	time += 60_000;
};
let onList: () => void = () => {};
let onQuery: () => void = () => {};

const emulator = useOfficial({
	now: () => time,
	queueMs: 0,
	generationMs: 60_000,
	onRequest: ({ route }) => {
		if (route === 'list') onList();
		if (route === 'query') onQuery();
	},
});
beforeEach(() => {
	onList = () => {};
	onQuery = () => {};
});
afterEach(() => jest.restoreAllMocks());

describe('Get Status', () => {
	const ask = async (credential = API_KEY) =>
		await runOfficial(emulator.url, { operation: 'getStatus', taskId: '4711' }, { credential });

	const NOT_FOUND = {
		kind: 'notFound',
		klingCode: 1203,
		httpStatus: 404,
		taskId: '4711',
		itemIndex: 0,
	} as const;

	it('tries each route once, for text first, and fails once where there is no such task', async () => {
		const run = await ask();
		expect(routes(emulator.requests())).toEqual([
			'GET /v1/videos/text2video/4711',
			'GET /tasks?task_ids=4711',
			'GET /tasks?external_task_ids=4711',
			'GET /v1/videos/image2video/4711',
		]);
		expect(factsOf(run)).toEqual(NOT_FOUND);
		const connection = { service: 'official', hasOwnBaseUrl: true } as const;
		expect(errorOf(run).description).toContain(adviceOn('notFound', { connection, isById: true }));
	});

	it('tries v1 only with an access key', async () => {
		// Tokens are signed by this server's clock.
		jest.spyOn(Date, 'now').mockImplementation(() => time);
		expect(factsOf(await ask(ACCESS_KEY))).toEqual(NOT_FOUND);
		expect(routes(emulator.requests())).toEqual([
			'GET /v1/videos/text2video/4711',
			'GET /v1/videos/image2video/4711',
		]);
	});

	it('does not try path after an answer that says more than "not found"', async () => {
		emulator.addFault({ match: { format: 'v1' }, action: { type: 'kling-error', code: 1304 } });
		expect(factsOf(await ask())).toMatchObject({ kind: 'ipNotAllowed', klingCode: 1304 });
		expect(emulator.requests()).toHaveLength(1);
	});

	it('returns each item its own task, one unknown among them', async () => {
		for (const model of ['kling-v2-6', 'kling-3.0-turbo']) {
			await runOfficial(emulator.url, { operation: 'create', ...VIDEO, model });
		}
		const [v1, path] = emulator.tasks();
		const run = await runOfficial(
			emulator.url,
			{ operation: 'getStatus' },
			{
				input: items({ task_id: path?.id }, { task_id: 'nobody' }, { task_id: v1?.id }),
				node: { onError: 'continueRegularOutput' },
			},
		);
		const [first, second, third] = run.items(NODE);
		expect(first).toMatchObject({ json: { task_id: path?.id }, pairedItem: { item: 0 } });
		expect(errorFacts(second!)).toMatchObject({ kind: 'notFound', taskId: 'nobody', itemIndex: 1 });
		expect(third).toMatchObject({ json: { task_id: v1?.id }, pairedItem: { item: 2 } });
	});
});

describe('a batch', () => {
	const TASKS = 7;
	const wait = async (model: string) =>
		await runOfficial(emulator.url, { ...WAIT, model }, { input: numbered(TASKS) });

	function expectAllDone(run: Awaited<ReturnType<typeof wait>>): void {
		expect(itemsOf(run).map(({ json }) => json.task_status)).toEqual(
			Array.from({ length: TASKS }, () => 'completed'),
		);
		expect(new Set(itemsOf(run).map(({ json }) => json.task_id)).size).toBe(TASKS);
		expect(sent(emulator, 'create')).toHaveLength(TASKS);
	}

	it('costs one list request per round in v1', async () => {
		let rounds = 0;
		onList = () => {
			if (++rounds === 3) finishAll();
		};
		expectAllDone(await wait('kling-v2-6'));
		expect(sent(emulator, 'list').map(({ url }) => url)).toEqual(
			Array.from({ length: 4 }, () => '/v1/videos/text2video?pageNum=1&pageSize=30'),
		);
		expect(sent(emulator, 'query')).toEqual([]);
	});

	it('costs one query for all tasks per round in path', async () => {
		let rounds = 0;
		onQuery = () => {
			if (++rounds === 3) finishAll();
		};
		expectAllDone(await wait('kling-3.0-turbo'));
		const ids = emulator.tasks().map(({ id }) => id);
		const queries = sent(emulator, 'query');
		expect(queries).toHaveLength(4);
		for (const { url, taskIds } of queries) {
			expect(url).toMatch(/^\/tasks\?task_ids=/);
			expect([...taskIds].sort()).toEqual(ids.sort());
		}
	});

	it('checks each format once per round when both are in it', async () => {
		let rounds = 0;
		onList = () => {
			if (++rounds === 2) finishAll();
		};
		const run = await runOfficial(
			emulator.url,
			{ ...WAIT, model: '={{ $json.model }}' },
			{
				input: items(
					{ model: 'kling-v2-6' },
					{ model: 'kling-3.0-turbo' },
					{ model: 'kling-v2-6' },
					{ model: 'kling-3.0-turbo' },
				),
			},
		);
		expect(itemsOf(run).map(({ json }) => [json.model_name, json.task_status])).toEqual([
			['kling-v2-6', 'completed'],
			['kling-3.0-turbo', 'completed'],
			['kling-v2-6', 'completed'],
			['kling-3.0-turbo', 'completed'],
		]);
		expect(sent(emulator, 'list')).toHaveLength(3);
		const queries = sent(emulator, 'query');
		// The second round's query came after the clock was set forward.
		expect(queries).toHaveLength(2);
		for (const { taskIds } of queries) expect(taskIds).toHaveLength(2);
	});

	it('checks a lone task directly', async () => {
		onQuery = finishAll;
		const run = await runOfficial(emulator.url, { ...WAIT, model: 'kling-v2-6' });
		expect(itemsOf(run)[0]?.json.task_status).toBe('completed');
		expect(sent(emulator, 'list')).toEqual([]);
		expect(sent(emulator, 'query')).toHaveLength(2);
	});

	it.each([
		['500', { type: 'kling-error', code: 5000 }],
		['503', { type: 'kling-error', code: 5001 }],
		['a reset', { type: 'reset' }],
		['an empty reply', { type: 'empty' }],
		['a reply that is cut off', { type: 'truncate' }],
		['1302', { type: 'kling-error', code: 1302 }],
	] as const)('loses a status check by %s and no video', async (_name, action) => {
		emulator.addFault({ match: { route: 'list' }, times: 2, action });
		let rounds = 0;
		onList = () => {
			if (++rounds === 3) finishAll();
		};
		// Tasks may be checked one by one meanwhile.
		onQuery = () => {
			if (++rounds === 3) finishAll();
		};
		expectAllDone(await wait('kling-v2-6'));
	});
});

describe('a service that does not list as Kling does', () => {
	const server = useServer();
	const TASKS = ['t1', 't2', 't3'];

	const task = (id: string, status: string) => ({
		task_id: id,
		task_status: status,
		task_info: {},
		created_at: 1,
		updated_at: 2,
		...(status === 'succeed' && {
			task_result: { videos: [{ id: 'v', url: `https://example.com/${id}.mp4`, duration: '5' }] },
		}),
	});
	const envelope = (data: unknown): IDataObject => ({
		code: 0,
		message: 'SUCCEED',
		request_id: 'r',
		data: data as IDataObject,
	});

	type Reply = [status: number, body: unknown];

	/** Kling's v1 routes but for the list, which answers as told. Single queries finish in the third round. */
	function serve(list: (round: number) => Reply): void {
		let created = 0;
		let lists = 0;
		const asked = new Map<string, number>();
		server.answer = ({ method, url }, response) => {
			const [path = '', query] = url.split('?');
			if (method === 'POST' && path === '/v1/videos/text2video') {
				return sendJson(response, 200, envelope(task(TASKS[created++] ?? '', 'submitted')));
			}
			if (query) {
				const [status, body] = list(++lists);
				if (typeof body !== 'string') return sendJson(response, status, body);
				response.writeHead(status, { 'content-type': 'text/html' });
				return response.end(body);
			}
			const id = path.split('/').at(-1) ?? '';
			if (!TASKS.includes(id)) return sendJson(response, 404, { code: 1203, message: 'no' });
			const round = (asked.get(id) ?? 0) + 1;
			asked.set(id, round);
			return sendJson(response, 200, envelope(task(id, round >= 3 ? 'succeed' : 'processing')));
		};
	}

	const wait = async (timeout = 60) =>
		await runOfficial(
			server.url,
			{ ...WAIT, model: 'kling-v2-6', waitOptions: { timeout } },
			{ input: numbered(TASKS.length) },
		);
	const lists = () => server.requests.filter(({ url }) => url.includes('?'));
	const queriesFor = (id: string) =>
		server.requests.filter(({ method, url }) => method === 'GET' && url.endsWith(`/${id}`));

	function expectAllDone(run: Awaited<ReturnType<typeof wait>>): void {
		expect(itemsOf(run).map(({ json }) => json.task_status)).toEqual([
			'completed',
			'completed',
			'completed',
		]);
	}

	it('is asked only for the task that is missing from the list', async () => {
		serve((round) => [
			200,
			envelope(['t1', 't3'].map((id) => task(id, round >= 3 ? 'succeed' : 'processing'))),
		]);
		expectAllDone(await wait());
		expect(lists()).toHaveLength(3);
		expect(queriesFor('t1')).toEqual([]);
		expect(queriesFor('t3')).toEqual([]);
		expect(queriesFor('t2')).toHaveLength(3);
	});

	it.each<[string, Reply]>([
		['refuses the list', [404, { code: 1202, message: 'invalid method' }]],
		['does not know the list', [404, { error: { message: 'Invalid URL' } }]],
		['forbids the list', [403, { code: 1103, message: 'no permission' }]],
		[
			'lists the oldest first',
			[200, envelope([task('old-1', 'succeed'), task('old-2', 'failed')])],
		],
		['lists nothing', [200, envelope([])]],
		['answers the list with null', [200, envelope(null)]],
		['answers the list with something else', [200, { success: false, message: '' }]],
		// new-api, behind /kling: what is no route of its API is its web page.
		['answers the list with a web page', [200, '<!doctype html><title>New API</title>']],
		['answers the list with a web page that says 404', [404, '<html>404</html>']],
	])('is not asked for a list a second time when it %s', async (_name, reply) => {
		serve(() => reply);
		expectAllDone(await wait(2));
		expect(lists()).toHaveLength(1);
		for (const id of TASKS) expect(queriesFor(id)).toHaveLength(3);
	});

	it('has the videos finished even if its list fails all the time', async () => {
		serve(() => [500, { code: 5000, message: 'boom' }]);
		expectAllDone(await wait(2));
	});
});

describe('a service that answers unknown routes with its web page', () => {
	// As new-api does behind /kling (its router: what is no route of the API is the page).
	const server = useServer();

	beforeEach(() => {
		server.answer = ({ method, url }, response) => {
			if (/^\/kling\/v1\/videos\/text2video\/[^/?]+$/.test(url) && method === 'GET') {
				return sendJson(response, 400, { code: 'task_not_exist', message: 'task_not_exist' });
			}
			response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
			return response.end('<!doctype html><title>New API</title>');
		};
	});

	it('lists what it has in the one format that it forwards', async () => {
		const { answer } = server;
		server.answer = (request, response) => {
			if (!request.url.startsWith('/kling/v1/videos/text2video?')) return answer(request, response);
			const task = { task_id: 't1', task_status: 'processing', created_at: 1, updated_at: 2 };
			return sendJson(response, 200, { code: 0, message: 'SUCCEED', data: [task] });
		};
		const run = await runOfficial(`${server.url}/kling`, { operation: 'getMany' });
		expect(itemsOf(run)).toEqual([
			{
				json: { task_id: 't1', task_status: 'processing', created_at: 1, updated_at: 2 },
				pairedItem: { item: 0 },
			},
		]);
	});

	it('is not taken for a list', async () => {
		const run = await runOfficial(`${server.url}/kling`, { operation: 'getMany' });
		expect(factsOf(run)).toMatchObject({ kind: 'webPage', httpStatus: 200 });
	});

	it('is believed when it says that there is no such task', async () => {
		const run = await runOfficial(`${server.url}/kling`, {
			operation: 'getStatus',
			taskId: '4711',
		});
		expect(factsOf(run)).toEqual({
			kind: 'notFound',
			httpStatus: 400,
			taskId: '4711',
			itemIndex: 0,
		});
	});
});
