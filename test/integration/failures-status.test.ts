import type { INodeParameters } from 'n8n-workflow';

import {
	adviceOn,
	errorFacts,
	errorOf,
	type ErrorFacts,
	expectFailed,
	factsOf,
	FAIL_WORD,
	HttpServer,
	items,
	NODE,
	PLAIN,
	runNode,
	sent,
	time,
	useEmulator,
	type FaultAction,
} from './fixture.mts';

const GENERATION_MS = 1_000;
const emulator = useEmulator({ generationMs: GENERATION_MS, queueMs: 0 });

let taskId: string;
beforeEach(async () => {
	taskId = await create();
});

/** Starts a video and waits until it is over. */
async function create(parameters: INodeParameters = {}): Promise<string> {
	const run = await runNode(emulator.gatewayUrl, { operation: 'create', ...PLAIN, ...parameters });
	await time.pass(GENERATION_MS);
	emulator.clearRequests();
	return run.items(NODE)[0]?.json.task_id as string;
}

const reply = (body: unknown, status = 200): FaultAction => ({ type: 'reply', status, body });

const AT_GATEWAY = { service: 'gateway', hasOwnBaseUrl: true } as const;

const FAILURES: Array<[name: string, action: FaultAction, error: ErrorFacts, quote?: string]> = [
	['400', { type: 'kling-error', status: 400 }, { kind: 'badRequest', httpStatus: 400 }],
	['401', { type: 'kling-error', status: 401 }, { kind: 'badKey', httpStatus: 401 }],
	['403', { type: 'kling-error', status: 403 }, { kind: 'noPermission', httpStatus: 403 }],
	['429', { type: 'kling-error', status: 429 }, { kind: 'busy', httpStatus: 429 }],
	['500', { type: 'kling-error', status: 500 }, { kind: 'serverError', httpStatus: 500 }],
	[
		'a web page with 200',
		{ type: 'html', status: 200 },
		{ kind: 'webPage', flaw: 'webPage', httpStatus: 200 },
	],
	['a web page with 502', { type: 'html', status: 502 }, { kind: 'proxyError', httpStatus: 502 }],
	['an empty body', { type: 'empty' }, { kind: 'unreadable', flaw: 'empty', httpStatus: 200 }],
	[
		'JSON that ends half way',
		reply('{"task_id":'),
		{ kind: 'unreadable', flaw: 'incompleteJson', httpStatus: 200 },
		'"{"task_id":',
	],
	['a reply that is cut off', { type: 'truncate' }, { kind: 'interrupted' }],
	['a reset', { type: 'reset' }, { kind: 'interrupted' }],
	[
		'JSON of another shape',
		reply({ hello: 'world' }),
		{ kind: 'otherShape', flaw: 'task_id', httpStatus: 200 },
		'"{"hello":"world"}',
	],
	['a completed task without a video', { type: 'no-result' }, { kind: 'noVideo' }],
];

describe('Get Status', () => {
	it.each(FAILURES)(
		'explains %s and names the task',
		async (_name, action, expected, quote = '') => {
			emulator.addFault({ match: { route: 'query' }, times: 'forever', action });
			const run = await runNode(emulator.gatewayUrl, { operation: 'getStatus', taskId });
			const error = errorOf(run);
			expect(error.name).toBe('NodeApiError');
			expect(factsOf(run)).toEqual({ ...expected, taskId, itemIndex: 0 });
			expect(error.description).toContain(
				adviceOn(expected.kind, { connection: AT_GATEWAY, isById: true }),
			);
			expect(error.description).toContain(quote);
			expect(sent(emulator, 'query').length).toBe(1);
		},
	);

	it.each(FAILURES)(
		'with Continue, makes an item of %s and continues with the others',
		async (_name, action, expected) => {
			emulator.addFault({ match: { route: 'query', contains: taskId }, action });
			const other = await create();
			const run = await runNode(
				emulator.gatewayUrl,
				{ operation: 'getStatus' },
				{
					input: items({ task_id: taskId }, { task_id: other }),
					node: { onError: 'continueRegularOutput' },
				},
			);
			const [failed, asked, ...more] = run.items(NODE);
			expect(errorFacts(failed!)).toEqual({ ...expected, taskId, itemIndex: 0 });
			expect(failed?.json).toMatchObject({ task_id: taskId });
			expect(failed?.pairedItem).toEqual({ item: 0 });
			expect([asked, ...more]).toEqual([
				{
					json: expect.objectContaining({ task_id: other, task_status: 'completed' }),
					pairedItem: { item: 1 },
				},
			]);
			expect(run.items(NODE)[1]?.json).not.toHaveProperty('error');
		},
	);

	it('puts a failed item on the error output', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus' },
			{
				input: items({ task_id: 'unknown' }, { task_id: taskId }),
				node: { onError: 'continueErrorOutput' },
			},
		);
		expect(run.items(NODE, 0).map(({ json, pairedItem }) => [json.task_id, pairedItem])).toEqual([
			[taskId, { item: 1 }],
		]);
		expect(run.items(NODE, 1)).toHaveLength(1);
		expectFailed(run.items(NODE, 1)[0], {
			item: 0,
			error: { kind: 'badRequest', httpStatus: 400, taskId: 'unknown' },
			facts: { task_id: 'unknown' },
		});
	});

	it('keeps the task ID of a failed item, with Continue', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus', taskId: 'unknown' },
			{ node: { onError: 'continueRegularOutput' } },
		);
		expectFailed(run.items(NODE)[0], {
			item: 0,
			error: { kind: 'badRequest', httpStatus: 400, taskId: 'unknown' },
			facts: { task_id: 'unknown' },
		});
	});

	it('returns a failed task, which is no error', async () => {
		const failed = await create({ prompt: FAIL_WORD });
		const run = await runNode(emulator.gatewayUrl, {
			operation: 'getStatus',
			taskId: failed,
			downloadVideo: true,
		});
		const task = emulator.tasks().find(({ id }) => id === failed);
		expect(run.items(NODE)).toEqual([
			{
				json: {
					task_id: failed,
					task_status: 'failed',
					task_status_msg: 'Failure to pass the risk control system',
					created_at: task?.createdAt,
					updated_at: task?.updatedAt,
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	it('says so when nobody listens at the address', async () => {
		const server = new HttpServer();
		await server.start();
		const { url } = server;
		await server.stop();
		const run = await runNode(url, { operation: 'getStatus', taskId });
		expect(factsOf(run)).toEqual({ kind: 'unreachable', taskId, itemIndex: 0 });
		expect(errorOf(run).description).toContain('ECONNREFUSED');
	});

	it('checks at most five at a time, and keeps the order', async () => {
		const ids = Array.from({ length: 12 }, (_, n) => ({ task_id: `t-${n}` }));
		const server = new HttpServer();
		await server.start();
		let open = 0;
		let most = 0;
		server.answer = ({ url }, response) => {
			most = Math.max(most, ++open);
			const id = url.split('/').at(-1) ?? '';
			const body = JSON.stringify({ task_id: id, task_status: 'processing' });
			// The earlier ones take longer.
			void time.sleep(4_000 - 300 * Number(id.slice(2))).then(() => {
				open--;
				response.writeHead(200, { 'content-type': 'application/json' }).end(body);
			});
		};
		try {
			const run = await runNode(server.url, { operation: 'getStatus' }, { input: items(...ids) });
			expect(run.items(NODE).map(({ json }) => json.task_id)).toEqual(
				ids.map(({ task_id }) => task_id),
			);
			expect(most).toBe(5);
		} finally {
			await server.stop();
		}
	});

	it('sends nothing further once the node has failed', async () => {
		const ids = Array.from({ length: 12 }, () => ({ task_id: taskId }));
		emulator.addFault({ match: { contains: 'unknown' }, action: reply('', 404) });
		emulator.addFault({ match: { route: 'query' }, times: 4, action: { type: 'slow', ms: 5_000 } });
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus' },
			{ input: items({ task_id: 'unknown' }, ...ids) },
		);
		expect(factsOf(run).itemIndex).toBe(0);
		await time.pass(3_600_000);
		expect(sent(emulator, 'query').length).toBe(5);
	});
});
