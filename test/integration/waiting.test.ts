import {
	cleanUp,
	errorOf,
	expectFailed,
	items,
	NODE,
	numbered,
	pause,
	PLAIN,
	runNode,
	sent,
	startGateway,
	type Emulator,
} from './fixture.mts';

jest.mock('../../nodes/shared/n8n/clock', () =>
	jest.requireActual('../../testkit/clocks/fastClock.mts'),
);

const GENERATION_MS = 150;

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startGateway({ generationMs: GENERATION_MS, queueMs: 30 });
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	cleanUp();
	await emulator.close();
});

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
	it('comes out in the order of its items, whichever video is finished first', async () => {
		emulator.addFault({
			match: { route: 'create', contains: 'cat 0' },
			action: { type: 'hang', ms: 250 },
		});
		const run = await runNode(emulator.gatewayUrl, WAIT, { input: numbered(3) });
		const ids = ['a cat 0', 'a cat 1', 'a cat 2'].map((prompt) => taskOf(prompt)?.id);
		expect(run.items(NODE).map(({ json, pairedItem }) => [json.task_id, pairedItem])).toEqual(
			ids.map((id, item) => [id, { item }]),
		);
		const downloads = sent(emulator, 'video').map(({ taskIds }) => taskIds[0]);
		expect(downloads.at(-1)).toBe(ids[0]);
	});

	it('of ten videos is under way all at once', async () => {
		await runNode(emulator.gatewayUrl, WAIT, { input: numbered(10) });
		const times = emulator.tasks().map(({ createdAt }) => createdAt);
		expect(times).toHaveLength(10);
		expect(Math.max(...times) - Math.min(...times)).toBeLessThan(GENERATION_MS);
	});

	it('never has more videos under way than Max Concurrency', async () => {
		await runNode(
			emulator.gatewayUrl,
			{ ...WAIT, downloadVideo: false, waitOptions: { maxConcurrency: 2 } },
			{ input: numbered(7) },
		);
		const starts = emulator.tasks().map(({ createdAt }) => createdAt);
		expect(starts).toHaveLength(7);
		const underWay = starts.map(
			(now) => starts.filter((start) => start <= now && now < start + GENERATION_MS).length,
		);
		expect(Math.max(...underWay)).toBe(2);
	});

	it('fills a freed slot at once, and not only after the download', async () => {
		emulator.addFault({ match: { route: 'video' }, times: 2, action: { type: 'slow', ms: 400 } });
		await runNode(
			emulator.gatewayUrl,
			{ ...WAIT, waitOptions: { maxConcurrency: 1 } },
			{ input: numbered(2) },
		);
		const [first, second] = emulator.tasks();
		const [download] = sent(emulator, 'video');
		expect(download?.taskIds).toEqual([first?.id]);
		// The download of the first is still on its way.
		expect(second?.createdAt).toBeLessThan((download?.time ?? 0) + 400);
	});

	it('counts a task that is being retried for a slot of the account as under way', async () => {
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

	it('says in the log how it is coming along', async () => {
		const lines: string[] = [];
		await runNode(emulator.gatewayUrl, WAIT, {
			input: numbered(2),
			onProgress: (event) => {
				if (event.type === 'log' && event.level === 'info') lines.push(event.message);
			},
		});
		expect(lines[0]).toBe('Kling: 0 finished, 1 running, 1 waiting, 0 failed');
		expect(lines.at(-1)).toBe('Kling: 2 finished, 0 running, 0 waiting, 0 failed');
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
		['5 seconds by default', {}, 50],
		['as often as it says', { pollingInterval: 10 }, 100],
	])('asks every %s', async (_name, waitOptions, interval) => {
		await runNode(emulator.gatewayUrl, { ...WAIT, downloadVideo: false, waitOptions });
		expect(gaps().length).toBeGreaterThanOrEqual(1);
		// The clock of this test runs a hundred times faster; two milliseconds for rounding.
		for (const gap of gaps()) expect(gap).toBeGreaterThanOrEqual(interval - 2);
		expect(gaps().length).toBeLessThanOrEqual(Math.ceil(GENERATION_MS / interval) + 1);
	});
});

describe('Timeout', () => {
	const impatient = { ...WAIT, waitOptions: { timeout: 0.5 } };

	it('fails the item, naming the task and its last status', async () => {
		neverFinishes('cat 0');
		const run = await runNode(emulator.gatewayUrl, impatient, { input: numbered(1) });
		const [task] = emulator.tasks();
		const error = errorOf(run);
		expect(error.name).toBe('NodeOperationError');
		expect(error.message).toBe(
			`Kling did not finish the video within 'Timeout (Minutes)'; its last status was "processing" (task ${task?.id}) [Item 0]`,
		);
		expect(error.description).toContain('Kling goes on with it');
		expect(error.description).toContain('Get Status operation and this task ID');
		expect(error.context.itemIndex).toBe(0);
		expect(emulator.tasks().length).toBe(1);
	});

	it('says so when the last query brought nothing', async () => {
		emulator.addFault({ match: { route: 'query' }, times: 'forever', action: { type: 'html' } });
		const run = await runNode(emulator.gatewayUrl, impatient, { input: numbered(1) });
		expect(errorOf(run).message).toContain('its last status was "submitted"');
		expect(errorOf(run).description).toContain(
			'The last query brought nothing: The server in front of Kling has trouble (HTTP 502).',
		);
	});

	it('puts the item out as it is with On Timeout: Continue', async () => {
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
					video_url: expect.any(String),
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
			message: /did not finish the video within 'Timeout \(Minutes\)'/,
			facts: { task_id: taskOf('a cat 1')?.id, task_status: 'processing' },
		});
	});

	it('of 0 asks once', async () => {
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
	it('gives the batch up at the first failure, and names the tasks that go on', async () => {
		neverFinishes('cat 0');
		neverFinishes('cat 2');
		emulator.addFault({
			match: { route: 'create', contains: 'cat 1' },
			action: { type: 'fail-task', message: 'out of film' },
		});
		const startedAt = Date.now();
		const run = await runNode(
			emulator.gatewayUrl,
			{ ...WAIT, waitOptions: { maxConcurrency: 3 } },
			{ input: numbered(8) },
		);
		expect(Date.now() - startedAt).toBeLessThan(5000);
		const error = errorOf(run);
		expect(error.message).toBe(
			`Kling could not make the video: out of film (task ${taskOf('a cat 1')?.id}) [Item 1]`,
		);
		expect(error.context.itemIndex).toBe(1);
		for (const item of [0, 2]) {
			const id = taskOf(`a cat ${item}`)?.id;
			expect(error.description).toMatch(
				new RegExp(`${id} \\(item ${item}, (submitted|processing)\\)`),
			);
		}
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
		await pause(200);
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
		const [task] = emulator.tasks();
		const url = `${emulator.url}/videos/${task?.id}.mp4`;
		expect(run.items(NODE)).toEqual([
			{
				json: {
					task_id: task?.id,
					task_status: 'completed',
					task_status_msg: '任务完成',
					created_at: task?.createdAt,
					updated_at: task?.updatedAt,
					model_name: 'kling-v1-6',
					video_url: url,
					task_result: { videos: [{ id: 'video_001', url, duration: 5 }] },
				},
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
