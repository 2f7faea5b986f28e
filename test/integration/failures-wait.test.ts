import { consequences } from '../../nodes/shared/n8n/words/notes.ts';
import {
	adviceOn,
	errorOf,
	type ErrorFacts,
	expectFailed,
	factsOf,
	FAIL_WORD,
	NODE,
	numbered,
	PLAIN,
	runNode,
	sampleVideo,
	sent,
	useEmulator,
	type FaultAction,
} from './fixture.mts';

const emulator = useEmulator({ generationMs: 4_000, queueMs: 1_000 });
/** Tasks are completed from the start, so that every query is a check for the video. */
const atOnce = useEmulator({ generationMs: 0, queueMs: 0 });

const WAIT = { operation: 'createAndWait', ...PLAIN, waitOptions: { pollingInterval: 1 } };

describe('a lost status check does not lose the video', () => {
	it.each<[string, FaultAction]>([
		['reset', { type: 'reset' }],
		['500', { type: 'kling-error', status: 500 }],
		['503', { type: 'kling-error', status: 503 }],
		['429', { type: 'kling-error', status: 429 }],
		['a web page with 200', { type: 'html', status: 200 }],
		['a web page with 403', { type: 'html', status: 403 }],
		['a web page with 502', { type: 'html', status: 502 }],
		['an empty body', { type: 'empty' }],
		['a reply that is cut off', { type: 'truncate' }],
		['JSON that ends half way', { type: 'reply', status: 200, body: '{"task_id": "C' }],
		['JSON of another shape', { type: 'reshape', body: { hello: 'world' } }],
		['null', { type: 'reshape', body: null }],
	])('%s', async (_name, action) => {
		emulator.addFault({ match: { route: 'query' }, times: 4, action });
		const run = await runNode(emulator.gatewayUrl, WAIT);
		const [item, ...more] = run.items(NODE);
		expect(more).toEqual([]);
		expect(item?.json).toMatchObject({
			task_id: emulator.tasks()[0]?.id,
			task_status: 'completed',
		});
		expect((await run.binary(item)).equals(sampleVideo())).toBe(true);
		expect(sent(emulator, 'query').length).toBeGreaterThanOrEqual(5);
		expect(emulator.tasks().length).toBe(1);
	});
});

describe('a final answer to a status check', () => {
	const SITUATION = { connection: { service: 'gateway', hasOwnBaseUrl: true } } as const;

	/** Services may know a task only a moment after they created it. */
	const ABSENT = ['badRequest', 'notFound'];

	it.each<[number, FaultAction, ErrorFacts['kind']]>([
		[400, { type: 'kling-error', status: 400 }, 'badRequest'],
		[401, { type: 'kling-error', status: 401 }, 'badKey'],
		[403, { type: 'kling-error', status: 403 }, 'noPermission'],
		[404, { type: 'reply', status: 404 }, 'notFound'],
	])('%d ends the wait with the task ID', async (httpStatus, action, kind) => {
		emulator.addFault({ match: { route: 'query' }, times: 'forever', action });
		const run = await runNode(emulator.gatewayUrl, WAIT);
		const [task] = emulator.tasks();
		const error = errorOf(run);
		expect(error.name).toBe('NodeApiError');
		expect(factsOf(run)).toEqual({ kind, httpStatus, taskId: task?.id, itemIndex: 0 });
		expect(error.description).toContain(adviceOn(kind, SITUATION));
		expect(error.description).toContain(consequences.stillRunning);
		const checks = sent(emulator, 'query').length;
		if (ABSENT.includes(kind)) expect(checks).toBeGreaterThan(5);
		else expect(checks).toBe(1);
		expect(emulator.tasks().length).toBe(1);
	});

	it('leaves the task ID in the item, with Continue', async () => {
		emulator.addFault({ match: { route: 'query' }, action: { type: 'kling-error', status: 401 } });
		const run = await runNode(emulator.gatewayUrl, WAIT, {
			node: { onError: 'continueRegularOutput' },
		});
		const [task] = emulator.tasks();
		expect(run.items(NODE)).toHaveLength(1);
		expectFailed(run.items(NODE)[0], {
			item: 0,
			error: { kind: 'badKey', httpStatus: 401, taskId: task?.id },
			facts: { task_id: task?.id, task_status: 'submitted' },
		});
	});
});

describe('a video that Kling can’t generate', () => {
	const failing = { ...WAIT, prompt: `a cat ${FAIL_WORD}` };
	const RISK = { kind: 'taskFailed', reason: 'Failure to pass the risk control system' } as const;

	it('fails the item with Kling’s reason and the task ID', async () => {
		const run = await runNode(emulator.gatewayUrl, failing);
		const [task] = emulator.tasks();
		expect(errorOf(run).name).toBe('NodeApiError');
		expect(factsOf(run)).toEqual({ ...RISK, taskId: task?.id, itemIndex: 0 });
		expect(errorOf(run).description).toBe(adviceOn('taskFailed'));
	});

	it('has no reason when Kling gives none', async () => {
		for (const [route, status] of [
			['create', 'submitted'],
			['query', 'failed'],
		] as const) {
			const body = { task_id: 't-1', task_status: status };
			emulator.addFault({ match: { route }, action: { type: 'reply', status: 200, body } });
		}
		const run = await runNode(emulator.gatewayUrl, WAIT);
		expect(factsOf(run)).toEqual({ kind: 'taskFailed', taskId: 't-1', itemIndex: 0 });
	});

	it('becomes an item with its status, with Continue', async () => {
		const run = await runNode(emulator.gatewayUrl, failing, {
			node: { onError: 'continueRegularOutput' },
		});
		const [task] = emulator.tasks();
		expect(run.items(NODE)).toHaveLength(1);
		expectFailed(run.items(NODE)[0], {
			item: 0,
			error: { ...RISK, taskId: task?.id },
			facts: { task_id: task?.id, task_status: 'failed' },
		});
	});
});

describe('a task completed without a video', () => {
	it('is checked again, because the video may be listed a moment later', async () => {
		emulator.addFault({
			match: { route: 'query', skip: 2 },
			times: 2,
			action: { type: 'no-result' },
		});
		const run = await runNode(emulator.gatewayUrl, WAIT);
		expect(run.items(NODE)[0]?.json.video_url).toEqual(expect.any(String));
	});

	it('fails the item after three checks, with the task ID', async () => {
		atOnce.addFault({ match: { route: 'create' }, action: { type: 'no-result' } });
		const run = await runNode(atOnce.gatewayUrl, WAIT);
		const [task] = atOnce.tasks();
		const error = errorOf(run);
		expect(error.name).toBe('NodeApiError');
		expect(factsOf(run)).toEqual({ kind: 'noVideo', taskId: task?.id, itemIndex: 0 });
		expect(error.description).toContain(adviceOn('noVideo'));
		expect(error.description).toContain('"task_status":"completed"');
		expect(sent(atOnce, 'query')).toHaveLength(3);
	});
});

describe('a batch with failures', () => {
	const input = numbered(5);
	const batch = {
		...WAIT,
		prompt: `={{ ["cat 0", "", "cat 2", "cat 3 ${FAIL_WORD}", "cat 4"][$json.n] }}`,
	};
	const video = (item: number) => ({
		json: {
			task_id: expect.any(String),
			task_status: 'completed',
			task_status_msg: '任务完成',
			created_at: expect.any(Number),
			updated_at: expect.any(Number),
			model_name: 'kling-v1-6',
			video_id: 'video_001',
			video_url: expect.stringMatching(/^http.*\.mp4$/),
			duration: 5,
			task_result: { videos: [expect.objectContaining({ duration: 5 })] },
		},
		binary: { data: expect.objectContaining({ mimeType: 'video/mp4' }) },
		pairedItem: { item },
	});
	const failed = { task_id: expect.any(String), task_status: 'failed' };
	const EMPTY = { kind: 'input', parameter: 'prompt', problem: 'empty' } as const;
	const RISK = {
		kind: 'taskFailed',
		reason: 'Failure to pass the risk control system',
		taskId: expect.any(String) as string,
	} as const;
	const FORBIDDEN = { kind: 'noPermission', httpStatus: 403 } as const;

	beforeEach(() => {
		emulator.addFault({
			match: { route: 'create', contains: 'cat 4' },
			action: { type: 'kling-error', status: 403 },
		});
	});

	it('returns each item in its place, in order, with Continue', async () => {
		const run = await runNode(emulator.gatewayUrl, batch, {
			input,
			node: { onError: 'continueRegularOutput' },
		});
		const [zero, one, two, three, four, ...more] = run.items(NODE);
		expect([zero, two, ...more]).toEqual([video(0), video(2)]);
		expectFailed(one, { item: 1, error: EMPTY });
		expectFailed(three, { item: 3, error: RISK, facts: failed });
		expectFailed(four, { item: 4, error: FORBIDDEN });
	});

	it('divides the items between the outputs, with Continue (using error output)', async () => {
		const run = await runNode(emulator.gatewayUrl, batch, {
			input,
			node: { onError: 'continueErrorOutput' },
		});
		expect(run.status).toBe('success');
		expect(run.items(NODE, 0)).toEqual([video(0), video(2)]);
		const [one, three, four, ...more] = run.items(NODE, 1);
		expectFailed(one, { item: 1, error: EMPTY, facts: { n: 1 } });
		expectFailed(three, { item: 3, error: RISK, facts: { n: 3, ...failed } });
		expectFailed(four, { item: 4, error: FORBIDDEN, facts: { n: 4 } });
		expect(more).toEqual([]);
	});

	it('leaves the input items as they were', async () => {
		const run = await runNode(emulator.gatewayUrl, batch, {
			input,
			node: { onError: 'continueRegularOutput' },
		});
		expect(run.items('Start').map(({ json, binary }) => ({ json, binary }))).toEqual(
			numbered(5).map(({ json }) => ({ json, binary: undefined })),
		);
		expect(Object.keys(run.items('Start')[0] ?? {}).sort()).toEqual(['json', 'pairedItem']);
	});
});
