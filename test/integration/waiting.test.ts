import { KlingError } from '../../nodes/shared/api/errors/klingError.ts';
import { knownById, type TaskStatus } from '../../nodes/shared/api/task.ts';
import { wordsOf } from '../../nodes/shared/n8n/words/errors.ts';
import { notes } from '../../nodes/shared/n8n/words/notes.ts';
import { TimeLimitError } from '../../nodes/shared/engine/poller.ts';
import {
	errorOf,
	expectFailed,
	factsOf,
	finishedFacts,
	items,
	NODE,
	numbered,
	PLAIN,
	runNode,
	sent,
	time,
	useEmulator,
} from './fixture.mts';

const GENERATION_MS = 15_000;

const emulator = useEmulator({ generationMs: GENERATION_MS, queueMs: 3_000 });

const WAIT = { operation: 'createAndWait', ...PLAIN, prompt: '=a cat {{ $json.n }}' };

/** Makes every reply about the tasks of these prompts say that Kling is still at work. */
function neverFinishes(prompt: string) {
	emulator.addFault({
		match: { route: 'create', contains: prompt },
		action: { type: 'status', value: 'processing' },
	});
}

const promptOf = ({ body }: { body: unknown }) => (body as { prompt: string }).prompt;

const taskOf = (prompt: string) => emulator.tasks().find((task) => promptOf(task) === prompt);

describe('a batch', () => {
	it('returns items in their order, whichever video is finished first', async () => {
		emulator.addFault({
			match: { route: 'create', contains: 'cat 0' },
			action: { type: 'hang', ms: 25_000 },
		});
		const run = await runNode(emulator.gatewayUrl, WAIT, { input: numbered(3) });
		const ids = ['a cat 0', 'a cat 1', 'a cat 2'].map((prompt) => taskOf(prompt)?.id);
		expect(run.items(NODE).map(({ json, pairedItem }) => [json.task_id, pairedItem])).toEqual(
			ids.map((id, item) => [id, { item }]),
		);
		const downloads = sent(emulator, 'video').map(({ taskIds }) => taskIds[0]);
		expect(downloads.at(-1)).toBe(ids[0]);
	});

	it('of ten videos is generated all at once', async () => {
		await runNode(emulator.gatewayUrl, WAIT, { input: numbered(10) });
		const times = emulator.tasks().map(({ createdAt }) => createdAt);
		expect(times).toEqual(Array(10).fill(times[0]));
	});

	it('never has more videos at the same time than Max Concurrency', async () => {
		await runNode(
			emulator.gatewayUrl,
			{ ...WAIT, downloadVideo: false, waitOptions: { maxConcurrency: 2 } },
			{ input: numbered(7) },
		);
		const starts = emulator.tasks().map(({ createdAt }) => createdAt);
		expect(starts).toHaveLength(7);
		const parallel = starts.map(
			(now) => starts.filter((start) => start <= now && now < start + GENERATION_MS).length,
		);
		expect(Math.max(...parallel)).toBe(2);
	});

	it('fills a freed place at once, and not only after the download', async () => {
		emulator.addFault({
			match: { route: 'video' },
			times: 2,
			action: { type: 'slow', ms: 40_000 },
		});
		await runNode(
			emulator.gatewayUrl,
			{ ...WAIT, waitOptions: { maxConcurrency: 1 } },
			{ input: numbered(2) },
		);
		const [first, second] = emulator.tasks();
		const [download] = sent(emulator, 'video');
		expect(download?.taskIds).toEqual([first?.id]);
		// The download of the first is still on its way.
		expect(second?.createdAt).toBeLessThan((download?.time ?? 0) + 40_000);
	});

	it('retries what the concurrency limit of the account refuses', async () => {
		emulator.updateAccount('emulator', { concurrency: 2 });
		try {
			const run = await runNode(
				emulator.gatewayUrl,
				{ ...WAIT, downloadVideo: false },
				{ input: numbered(5) },
			);
			expect(run.items(NODE).map(({ json }) => json.task_status)).toEqual(
				Array(5).fill('completed'),
			);
			expect(emulator.tasks().map(promptOf).sort()).toEqual(
				[0, 1, 2, 3, 4].map((n) => `a cat ${n}`),
			);
		} finally {
			emulator.updateAccount('emulator', { concurrency: 20 });
		}
	});

	it('shows its progress in the log', async () => {
		const lines: string[] = [];
		await runNode(emulator.gatewayUrl, WAIT, {
			input: numbered(2),
			onProgress: (event) => {
				if (event.type === 'log' && event.level === 'info') lines.push(event.message);
			},
		});
		const none = { waiting: 0, running: 0, finished: 0, failed: 0 };
		expect(lines[0]).toBe(notes.progress({ ...none, running: 1, waiting: 1 }));
		expect(lines.at(-1)).toBe(notes.progress({ ...none, finished: 2 }));
	});
});

describe('Polling Interval', () => {
	const gaps = () => {
		const times = [
			emulator.tasks()[0]?.createdAt ?? 0,
			...sent(emulator, 'query').map(({ time }) => time),
		];
		return times.slice(1).map((time, index) => time - (times[index] ?? 0));
	};

	it.each([
		['5 seconds by default', {}, 5_000],
		['as often as it says', { pollingInterval: 10 }, 10_000],
	])('checks every %s', async (_name, waitOptions, interval) => {
		await runNode(emulator.gatewayUrl, { ...WAIT, downloadVideo: false, waitOptions });
		expect(gaps()).toEqual(Array(Math.ceil(GENERATION_MS / interval)).fill(interval));
	});
});

describe('Timeout', () => {
	const impatient = { ...WAIT, waitOptions: { timeout: 0.5 } };

	const adviceAt = (status: TaskStatus, trouble?: KlingError) =>
		wordsOf(new TimeLimitError({ ...knownById({ id: '', format: 'gateway' }), status }, trouble))
			.description;

	it('fails the item, naming the task and its last status', async () => {
		neverFinishes('cat 0');
		const run = await runNode(emulator.gatewayUrl, impatient, { input: numbered(1) });
		const [task] = emulator.tasks();
		expect(errorOf(run).name).toBe('NodeOperationError');
		expect(factsOf(run)).toEqual({
			kind: 'timeLimit',
			lastStatus: 'processing',
			taskId: task?.id,
			itemIndex: 0,
		});
		expect(errorOf(run).description).toBe(adviceAt('processing'));
		expect(emulator.tasks().length).toBe(1);
	});

	it('says so when the last check got no answer', async () => {
		emulator.addFault({ match: { route: 'query' }, times: 'forever', action: { type: 'html' } });
		const run = await runNode(emulator.gatewayUrl, impatient, { input: numbered(1) });
		expect(factsOf(run)).toMatchObject({ kind: 'timeLimit', lastStatus: 'submitted' });
		const trouble = new KlingError('proxyError', { httpStatus: 502 });
		expect(errorOf(run).description).toBe(adviceAt('submitted', trouble));
	});

	it('returns the item as it is with On Timeout: Continue', async () => {
		neverFinishes('cat 0');
		const run = await runNode(
			emulator.gatewayUrl,
			{ ...WAIT, waitOptions: { timeout: 0.5, onTimeout: 'continue' } },
			{ input: numbered(1) },
		);
		const [task] = emulator.tasks();
		expect(run.status).toBe('success');
		const [item, ...more] = run.items(NODE);
		expect(more).toEqual([]);
		// The emulator lists the video all the same: it lies about the status only.
		expect(item).toEqual({
			json: {
				task_id: task?.id,
				task_status: 'processing',
				task_status_msg: expect.any(String),
				created_at: task?.createdAt,
				updated_at: expect.any(Number),
				model_name: 'kling-v1-6',
				...(item?.json.task_result !== undefined && {
					video_id: expect.any(String),
					video_url: expect.any(String),
					duration: 5,
					task_result: expect.any(Object),
				}),
			},
			pairedItem: { item: 0 },
		});
		expect(sent(emulator, 'video')).toEqual([]);
	});

	it('of one item does not harm the others', async () => {
		neverFinishes('cat 1');
		const run = await runNode(emulator.gatewayUrl, impatient, {
			input: numbered(3),
			node: { onError: 'continueRegularOutput' },
		});
		const [first, second, third] = run.items(NODE);
		expect([first?.json.task_status, third?.json.task_status]).toEqual(['completed', 'completed']);
		expect(Object.keys(first?.binary ?? {})).toEqual(['data']);
		expectFailed(second, {
			item: 1,
			error: {
				kind: 'timeLimit',
				lastStatus: 'processing',
				taskId: taskOf('a cat 1')?.id,
			},
			facts: { task_id: taskOf('a cat 1')?.id, task_status: 'processing' },
		});
	});

	it('of 0 checks once', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ ...WAIT, waitOptions: { timeout: 0, onTimeout: 'continue' } },
			{ input: numbered(1) },
		);
		expect(run.items(NODE)[0]?.json.task_status).toBe('submitted');
		expect(sent(emulator, 'query').length).toBe(1);
	});
});

describe('the default On Error', () => {
	it('gives the batch up at the first failure, and names the tasks that are still running', async () => {
		neverFinishes('cat 0');
		neverFinishes('cat 2');
		emulator.addFault({
			match: { route: 'create', contains: 'cat 1' },
			action: { type: 'fail-task', message: 'out of film' },
		});
		const run = await runNode(
			emulator.gatewayUrl,
			{ ...WAIT, waitOptions: { maxConcurrency: 3 } },
			{ input: numbered(8) },
		);
		// Long before the time limit of those that never finish.
		expect(time.now()).toBeLessThan((taskOf('a cat 1')?.createdAt ?? 0) + 2 * GENERATION_MS);
		expect(factsOf(run)).toEqual({
			kind: 'taskFailed',
			reason: 'out of film',
			taskId: taskOf('a cat 1')?.id,
			itemIndex: 1,
		});
		const others = [0, 2].map((item) => {
			const id = taskOf(`a cat ${item}`)?.id ?? '';
			return new RegExp(`${id} \\(item ${item}, (Submitted|Processing)\\)`);
		});
		for (const other of others) expect(errorOf(run).description).toMatch(other);
		expect(emulator.tasks().map(promptOf).sort()).toEqual(['a cat 0', 'a cat 1', 'a cat 2']);
	});

	it('sends nothing once the node has failed', async () => {
		neverFinishes('cat 0');
		emulator.addFault({
			match: { route: 'create', contains: 'cat 1' },
			action: { type: 'kling-error', status: 400 },
		});
		await runNode(emulator.gatewayUrl, WAIT, { input: numbered(2) });
		const before = emulator.requests().length;
		await time.pass(3_600_000);
		expect(emulator.requests().length).toBe(before);
	});
});

describe('as a tool of an AI agent', () => {
	const node = { type: 'n8n-nodes-kling.klingTextToVideoTool' };

	it('gives the facts and no file', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ ...WAIT, downloadVideo: true },
			{ node, input: numbered(1) },
		);
		expect(run.items(NODE)).toEqual([
			{
				json: finishedFacts(emulator),
				pairedItem: { item: 0 },
			},
		]);
		expect(sent(emulator, 'video')).toEqual([]);
	});

	it('gets no file from Get Status either', async () => {
		const made = await runNode(emulator.gatewayUrl, WAIT, { input: numbered(1) });
		emulator.clearRequests();
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus', downloadVideo: true },
			{ node, input: items(made.items(NODE)[0]?.json ?? {}) },
		);
		expect(run.items(NODE)[0]?.json.task_status).toBe('completed');
		expect(run.items(NODE)[0]?.binary).toBeUndefined();
		expect(emulator.requests().map(({ route }) => route)).toEqual(['query']);
	});
});
