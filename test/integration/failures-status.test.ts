import type { INodeParameters } from 'n8n-workflow';

import {
	cleanUp,
	errorOf,
	expectFailed,
	FAIL_WORD,
	HttpServer,
	items,
	NODE,
	pause,
	PLAIN,
	runNode,
	sent,
	startGateway,
	type Emulator,
	type FaultAction,
} from './fixture.mts';

jest.mock('../../nodes/shared/n8n/systemClock', () =>
	jest.requireActual('../../testkit/clocks/fastClock.mts'),
);

let emulator: Emulator;
let taskId: string;

beforeAll(async () => {
	emulator = await startGateway({ generationMs: 10, queueMs: 0 });
});
beforeEach(async () => {
	emulator.reset();
	taskId = await create();
});
afterAll(async () => {
	cleanUp();
	await emulator.close();
});

/** Starts a video and waits until it is over. */
async function create(parameters: INodeParameters = {}): Promise<string> {
	const run = await runNode(emulator.gatewayUrl, { operation: 'create', ...PLAIN, ...parameters });
	await pause(15);
	emulator.clearRequests();
	return run.items(NODE)[0]?.json.task_id as string;
}

const reply = (body: unknown, status = 200): FaultAction => ({ type: 'reply', status, body });

const FAILURES: Array<[string, FaultAction, string, string]> = [
	[
		'400',
		{ type: 'kling-error', status: 400 },
		'Kling refused the request’s parameters (HTTP 400)',
		'check the Task ID',
	],
	[
		'401',
		{ type: 'kling-error', status: 401 },
		'Kling refused the API key (HTTP 401)',
		'Check the key in the Kling API credential',
	],
	[
		'403',
		{ type: 'kling-error', status: 403 },
		'The API key has no permission for this request (HTTP 403)',
		'have this one enabled',
	],
	[
		'429',
		{ type: 'kling-error', status: 429 },
		'Kling takes no further request at the moment (HTTP 429)',
		'Try again later',
	],
	[
		'500',
		{ type: 'kling-error', status: 500 },
		'Kling has trouble on its side (HTTP 500)',
		'Try again in a few minutes.',
	],
	[
		'a web page with 200',
		{ type: 'html', status: 200 },
		'Kling’s reply cannot be used: it is a web page (HTTP 200)',
		'Check the Base URL',
	],
	[
		'a web page with 502',
		{ type: 'html', status: 502 },
		'The server in front of Kling has trouble (HTTP 502)',
		'Try again in a few minutes.',
	],
	[
		'an empty body',
		{ type: 'empty' },
		'Kling’s reply cannot be used: it is empty (HTTP 200)',
		'If other requests work',
	],
	[
		'JSON that ends half way',
		reply('{"task_id":'),
		'Kling’s reply cannot be used: it is not complete JSON (HTTP 200)',
		'Original reply: "{"task_id":',
	],
	[
		'a reply that is cut off',
		{ type: 'truncate' },
		'The connection to Kling broke before the reply was complete',
		'Try again in a few minutes.',
	],
	[
		'a reset',
		{ type: 'reset' },
		'The connection to Kling broke before the reply was complete',
		'Try again in a few minutes.',
	],
	[
		'JSON of another shape',
		reply({ hello: 'world' }),
		'Kling’s reply cannot be used: "task_id" is missing or of another kind (HTTP 200)',
		'Original reply: "{"hello":"world"}',
	],
	[
		'a completed task without a video',
		{ type: 'no-result' },
		'Kling calls the task completed, but its reply names no video',
		'Fetch it again in a few minutes',
	],
];

describe('Get Status', () => {
	it.each(FAILURES)('explains %s and names the task', async (_name, action, message, advice) => {
		emulator.addFault({ match: { route: 'query' }, times: 'forever', action });
		const run = await runNode(emulator.gatewayUrl, { operation: 'getStatus', taskId });
		const error = errorOf(run);
		expect(error.name).toBe('NodeApiError');
		expect(error.message).toBe(`${message} (task ${taskId}) [Item 0]`);
		expect(error.description).toContain(advice);
		expect(error.context.itemIndex).toBe(0);
		expect(sent(emulator, 'query').length).toBe(1);
	});

	it.each(FAILURES)(
		'with Continue, makes an item of %s and goes on with the others',
		async (_name, action, message) => {
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
			const facts = failed?.json;
			expect(facts?.error).toBe(`${message} (task ${taskId}) [Item 0]`);
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
			message: 'Kling refused the request’s parameters (HTTP 400) (task unknown) [Item 0]',
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
			message: 'Kling refused the request’s parameters (HTTP 400) (task unknown) [Item 0]',
			facts: { task_id: 'unknown' },
		});
	});

	it('takes a failed task for an answer, not for an error', async () => {
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
		expect(errorOf(run).message).toBe(`Kling cannot be reached (task ${taskId}) [Item 0]`);
		expect(errorOf(run).description).toContain('ECONNREFUSED');
	});

	it('asks at most five at a time, and keeps the order', async () => {
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
			void pause(40 - 3 * Number(id.slice(2))).then(() => {
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

	it('asks for nothing further once the node has failed', async () => {
		const ids = Array.from({ length: 12 }, () => ({ task_id: taskId }));
		emulator.addFault({ match: { contains: 'unknown' }, action: reply('', 404) });
		emulator.addFault({ match: { route: 'query' }, times: 4, action: { type: 'slow', ms: 50 } });
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus' },
			{ input: items({ task_id: 'unknown' }, ...ids) },
		);
		expect(errorOf(run).context.itemIndex).toBe(0);
		await pause(150);
		expect(sent(emulator, 'query').length).toBe(5);
	});
});
