import type { INodeParameters } from 'n8n-workflow';

import { notes } from '../../nodes/shared/n8n/words/notes';
import { eventually, pause } from '../../testkit/eventually.mts';
import {
	chain,
	code,
	imageNode,
	klingAccount,
	klingNode,
	manualTrigger,
	noOp,
	webhookTrigger,
	type CredentialReference,
	type Execution,
	type Host,
	type LogLine,
	type NodeSketch,
	type RecordedRequest,
	type Worker,
} from '../../testkit/n8n/index.mts';
import { sampleVideo } from '../../testkit/sampleVideo.mts';
import { CONCURRENCY, LOCK, lockOf, startCluster, WORKERS, type Cluster } from './cluster.mts';
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
const LIMIT = 20;
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
	host.emulator.updateAccount('emulator', { concurrency: LIMIT });
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
			noOp('After'),
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

const countOver = async (workflowId: string) =>
	await host.countExecutions(workflowId, 'success', 'error', 'crashed');

async function allOver(workflowId: string, count: number): Promise<Execution[]> {
	await eventually(async () => (await countOver(workflowId)) === count, PATIENCE_MS);
	const ids = await host.executionIds(workflowId);
	expect(ids).toHaveLength(count);
	return await Promise.all(ids.map(async (id) => await host.execution(id)));
}

/** The tasks of one execution, by their external task IDs. */
function tasksOf(executionId: string) {
	return host.emulator
		.tasks()
		.filter(({ externalTaskId }) => externalTaskId?.startsWith(`n8n-${executionId}-`));
}

const promptOf = ({ body }: { body: unknown }) => (body as { prompt: string }).prompt;

/** One task for each prompt, and each of a name of its own. */
function expectCreatedOnce(batches: string[][]): void {
	const tasks = host.emulator.tasks();
	expect(tasks.map(promptOf).toSorted()).toEqual(batches.flat().toSorted());
	expect(new Set(tasks.map(({ externalTaskId }) => externalTaskId)).size).toBe(tasks.length);
}

/** Every item in its place with its own video as a file, also behind the node. @returns the videos */
async function expectDelivered(executions: Execution[]): Promise<number> {
	const sample = sampleVideo();
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

/** What the main says of workers that it takes for dead. */
const isStalled = ({ message }: LogLine) => /job stalled|too many times/.test(message);

const now = () => performance.timeOrigin + performance.now();

describe('a burst of executions', () => {
	/** Triggers everything, waits for the end and looks whether it is complete. */
	async function measure(
		mode: string,
		workflowId: string,
		path: string,
		batches: string[][],
		concurrency: number,
		meanwhile: () => Promise<Pick<Burst, 'heldMs' | 'memory' | 'mostSuspended'>>,
	): Promise<Burst> {
		host.emulator.updateAccount('emulator', { concurrency });
		const logged = host.log.length;
		const startedAt = now();
		await trigger(path, batches);
		const seen = await meanwhile();
		const executions = await allOver(workflowId, batches.length);
		const ms = lastEnd(executions) - startedAt;
		const requests = countRequests(host.emulator);
		expectCreatedOnce(batches);
		const videos = await expectDelivered(executions);
		expect(videos).toBe(batches.flat().length);
		expect(host.log.slice(logged).filter(isStalled)).toEqual([]);
		const mostTasks = mostTasksAtOnce(host.emulator);
		const burst = { mode, concurrency, executions: batches.length, videos, ms, mostTasks };
		return { ...burst, ...requests, ...seen };
	}

	/** The workers' memory when half of the executions are over. */
	async function halfWay(workflowId: string, count: number) {
		await eventually(async () => (await countOver(workflowId)) >= count / 2, PATIENCE_MS);
		return { heldMs: 0, mostSuspended: 0, memory: await memoryOf(cluster.workers) };
	}

	it(
		'with polling: every video is delivered, none charged twice',
		async () => {
			const id = await publish('burst-polling', POLLING);
			const burst = await measure(
				'polling',
				id,
				'burst-polling',
				promptsFor(BURST),
				LIMIT,
				async () => await halfWay(id, BURST),
			);
			bursts.push(burst);
			expect(burst.mostTasks).toBeLessThanOrEqual(AT_ONCE);
			expect(burst.requests).toMatchObject({ create: BURST, file: BURST });
		},
		TEST_MS,
	);

	it(
		'with polling and a lower concurrency limit than both workers together',
		async () => {
			const concurrency = 5;
			const batches = promptsFor(8, 5);
			const id = await publish('burst-limited', POLLING);
			const burst = await measure(
				'polling',
				id,
				'burst-limited',
				batches,
				concurrency,
				async () => await halfWay(id, batches.length),
			);
			bursts.push(burst);
			expect(burst.mostTasks).toBe(concurrency);
			expect(burst.refused).toBeGreaterThan(0);
			// Executions of both workers were refused for now, and none of them failed for it.
			const refused = host.sent('create').filter(({ status }) => status === 429);
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
					await eventually(
						async () => (await host.countExecutions(id, 'waiting')) === BURST,
						PATIENCE_MS,
					);
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

	it(
		'with callbacks and both nodes: each execution is suspended twice',
		async () => {
			const batches = promptsFor(20, 2);
			const fromWords = klingNode(kling, { ...CALLBACK, prompt: '={{ $json.prompt }}' });
			const fromImages = imageNode(kling, {
				...CALLBACK,
				prompt: "={{ $('Prompts').item.json.prompt }}",
			});
			const { id } = await host.importWorkflow(
				chain(
					'burst-both',
					webhookTrigger('burst-both'),
					SPLIT,
					fromWords,
					fromImages,
					noOp('After'),
				),
			);
			await host.activate(id);
			await trigger('burst-both', batches);
			const executions = await allOver(id, batches.length);

			const videos = await expectDelivered(executions);
			expect(videos).toBe(batches.flat().length);
			const tasks = host.emulator.tasks();
			const isFromImage = ({ body }: { body: unknown }) => 'image' in (body as object);
			for (const made of [tasks.filter(isFromImage), tasks.filter((task) => !isFromImage(task))]) {
				expect(made.map(promptOf).toSorted()).toEqual(batches.flat().toSorted());
			}
		},
		TEST_MS,
	);
});

/** Whether every place on the workers is taken by an execution that has created all its tasks. */
function areAllAtWork(batches: string[][]): boolean {
	return cluster.workers.every((worker) => {
		const running = worker.runningExecutions();
		return running.length === CONCURRENCY && running.every((id) => hasAllTasks(id, batches));
	});
}

function hasAllTasks(executionId: string, batches: string[][]): boolean {
	const created = tasksOf(executionId).map(promptOf);
	const batch = batches.find((prompts) => prompts.includes(created[0] ?? ''));
	return batch !== undefined && batch.length === created.length;
}

describe('kill -9 of a worker', () => {
	/** One video or three. */
	const batchesOf = (executions: number) =>
		promptsFor(executions, 3).map((prompts, index) => prompts.slice(0, index % 2 === 0 ? 1 : 3));

	/** What n8n says of an execution whose worker was lost. */
	const LOST = /^This execution failed to be processed too many times/;

	/** n8n ended them as failed and kept nothing of what they had done. */
	function expectLost(executions: Execution[]): void {
		for (const execution of executions) {
			expect(execution.status).toBe('error');
			expect(execution.error?.message).toMatch(LOST);
			expect(execution.runs('Kling')).toEqual([]);
		}
	}

	/** Finds the tasks of lost executions by Get Many, and retrieves their videos by Get Status. @returns how many */
	async function rescue(executionIds: string[]): Promise<number> {
		const isOurs = executionIds.map((id) => `externalId.startsWith('n8n-${id}-')`).join(' || ');
		const { id } = await host.importWorkflow(
			chain(
				'Rescue',
				manualTrigger(),
				klingNode(kling, { operation: 'getMany', returnAll: true }, { name: 'Get Many' }),
				code(
					'Ours',
					`return $input.all().filter(({ json: { external_task_id: externalId } }) => ${isOurs});`,
				),
				klingNode(kling, { operation: 'getStatus', taskId: '={{ $json.task_id }}' }),
			),
		);
		const execution = await host.run(id, { timeoutMs: PATIENCE_MS });
		expect(execution.error).toBeUndefined();
		const items = execution.items('Kling');
		const created = executionIds.flatMap(tasksOf).map((task) => task.id);
		expect(items.map(({ json }) => json.task_id).toSorted()).toEqual(created.toSorted());
		for (const { json, binary } of items) {
			expect(json.task_status).toBe('completed');
			expect(await host.binary(binary!.data!)).toEqual(sampleVideo());
		}
		return items.length;
	}

	async function accountFor(
		mode: string,
		batches: string[][],
		executions: Execution[],
		onWorker: string[],
	): Promise<Kill> {
		const lost = executions.filter(({ id }) => onWorker.includes(id));
		const others = executions.filter(({ id }) => !onWorker.includes(id));
		expect(lost).toHaveLength(onWorker.length);
		expectCreatedOnce(batches);
		const delivered = await expectDelivered(others);
		expectLost(lost);
		const found = await rescue(onWorker);
		const videos = batches.flat().length;
		expect(delivered + found).toBe(videos);
		const begun = cluster.workers.flatMap((worker) => worker.startedExecutions());
		return {
			mode,
			executions: executions.length,
			videos,
			tasks: host.emulator.tasks().length,
			delivered,
			onWorker: onWorker.length,
			repeated: onWorker.filter((id) => begun.filter((one) => one === id).length > 1).length,
			failed: lost.length,
			found,
		};
	}

	it(
		'while it polls: no video is lost or charged twice',
		async () => {
			const [victim] = cluster.workers;
			const batches = batchesOf(10);
			const id = await publish('kill-polling', POLLING);
			cluster.clock.hold();
			await trigger('kill-polling', batches);
			await eventually(() => areAllAtWork(batches), PATIENCE_MS);
			const checked = host.sent('list', 'query').length;
			await eventually(
				() => host.sent('list', 'query').length >= checked + 2 * AT_ONCE,
				PATIENCE_MS,
			);
			const onWorker = victim.runningExecutions();
			await victim.kill9();
			cluster.clock.release();
			const executions = await allOver(id, batches.length);

			const kill = await accountFor('polling', batches, executions, onWorker);
			kills.push(kill);
			expect(kill).toMatchObject({ onWorker: CONCURRENCY, repeated: 0 });

			// n8n's Retry has nothing left to begin with: it fails again, and creates nothing.
			for (const one of onWorker) {
				const path = `/executions/${one}/retry`;
				const { id: retryId } = await host.rest<{ id: string }>('POST', path, {
					loadWorkflow: false,
				});
				expectLost([await host.waitForExecution(retryId)]);
			}
			expect(host.emulator.tasks()).toHaveLength(kill.tasks);
			await victim.restart();
		},
		TEST_MS,
	);

	it(
		'while others are suspended and it creates tasks: no video is lost or charged twice',
		async () => {
			const [victim] = cluster.workers;
			const batches = batchesOf(10);
			const suspended = batches.slice(0, 6);
			const id = await publish('kill-callback', CALLBACK);
			cluster.clock.hold();
			await trigger('kill-callback', suspended);
			await eventually(
				async () => (await host.countExecutions(id, 'waiting')) === suspended.length,
				PATIENCE_MS,
			);
			// The tasks are created, but the replies that would say so are late.
			host.emulator.addFault({
				match: { route: 'create' },
				times: 'forever',
				action: { type: 'slow', ms: 1.5 * LOCK.duration },
			});
			await trigger('kill-callback', batches.slice(suspended.length));
			await eventually(() => areAllAtWork(batches), PATIENCE_MS);
			const onWorker = victim.runningExecutions();
			await victim.kill9();
			host.emulator.clearFaults();
			// Right away, as a process manager would.
			await victim.restart();
			await eventually(
				async () => (await host.countExecutions(id, 'waiting')) === batches.length - CONCURRENCY,
				PATIENCE_MS,
			);
			await eventually(
				async () => (await host.countExecutions(id, 'error')) === CONCURRENCY,
				PATIENCE_MS,
			);
			cluster.clock.release();
			const executions = await allOver(id, batches.length);

			const kill = await accountFor('callback', batches, executions, onWorker);
			kills.push(kill);
			expect(kill).toMatchObject({ onWorker: CONCURRENCY, repeated: 0 });
		},
		TEST_MS,
	);
});

describe('one execution on a worker', () => {
	async function importManual(name: string, parameters: INodeParameters): Promise<string> {
		const { id } = await host.importWorkflow(
			chain(name, manualTrigger(), klingNode(kling, parameters)),
		);
		return id;
	}

	function workerOf(executionId: string): Worker {
		const worker = cluster.workers.find((one) => one.startedExecutions().includes(executionId));
		expect(worker).toBeDefined();
		return worker!;
	}

	it(
		'runs manually, and polls on for longer than its lock lasts',
		async () => {
			const logged = host.log.length;
			cluster.clock.hold();
			const id = (await host.startExecution(await importManual('Manual', POLLING)))!;
			await eventually(() => host.sent('query').length > 0);
			expect(workerOf(id).runningExecutions()).toEqual([id]);

			// Every renewal makes the lock last its full time again.
			const startedAt = now();
			let renewals = 0;
			let before = 0;
			await eventually(async () => {
				const left = await lockOf(cluster, id);
				expect(left).toBeGreaterThan(0);
				if (left! > before) renewals++;
				before = left!;
				return now() - startedAt > 1.5 * LOCK.duration;
			});
			expect(renewals).toBeGreaterThan(2);
			cluster.clock.release();

			const execution = await host.waitForExecution(id);
			expect(execution).toMatchObject({ status: 'success', mode: 'manual' });
			const [item] = execution.items('Kling');
			const [task, ...others] = host.emulator.tasks();
			expect(others).toEqual([]);
			expect(item?.json.task_id).toBe(task?.id);
			expect(await host.binary(item!.binary!.data!)).toEqual(sampleVideo());
			expect(host.log.slice(logged).filter(isStalled)).toEqual([]);
		},
		TEST_MS,
	);

	it(
		'runs manually, and is suspended and resumed by callback',
		async () => {
			cluster.clock.hold();
			const id = (await host.startExecution(await importManual('Manual callback', CALLBACK)))!;
			await host.waitForExecution(id, { until: ({ status }) => status === 'waiting' });
			await eventually(() =>
				cluster.workers.every((worker) => !worker.runningExecutions().includes(id)),
			);
			expect(workerOf(id)).toBeDefined();
			cluster.clock.release();

			const execution = await host.waitForExecution(id);
			expect(execution).toMatchObject({ status: 'success', mode: 'manual' });
			expect(execution.runs('Kling')).toHaveLength(1);
			const [item] = execution.items('Kling');
			const [task, ...others] = host.emulator.tasks();
			expect(others).toEqual([]);
			expect(item?.json).toMatchObject({ task_id: task?.id, task_status: 'completed' });
			expect(await host.binary(item!.binary!.data!)).toEqual(sampleVideo());
		},
		TEST_MS,
	);

	it(
		'is ended by Stop while it polls, in production',
		async () => {
			const QUIET_MS = 3000;
			const [prompts] = promptsFor(1, 2) as [string[]];
			const workflowId = await publish('stop', POLLING);
			cluster.clock.hold();
			await trigger('stop', [prompts]);
			await eventually(() => host.sent('list', 'query').length > 1, PATIENCE_MS);
			const id = await host.newestExecution(workflowId);
			const worker = workerOf(id);
			expect(worker.runningExecutions()).toEqual([id]);
			await host.stopExecution(id);
			await eventually(() => worker.runningExecutions().length === 0);
			const requests = host.emulator.requests().length;
			await pause(QUIET_MS);
			expect(host.emulator.requests()).toHaveLength(requests);

			const execution = await host.execution(id);
			expect(execution.status).toBe('canceled');
			expect(execution.runs('After')).toEqual([]);
			const warnings = worker.log.filter(({ message }) => message.startsWith(notes.canceled('')));
			expect(warnings).toHaveLength(1);
			expect(tasksOf(id)).toHaveLength(prompts.length);
			for (const task of tasksOf(id)) expect(warnings[0]?.message).toContain(task.id);
		},
		TEST_MS,
	);

	it(
		'that failed is retried on the other worker, which reuses its task',
		async () => {
			host.emulator.addFault({
				match: { route: 'query' },
				times: 'forever',
				action: { type: 'kling-error', code: 1103 },
			});
			const failed = await host.run(await importManual('Retried', POLLING));
			expect(failed.status).toBe('error');
			host.emulator.clearFaults();
			const worker = workerOf(failed.id);
			await worker.stop();
			const { id } = await host.rest<{ id: string }>('POST', `/executions/${failed.id}/retry`, {
				loadWorkflow: false,
			});
			const execution = await host.waitForExecution(id);
			expect(workerOf(id)).not.toBe(worker);
			await worker.restart();

			expect(execution.status).toBe('success');
			const [task, ...others] = host.emulator.tasks();
			expect(others).toEqual([]);
			expect(execution.items('Kling')[0]?.json).toMatchObject({
				task_id: task?.id,
				task_status: 'completed',
			});
		},
		TEST_MS,
	);
});

describe('a restart of the main', () => {
	it(
		'harms neither executions that are suspended nor those that poll',
		async () => {
			const batches = promptsFor(AT_ONCE + 2);
			const polled = batches.slice(0, AT_ONCE - 1);
			const suspended = batches.slice(polled.length);
			const callbackId = await publish('restart-callback', CALLBACK);
			const pollingId = await publish('restart-polling', POLLING);
			cluster.clock.hold();
			await trigger('restart-callback', suspended);
			await eventually(
				async () => (await host.countExecutions(callbackId, 'waiting')) === suspended.length,
				PATIENCE_MS,
			);
			await trigger('restart-polling', polled);
			await eventually(() => host.emulator.tasks().length === batches.length, PATIENCE_MS);

			await host.restart();
			expect(await host.countExecutions(callbackId, 'waiting')).toBe(suspended.length);
			expect(await host.countExecutions(pollingId, 'running')).toBe(polled.length);
			cluster.clock.release();
			const executions = [
				...(await allOver(callbackId, suspended.length)),
				...(await allOver(pollingId, polled.length)),
			];
			expectCreatedOnce(batches);
			expect(await expectDelivered(executions)).toBe(batches.length);
		},
		TEST_MS,
	);
});
