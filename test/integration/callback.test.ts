import { KlingTextToVideo } from '../../nodes/KlingTextToVideo/KlingTextToVideo.node';
import { notes } from '../../nodes/shared/n8n/words/notes.ts';
import { callbackWords } from '../../nodes/shared/n8n/words/parameters.ts';
import {
	EMULATOR_API_KEY,
	errorFacts,
	errorOf,
	expectFailed,
	factsOf,
	items,
	NODE,
	numbered,
	PLAIN,
	runNode,
	sampleVideo,
	sent,
	time,
	useEmulator,
	useServer,
	type EngineRun,
} from './fixture.mts';

/** Every video is finished at once, but for those of `neverFinishes`. */
const emulator = useEmulator({ generationMs: 0, queueMs: 0 });
/** Stands at n8n's address, and takes the callbacks. */
const n8n = useServer();
beforeEach(() => {
	n8n.answer = (_request, response) => response.end('{}');
});

const NODE_TYPE = 'n8n-nodes-kling.klingTextToVideo';

const CALLBACK = {
	operation: 'createAndWait',
	...PLAIN,
	model: 'kling-v2-6',
	prompt: '=a cat {{ $json.n }}',
	waitFor: 'callback',
};

type RunOptions = NonNullable<Parameters<typeof runNode>[2]>;

async function run(parameters: object = {}, options: RunOptions = {}): Promise<EngineRun> {
	return await runNode(
		emulator.url,
		{ ...CALLBACK, ...parameters },
		{
			input: numbered(3),
			instanceUrl: n8n.url,
			credential: {
				service: 'official',
				region: 'custom',
				authentication: 'apiKey',
				apiKey: EMULATOR_API_KEY,
			},
			...options,
		},
	);
}

/** Makes every reply about the tasks of these prompts say that they are still running. */
function neverFinishes(...prompts: string[]) {
	for (const contains of prompts) {
		emulator.addFault({
			match: { route: 'create', contains },
			action: { type: 'status', value: 'processing' },
		});
	}
}

const ALL = ['cat 0', 'cat 1', 'cat 2'];

function fails(contains: string) {
	emulator.addFault({
		match: { route: 'create', contains },
		action: { type: 'fail-task', message: 'out of film' },
	});
}

const promptOf = ({ body }: { body: unknown }) => (body as { prompt: string }).prompt;

const idOf = (prompt: string) =>
	emulator.tasks().find((task) => promptOf(task).endsWith(prompt))?.id;

/** What n8n stores for the time of the wait, and returns when the time is up. */
function suspended({ run: { data } }: EngineRun) {
	const [entry, ...others] = data.executionData?.nodeExecutionStack ?? [];
	expect(others).toEqual([]);
	expect(entry?.node.name).toBe(NODE);
	const [output = [], ...more] = entry?.data.main ?? [];
	expect(more).toEqual([]);
	return output ?? [];
}

describe('before anything is charged, waiting for a callback is refused', () => {
	function expectRefused(run: EngineRun, problem: keyof typeof callbackWords) {
		expect(run.status).toBe('error');
		expect(factsOf(run)).toEqual({ kind: 'input', parameter: 'waitFor', problem, itemIndex: 0 });
		expect(errorOf(run).description).toBe(callbackWords[problem].description);
		expectNothingSent();
	}

	function expectNothingSent() {
		expect(emulator.tasks()).toEqual([]);
		expect(emulator.requests()).toEqual([]);
	}

	it('at a gateway, which does not call back', async () => {
		const refused = await runNode(
			emulator.gatewayUrl,
			{ ...CALLBACK, model: 'kling-v1-6' },
			{ input: numbered(1), instanceUrl: n8n.url },
		);
		expectRefused(refused, 'gateway');
	});

	it('inside an AI agent', async () => {
		const refused = await run({}, { node: { type: `${NODE_TYPE}Tool` } });
		expectRefused(refused, 'agent');
	});

	/** The node on an n8n whose context answers otherwise. */
	function nodeOn(changes: Record<string, (context: object) => unknown>): RunOptions {
		const node = new KlingTextToVideo();
		const { execute } = node;
		node.execute = async function () {
			const context = Object.create(this) as typeof this;
			for (const [name, value] of Object.entries(changes)) {
				Object.defineProperty(context, name, { value: value(this) });
			}
			return await execute.call(context);
		};
		return { nodeTypes: { [NODE_TYPE]: node } };
	}

	it('in an unsaved workflow', async () => {
		const unsaved = nodeOn({ getWorkflow: () => () => ({ id: '', name: 'New', active: false }) });
		const refused = await run({}, unsaved);
		expectRefused(refused, 'unsaved');
	});

	it('on an n8n that does not sign the address', async () => {
		// Before n8n 2.14 a resume URL had no signature.
		const old = nodeOn({
			evaluateExpression: (context) => (expression: string, itemIndex: number) =>
				expression.includes('resumeUrl')
					? 'https://n8n.example.com/webhook-waiting/1'
					: (context as { evaluateExpression(...args: unknown[]): unknown }).evaluateExpression(
							expression,
							itemIndex,
						),
		});
		const refused = await run({}, old);
		expectRefused(refused, 'unsigned');
	});

	it('when one item could not be sent', async () => {
		const refused = await run(
			{ prompt: '={{ $json.prompt }}' },
			{ input: items({ prompt: 'a cat' }, { prompt: '' }) },
		);
		expect(factsOf(refused)).toEqual({
			kind: 'input',
			parameter: 'prompt',
			problem: 'empty',
			itemIndex: 1,
		});
		expectNothingSent();
	});

	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'and with On Error: %s every item says so, and none waits',
		async (onError) => {
			const refused = await run({}, { node: { type: `${NODE_TYPE}Tool`, onError } });
			expect(refused.status).toBe('success');
			const failed = refused.items(NODE, onError === 'continueErrorOutput' ? 1 : 0);
			expect(failed).toHaveLength(3);
			expect(failed.map(errorFacts)).toEqual(
				failed.map((_, itemIndex) => ({
					kind: 'input',
					parameter: 'waitFor',
					problem: 'agent',
					itemIndex,
				})),
			);
			expectNothingSent();
		},
	);
});

describe('a suspended execution', () => {
	const callbackUrls = () =>
		sent(emulator, 'create').map(
			({ json }) =>
				(json as { callback_url?: string }).callback_url ??
				(json as { options: { callback_url?: string } }).options.callback_url,
		);

	it.each([
		['v1', 'kling-v2-6'],
		['path', 'kling-3.0-turbo'],
	])('has told Kling its own address with every task: format %s', async (format, model) => {
		neverFinishes(...ALL);
		const waiting = await run({ model, mode: 'pro' }, { executionId: '4711', node: { id: 'n-1' } });
		expect(waiting.status).toBe('waiting');
		expect(emulator.tasks().map((task) => task.format)).toEqual([format, format, format]);
		const [address = '', ...others] = callbackUrls();
		expect(others).toEqual([address, address]);
		expect(address).toMatch(
			new RegExp(`^${n8n.url}/webhook-waiting/4711/n-1\\?signature=[0-9a-f]{32,}$`),
		);
		expect(address.endsWith(`=${waiting.run.data.resumeToken}`)).toBe(true);
	});

	it.each([
		['an hour by default', {}, 60],
		['Timeout (Minutes)', { timeout: 2.5 }, 2.5],
	])('has a limit: %s', async (_name, waitOptions, minutes) => {
		neverFinishes(...ALL);
		const before = Date.now();
		const waiting = await run({ waitOptions });
		const limit = Number(waiting.run.waitTill);
		expect(limit).toBeGreaterThanOrEqual(before + minutes * 60_000);
		expect(limit).toBeLessThanOrEqual(Date.now() + minutes * 60_000);
	});

	it.each(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const)(
		'keeps all its tasks with On Error: %s',
		async (onError) => {
			neverFinishes(...ALL);
			const waiting = await run({}, { node: { onError } });
			expect(waiting.status).toBe('waiting');
			expect(suspended(waiting).map(({ json }) => json.task_id)).toEqual(ALL.map(idOf));
		},
	);

	it('keeps what is known of each task as the node returns it, and nothing else in the JSON', async () => {
		neverFinishes(...ALL);
		const waiting = await run();
		const tasks = emulator.tasks();
		expect(tasks).toHaveLength(3);
		for (const [item, { json, pairedItem, binary }] of suspended(waiting).entries()) {
			const task = tasks.find(({ id }) => id === json.task_id);
			expect(promptOf(task!)).toBe(`a cat ${item}`);
			expect(json).toEqual({
				task_id: task?.id,
				task_status: 'processing',
				created_at: task?.createdAt,
				updated_at: task?.updatedAt,
				model_name: 'kling-v2-6',
				external_task_id: task?.externalTaskId,
				// The emulator lists the video all the same: it lies about the status only.
				video_id: expect.any(String),
				video_url: expect.any(String),
				duration: 5,
				cost: { amount: 1.5, unit: 'units' },
				task_result: expect.any(Object),
			});
			expect(pairedItem).toEqual({ item });
			expect(binary).toBeUndefined();
		}
		expect(waiting.items(NODE).map(({ json }) => json)).toEqual(
			suspended(waiting).map(({ json }) => json),
		);
	});

	it('leaves the output of the previous node as it is', async () => {
		neverFinishes(...ALL);
		const waiting = await run();
		expect(suspended(waiting)).toHaveLength(3);
		expect(waiting.items('Start').map(({ json }) => json)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }]);
	});

	it('has checked its tasks once, together, and sends nothing more', async () => {
		neverFinishes(...ALL);
		await run();
		const routes = emulator.requests().map(({ route }) => route);
		expect(routes).toEqual(['create', 'create', 'create', 'list']);
		await time.pass(3_600_000);
		expect(emulator.requests()).toHaveLength(4);
	});

	it('is suspended also when the check got no answer', async () => {
		neverFinishes('cat 1', 'cat 2');
		for (const route of ['list', 'query'] as const) {
			emulator.addFault({ match: { route }, times: 'forever', action: { type: 'reset' } });
		}
		const waiting = await run();
		expect(waiting.status).toBe('waiting');
		expect(suspended(waiting).map(({ json }) => json.task_id)).toEqual(ALL.map(idOf));
	});

	it('warns when Kling cannot reach n8n from the internet', async () => {
		neverFinishes(...ALL);
		const waiting = await run();
		expect(waiting.hints(NODE)).toEqual([
			{
				message: notes.privateCallback(n8n.url.replace('http://', '')),
				type: 'warning',
				location: 'outputPane',
			},
		]);
	});

	it('does not warn when n8n has a public address', async () => {
		neverFinishes(...ALL);
		const waiting = await run({}, { instanceUrl: 'https://n8n.example.com' });
		expect(waiting.status).toBe('waiting');
		expect(waiting.hints(NODE)).toEqual([]);
	});
});

describe('the first check', () => {
	it('returns all videos at once when all are finished', async () => {
		const done = await run();
		expect(done.status).toBe('success');
		expect(done.run.waitTill).toBeUndefined();
		const output = done.items(NODE);
		expect(output.map(({ json }) => [json.task_id, json.task_status])).toEqual(
			ALL.map((prompt) => [idOf(prompt), 'completed']),
		);
		for (const item of output) expect(await done.binary(item)).toEqual(sampleVideo());
		expect(done.hints(NODE)).toEqual([]);
	});

	it('finishes what is over and waits for the rest only', async () => {
		neverFinishes('cat 0', 'cat 2');
		const waiting = await run();
		expect(waiting.status).toBe('waiting');
		const [first, second, third] = suspended(waiting);
		expect(second).toEqual({
			json: expect.objectContaining({ task_id: idOf('cat 1'), task_status: 'completed' }),
			binary: { data: expect.objectContaining({ fileName: `${idOf('cat 1')}.mp4` }) },
			pairedItem: { item: 1 },
		});
		expect(await waiting.binary(second)).toEqual(sampleVideo());
		for (const item of [first, third]) {
			expect(item?.json.task_status).toBe('processing');
			expect(item?.binary).toBeUndefined();
		}
		expect(sent(emulator, 'video')).toHaveLength(1);
	});

	it('returns the reply as it came and names the binary field, if the form says so', async () => {
		const done = await run({ binaryPropertyName: 'film', simplify: false });
		const [item] = done.items(NODE);
		expect(Object.keys(item?.binary ?? {})).toEqual(['film']);
		expect(item?.json).toMatchObject({
			code: 0,
			data: { task_id: idOf('cat 0'), task_status: 'succeed' },
		});
	});

	it('keeps a failed item in its place while the others are waited for', async () => {
		neverFinishes('cat 0', 'cat 2');
		fails('cat 1');
		const waiting = await run({}, { node: { onError: 'continueRegularOutput' } });
		expect(waiting.status).toBe('waiting');
		const [first, second, third] = suspended(waiting);
		expectFailed(second, {
			item: 1,
			error: { kind: 'taskFailed', reason: 'out of film', taskId: idOf('cat 1') },
			facts: { task_id: idOf('cat 1'), task_status: 'failed' },
		});
		expect([first?.json.task_id, third?.json.task_id]).toEqual([idOf('cat 0'), idOf('cat 2')]);
	});

	it('that finds only failures does not wait', async () => {
		for (const prompt of ALL) fails(prompt);
		const done = await run({}, { node: { onError: 'continueErrorOutput' } });
		expect(done.status).toBe('success');
		expect(done.items(NODE)).toEqual([]);
		expect(done.items(NODE, 1).map(({ json }) => json.task_id)).toEqual(ALL.map(idOf));
	});

	it('that finds a failure ends the execution with Stop Workflow, naming the tasks that are still running', async () => {
		neverFinishes('cat 0', 'cat 2');
		fails('cat 1');
		const stopped = await run();
		expect(stopped.status).toBe('error');
		expect(factsOf(stopped)).toEqual({
			kind: 'taskFailed',
			reason: 'out of film',
			taskId: idOf('cat 1'),
			itemIndex: 1,
		});
		const { description } = errorOf(stopped);
		expect(description).toContain(`${idOf('cat 0')} (item 0, Processing)`);
		expect(description).toContain(`${idOf('cat 2')} (item 2, Processing)`);
	});

	it('keeps the facts of a video whose download fails', async () => {
		neverFinishes('cat 0', 'cat 2');
		emulator.addFault({ match: { route: 'video' }, times: 'forever', action: { type: 'expired' } });
		const waiting = await run({}, { node: { onError: 'continueRegularOutput' } });
		const [, second] = suspended(waiting);
		expect(errorFacts(second!)).toMatchObject({ kind: 'download', taskId: idOf('cat 1') });
		expect(second?.json).toMatchObject({
			task_id: idOf('cat 1'),
			task_status: 'completed',
			model_name: 'kling-v2-6',
			video_url: `${emulator.url}/videos/${idOf('cat 1')}.mp4`,
		});
	});
});

describe('Retry On Fail', () => {
	const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };

	it('is charged for no video twice when the reply to a creation was lost', async () => {
		neverFinishes(...ALL);
		emulator.addFault({
			match: { route: 'create', contains: 'cat 1' },
			action: { type: 'reset', when: 'after' },
		});
		const waiting = await run({}, { node: RETRY });
		expect(waiting.status).toBe('waiting');
		expect(emulator.tasks().map(promptOf).sort()).toEqual(['a cat 0', 'a cat 1', 'a cat 2']);
		expect(suspended(waiting).map(({ json }) => json.task_id)).toEqual(ALL.map(idOf));
	});

	it('reuses the running tasks of the try before, and creates only the failed one again', async () => {
		neverFinishes('cat 0', 'cat 2');
		fails('cat 1');
		const waiting = await run({}, { node: RETRY });
		expect(waiting.tries(NODE)).toBe(2);
		expect(emulator.tasks().map(promptOf).sort()).toEqual([
			'a cat 0',
			'a cat 1',
			'a cat 1',
			'a cat 2',
		]);
		expect(waiting.status).toBe('waiting');
		const second = emulator.tasks().filter((task) => promptOf(task) === 'a cat 1')[1];
		expect(suspended(waiting).map(({ json }) => json.task_id)).toEqual([
			idOf('cat 0'),
			second?.id,
			idOf('cat 2'),
		]);
	});

	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'does not take the suspended items for new ones when the first item failed: %s',
		async (onError) => {
			// n8n executes the node again when its first item has an error, also if it waits.
			neverFinishes('cat 1', 'cat 2');
			emulator.addFault({
				match: { route: 'create', contains: 'cat 0' },
				times: 'forever',
				action: { type: 'fail-task', message: 'out of film' },
			});
			const waiting = await run({}, { node: { ...RETRY, onError } });
			expect(waiting.status).toBe('waiting');
			expect(new Set(emulator.tasks().map(promptOf))).toEqual(
				new Set(['a cat 0', 'a cat 1', 'a cat 2']),
			);
			const charged = (prompt: string) =>
				emulator.tasks().filter((task) => promptOf(task).endsWith(prompt)).length;
			expect([charged('cat 1'), charged('cat 2')]).toEqual([1, 1]);
			expect(
				suspended(waiting)
					.map(({ json }) => json.task_id)
					.slice(1),
			).toEqual([idOf('cat 1'), idOf('cat 2')]);
		},
	);

	it('does not continue to wait when a further try finishes everything', async () => {
		emulator.addFault({
			match: { route: 'create', contains: 'cat 0' },
			action: { type: 'kling-error', code: 1301 },
		});
		emulator.addFault({
			match: { route: 'list' },
			action: { type: 'status', value: 'processing' },
		});
		const ended = await run({}, { node: { ...RETRY, onError: 'continueRegularOutput' } });
		expect(ended.status).toBe(ended.tries(NODE) === 1 ? 'waiting' : 'success');
	});
});
