/** One item of a node run is one video: what Retry On Fail, a retried execution and Stop make of it. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { consequences } from '../../nodes/shared/n8n/words/notes.ts';
import {
	errorOf,
	factsOf,
	NODE,
	numbered,
	PLAIN,
	runNode,
	sent,
	startNode,
	time,
	useEmulator,
} from './fixture.mts';

const emulator = useEmulator({ generationMs: 4_000, queueMs: 1_000 });

/** Another prompt at every evaluation. */
const ANEW = '=a cat {{ $json.n }} {{ Math.random() }}';

const WAIT: INodeParameters = {
	operation: 'createAndWait',
	...PLAIN,
	prompt: ANEW,
	downloadVideo: false,
};

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const promptsOf = () => emulator.tasks().map(({ body }) => (body as { prompt: string }).prompt);

/** The item of each task, from its prompt. */
const itemsCharged = () => promptsOf().map((prompt) => Number(prompt.split(' ')[2]));

describe('Retry On Fail', () => {
	it.each([
		['stops', {}],
		['continues', { onError: 'continueRegularOutput' as const }],
		['executes once', { executeOnce: true }],
	])(
		'takes the task of the first try, whatever the expressions say: a node that %s',
		async (_, node) => {
			const count = 'executeOnce' in node ? 1 : 2;
			emulator.addFault({
				match: { route: 'query' },
				times: 1,
				action: { type: 'kling-error', status: 401 },
			});
			const run = await runNode(emulator.gatewayUrl, WAIT, {
				input: numbered(2),
				node: { ...RETRY, ...node },
			});
			expect(run.tries(NODE)).toBe(2);
			expect(itemsCharged()).toEqual(Array.from({ length: count }, (_each, n) => n));
			expect(run.items(NODE).map(({ json }) => [json.task_id, json.task_status])).toEqual(
				emulator.tasks().map(({ id }) => [id, 'completed']),
			);
		},
	);

	it('creates what the first try did not', async () => {
		emulator.addFault({
			match: { route: 'create', contains: 'cat 1' },
			times: 1,
			action: { type: 'kling-error', status: 400 },
		});
		const run = await runNode(emulator.gatewayUrl, WAIT, { input: numbered(2), node: RETRY });
		expect(itemsCharged().sort()).toEqual([0, 1]);
		expect(run.items(NODE)).toHaveLength(2);
	});

	it('does not repeat what may have been created', async () => {
		emulator.addFault({
			match: { route: 'create' },
			times: 1,
			action: { type: 'reset', when: 'after' },
		});
		const run = await runNode(emulator.gatewayUrl, WAIT, { input: numbered(1), node: RETRY });
		expect(itemsCharged()).toEqual([0]);
		expect(factsOf(run)).toEqual({ kind: 'unknownOutcome', itemIndex: 0, mayHaveStarted: true });
	});

	it('of another execution is another video', async () => {
		for (let n = 0; n < 2; n++) {
			await runNode(emulator.gatewayUrl, { ...WAIT, prompt: 'a cat 0' }, { node: RETRY });
		}
		expect(itemsCharged()).toEqual([0, 0]);
	});
});

describe('a task’s ID in the reply to a creation', () => {
	it.each<[string, number, IDataObject]>([
		['a code that nobody knows', 200, { code: 1, msg: 'ok' }],
		['a server error', 504, { message: 'upstream timed out' }],
		['a client error', 402, { error: { message: 'balance' } }],
	])('is that task, also beside %s', async (_name, status, body) => {
		const outside = await runNode(emulator.gatewayUrl, { ...WAIT, operation: 'create' });
		const taskId = outside.items(NODE)[0]?.json.task_id as string;
		emulator.clearRequests();
		emulator.addFault({
			match: { route: 'create' },
			action: { type: 'reply', status, body: { ...body, data: { task_id: taskId } } },
		});
		const run = await runNode(emulator.gatewayUrl, WAIT, { input: numbered(1), node: RETRY });
		expect(sent(emulator, 'create')).toHaveLength(1);
		expect(run.items(NODE)[0]?.json).toMatchObject({ task_id: taskId, task_status: 'completed' });
	});
});

describe('the retry of an execution that was stopped', () => {
	const FIXED = { ...WAIT, prompt: '=a cat {{ $json.n }}' };

	/** Stops an execution once its videos have been started. */
	async function stopped(parameters: INodeParameters = FIXED): Promise<string[]> {
		const running = startNode(emulator.gatewayUrl, parameters, { input: numbered(2) });
		await time.until(() => emulator.tasks().length === 2);
		running.stop();
		const run = await running.finished;
		expect(run.status).toBe('canceled');
		return emulator.tasks().map(({ id }) => id);
	}

	it('reuses its videos, although n8n keeps nothing of it', async () => {
		const ids = await stopped();
		const run = await runNode(emulator.gatewayUrl, FIXED, { input: numbered(2), mode: 'retry' });
		expect(emulator.tasks()).toHaveLength(2);
		expect(run.items(NODE).map(({ json }) => json.task_id)).toEqual(ids);
	});

	it('creates what was changed', async () => {
		await stopped();
		await runNode(
			emulator.gatewayUrl,
			{ ...FIXED, prompt: '={{ $json.n ? "a dog 1" : "a cat 0" }}' },
			{ input: numbered(2), mode: 'retry' },
		);
		expect(promptsOf()).toEqual(['a cat 0', 'a cat 1', 'a dog 1']);
	});

	it('is none for an execution that is simply started again', async () => {
		await stopped();
		await runNode(emulator.gatewayUrl, FIXED, { input: numbered(2) });
		expect(itemsCharged()).toEqual([0, 1, 0, 1]);
	});

	it('names what may have been started, and nothing else', async () => {
		emulator.addFault({
			match: { route: 'create', contains: 'cat 0' },
			times: 'forever',
			action: { type: 'hang', when: 'after' },
		});
		const running = startNode(
			emulator.gatewayUrl,
			{ ...FIXED, waitOptions: { maxConcurrency: 1 } },
			{
				input: numbered(3),
			},
		);
		await time.until(() => emulator.tasks().length === 1);
		running.stop();
		const run = await running.finished;
		expect(errorOf(run).description).toBe(consequences.othersMayHaveStarted(['item 0']));
	});
});
