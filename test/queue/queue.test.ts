import type { INodeParameters } from 'n8n-workflow';

import {
	chain,
	eventually,
	klingAccount,
	klingNode,
	webhookTrigger,
	type CredentialReference,
	type Execution,
	type Host,
	type NodeSketch,
	type RecordedRequest,
} from '../e2e/host/index.mts';
import { CONCURRENCY, startCluster, WORKERS, type Cluster } from './cluster.mts';
import {
	countRequests,
	lastEnd,
	memoryOf,
	mostTasksAtOnce,
	print,
	type Burst,
	type Kill,
} from './figures.mts';

/** Executions that can run at once. */
const AT_ONCE = WORKERS * CONCURRENCY;
const BURST = 60;
/** Kling's standard pack. */
const SLOTS = 20;
/** For a test with a whole burst, and for one thing to come true in it, on a busy machine. */
const TEST_MS = 400_000;
const PATIENCE_MS = 180_000;

let cluster: Cluster;
let host: Host;
let kling: CredentialReference;
const bursts: Burst[] = [];
const kills: Kill[] = [];

beforeAll(async () => {
	cluster = await startCluster();
	({ host } = cluster);
	kling = await host.createCredential('Kling account', klingAccount(host.emulator));
}, TEST_MS);
beforeEach(() => {
	cluster.clock.release();
	host.emulator.reset();
	host.emulator.updateAccount('emulator', { concurrency: SLOTS });
});
afterAll(async () => {
	print(bursts, kills);
	await cluster?.stop();
});

const POLLING: INodeParameters = { waitOptions: { pollingInterval: 1 } };
const CALLBACK: INodeParameters = { waitFor: 'callback', waitOptions: {} };

/** Makes one item of each of the prompts in what the webhook was sent. */
const SPLIT: NodeSketch = {
	name: 'Prompts',
	type: 'n8n-nodes-base.splitOut',
	parameters: {
		fieldToSplitOut: 'body.prompts',
		include: 'noOtherFields',
		options: { destinationFieldName: 'prompt' },
	},
};

/** Webhook, Prompts, Kling, After: in production. */
async function publish(path: string, parameters: INodeParameters): Promise<string> {
	const { id } = await host.importWorkflow(
		chain(
			path,
			webhookTrigger(path),
			SPLIT,
			klingNode(kling, { prompt: '={{ $json.prompt }}', ...parameters }),
			{ name: 'After', type: 'n8n-nodes-base.noOp' },
		),
	);
	await host.activate(id);
	return id;
}

/** So many executions with so many prompts each, no two alike. */
function promptsFor(executions: number, videosEach = 1): string[][] {
	return Array.from({ length: executions }, (_, execution) =>
		Array.from({ length: videosEach }, (__, video) => `Boat ${execution}.${video} in the rain`),
	);
}

/** Triggers one execution for each list of prompts, all at once. */
async function trigger(path: string, batches: string[][]): Promise<void> {
	const answers = await Promise.all(
		batches.map(async (prompts) => await host.trigger(path, { prompts })),
	);
	expect(answers.map(({ status }) => status)).toEqual(batches.map(() => 200));
}

async function countOf(workflowId: string, status: string): Promise<number> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId, status: [status] }));
	const { count } = await host.rest<{ count: number }>(
		'GET',
		`/executions?filter=${filter}&limit=1`,
	);
	return count;
}

async function allOver(workflowId: string, count: number): Promise<Execution[]> {
	const over = async () =>
		(await countOf(workflowId, 'success')) +
		(await countOf(workflowId, 'error')) +
		(await countOf(workflowId, 'crashed'));
	await eventually(async () => (await over()) === count, PATIENCE_MS);
	const ids = await host.executionIds(workflowId);
	expect(ids).toHaveLength(count);
	return await Promise.all(ids.map(async (id) => await host.execution(id)));
}

function sent(...routes: Array<RecordedRequest['route']>): RecordedRequest[] {
	return host.emulator.requests().filter(({ route }) => routes.includes(route));
}

const promptOf = ({ body }: { body: unknown }) => (body as { prompt: string }).prompt;

/** One task for each prompt, and each of a name of its own. */
function expectBoughtOnce(batches: string[][]): void {
	const tasks = host.emulator.tasks();
	expect(tasks.map(promptOf).toSorted()).toEqual(batches.flat().toSorted());
	expect(new Set(tasks.map(({ externalTaskId }) => externalTaskId)).size).toBe(tasks.length);
}

/** Every item in its place with its own video as a file, also behind the node. @returns the videos */
async function expectDelivered(executions: Execution[]): Promise<number> {
	const sample = await host.sampleVideo();
	const promptOfTask = new Map(host.emulator.tasks().map((task) => [task.id, promptOf(task)]));
	let videos = 0;
	for (const execution of executions) {
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('success');
		expect(execution.runs('Kling')).toHaveLength(1);
		expect(execution.runs('After')).toHaveLength(1);
		const items = execution.items('After');
		const wanted = execution.items('Prompts').map(({ json }) => json.prompt);
		expect(items.map(({ json }) => promptOfTask.get(String(json.task_id)))).toEqual(wanted);
		for (const { json, binary } of items) {
			expect(json.task_status).toBe('completed');
			expect(binary?.data?.id).toMatch(/^database:/);
			expect(await host.binary(binary!.data!)).toEqual(sample);
			videos++;
		}
	}
	return videos;
}

/** No worker was taken for dead. */
function expectNoneStalled(): void {
	expect(host.log.filter(({ message }) => /job stalled|too many times/.test(message))).toEqual([]);
}

const now = () => performance.timeOrigin + performance.now();

describe('a burst of executions', () => {
	/** Triggers everything, waits for the end and looks whether it is complete. */
	async function measure(
		mode: string,
		workflowId: string,
		path: string,
		batches: string[][],
		slots: number,
		meanwhile: () => Promise<Pick<Burst, 'heldMs' | 'memory' | 'mostSuspended'>>,
	): Promise<Burst> {
		host.emulator.updateAccount('emulator', { concurrency: slots });
		const startedAt = now();
		await trigger(path, batches);
		const seen = await meanwhile();
		const executions = await allOver(workflowId, batches.length);
		const ms = lastEnd(executions) - startedAt;
		const requests = countRequests(host.emulator);
		expectBoughtOnce(batches);
		const videos = await expectDelivered(executions);
		expect(videos).toBe(batches.flat().length);
		expectNoneStalled();
		const mostTasks = mostTasksAtOnce(host.emulator);
		const burst = { mode, slots, executions: batches.length, videos, ms, mostTasks };
		return { ...burst, ...requests, ...seen };
	}

	/** The workers' memory when half of the executions are over. */
	async function halfWay(workflowId: string, count: number) {
		await eventually(async () => (await countOf(workflowId, 'success')) >= count / 2, PATIENCE_MS);
		return { heldMs: 0, mostSuspended: 0, memory: await memoryOf(cluster.workers) };
	}

	it(
		'with polling: every video is delivered, none bought twice',
		async () => {
			const id = await publish('burst-polling', POLLING);
			const burst = await measure(
				'polling',
				id,
				'burst-polling',
				promptsFor(BURST),
				SLOTS,
				async () => await halfWay(id, BURST),
			);
			bursts.push(burst);
			expect(burst.mostTasks).toBeLessThanOrEqual(AT_ONCE);
			expect(burst.requests).toMatchObject({ create: BURST, file: BURST });
		},
		TEST_MS,
	);

	it(
		'with polling and fewer slots than both workers want',
		async () => {
			const slots = 5;
			const batches = promptsFor(12, 5);
			const id = await publish('burst-slots', POLLING);
			const burst = await measure(
				'polling',
				id,
				'burst-slots',
				batches,
				slots,
				async () => await halfWay(id, batches.length),
			);
			bursts.push(burst);
			expect(burst.mostTasks).toBe(slots);
			expect(burst.refused).toBeGreaterThan(0);
			// Executions of both workers were told to wait, and none of them failed for it.
			const refused = sent('create').filter(({ status }) => status === 429);
			const idsOf = ({ body }: RecordedRequest) => /"n8n-(\d+)-/.exec(body)?.[1] ?? '';
			const executionIds = new Set(refused.map(idsOf));
			for (const worker of cluster.workers) {
				expect(worker.startedExecutions().filter((one) => executionIds.has(one))).not.toEqual([]);
			}
		},
		TEST_MS,
	);

	it(
		'with callbacks: all are suspended at the same time, and all resume',
		async () => {
			const id = await publish('burst-callback', CALLBACK);
			cluster.clock.hold();
			const burst = await measure(
				'callback',
				id,
				'burst-callback',
				promptsFor(BURST),
				BURST,
				async () => {
					const heldAt = now();
					await eventually(async () => (await countOf(id, 'waiting')) === BURST, PATIENCE_MS);
					for (const worker of cluster.workers) expect(worker.runningExecutions()).toEqual([]);
					expect(host.emulator.tasks()).toHaveLength(BURST);
					const memory = await memoryOf(cluster.workers);
					cluster.clock.release();
					return { heldMs: now() - heldAt, mostSuspended: BURST, memory };
				},
			);
			bursts.push(burst);
			expect(burst.mostTasks).toBe(BURST);
			expect(burst.requests).toMatchObject({ create: BURST, file: BURST });
		},
		TEST_MS,
	);
});
