/**
 * What n8n has stored of executions of an earlier build is understood by this one: tasks are reused
 * in a retry, and suspended executions are finished by a callback. The stored data was written by
 * that build itself: test/fixtures/stored/README.md.
 */
import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	IWebhookFunctions,
} from 'n8n-workflow';

import { KlingTextToVideo } from '../../nodes/KlingTextToVideo/KlingTextToVideo.node';
import type { LedgerEntry } from '../../nodes/shared/engine/ledger';
import { errorFacts } from '../../testkit/engine/errorFacts.mts';
import { readText } from '../../testkit/files.mts';
import { sampleVideo } from '../../testkit/sampleVideo.mts';
import { webhookCall, type WebhookCall } from '../unit/webhook.mts';
import { EMULATOR_API_KEY, errorOf, NODE, runNode, time, type EngineRun } from './fixture.mts';
import { StoredKling, type StoredTask } from './storedKling.mts';

interface StoredExecution {
	executionId: string;
	/** The n8n instance that it ran in, which is part of the ledger's keys. */
	instanceId: string;
	/** The node's, likewise. */
	nodeId: string;
	service: 'official' | 'gateway';
	parameters: INodeParameters;
	node?: Partial<INode>;
	input: INodeExecutionData[];
	/** The node's context. */
	context: { klingTasks: Record<string, LedgerEntry> };
	/** The items of a suspended execution. */
	suspended?: INodeExecutionData[];
	/** The tasks that Kling has. */
	tasks: StoredTask[];
}

const kling = new StoredKling();

beforeAll(async () => await kling.start());
afterAll(async () => await kling.stop());

function stored(name: string): StoredExecution {
	const execution = JSON.parse(readText(`test/fixtures/stored/${name}.json`)) as StoredExecution;
	kling.reset(execution.tasks);
	return execution;
}

function credentialOf({ service }: StoredExecution): ICredentialDataDecryptedObject {
	return service === 'gateway'
		? { service, baseUrl: `${kling.url}/gateway`, apiKey: EMULATOR_API_KEY }
		: {
				service,
				region: 'custom',
				baseUrl: kling.url,
				authentication: 'apiKey',
				apiKey: EMULATOR_API_KEY,
			};
}

describe('a retry of an execution of an earlier build', () => {
	/** Runs the node as n8n's Retry does: another execution, with the node context of the failed one. */
	async function retry(execution: StoredExecution, more: INodeParameters = {}): Promise<EngineRun> {
		const node = new KlingTextToVideo();
		const { execute } = node;
		node.execute = async function () {
			const context = Object.create(this) as typeof this;
			Object.defineProperties(context, {
				getContext: { value: () => execution.context as unknown as IDataObject },
				getInstanceId: { value: () => execution.instanceId },
			});
			return await execute.call(context);
		};
		return await runNode(
			kling.url,
			{ ...execution.parameters, ...more },
			{
				input: execution.input,
				executionId: '9001',
				node: { id: execution.nodeId },
				credential: credentialOf(execution),
				nodeTypes: { 'n8n-nodes-kling.klingTextToVideo': node },
			},
		);
	}

	const entryOf = ({ context }: StoredExecution, item: number) =>
		Object.values(context.klingTasks)[item] as LedgerEntry;

	const idsOf = (run: EngineRun) => run.items(NODE).map(({ json }) => json.task_id);

	const creations = () =>
		kling.creations.map(({ body }) => [
			body.prompt,
			body.external_task_id ?? body.options?.external_task_id,
		]);

	it.each(['created-v1', 'created-path', 'created-gateway'])(
		'reuses the tasks that it knows, and creates the others under the names that they had: %s',
		async (name) => {
			const execution = stored(name);
			const ids = execution.tasks.map(({ id }) => id);
			expect(ids).toHaveLength(2);
			const entries = structuredClone(execution.context.klingTasks);
			const run = await retry(execution);
			expect(run.nodeError(NODE)).toBeUndefined();
			expect(idsOf(run)).toEqual([...ids, 'new-1']);
			const isNamed = execution.service === 'official';
			expect(creations()).toEqual([['a cat 2', isNamed ? entryOf(execution, 2).name : undefined]]);
			// It was found by its key: there is no other entry.
			expect(Object.keys(execution.context.klingTasks)).toEqual(Object.keys(entries));
		},
	);

	it('creates another task for one that failed, under another ID', async () => {
		const execution = stored('failed');
		const [first, , third] = execution.tasks.map(({ id }) => id);
		const { name } = entryOf(execution, 1);
		const run = await retry(execution);
		expect(idsOf(run)).toEqual([first, 'new-1', third]);
		expect(creations()).toEqual([['a cat 1', `${name}-1`]]);
	});

	it('finds the task of a creation whose outcome nobody knew', async () => {
		const execution = stored('unsure-v1');
		const run = await retry(execution, { waitOptions: {} });
		expect(idsOf(run)).toEqual(execution.tasks.map(({ id }) => id));
		expect(kling.creations).toEqual([]);
	});

	it('creates it under the same name when Kling has no such task', async () => {
		const execution = stored('unsure-v1');
		kling.reset([]);
		const { name } = entryOf(execution, 0);
		const run = await retry(execution, { waitOptions: {} });
		expect(idsOf(run)).toEqual(['new-1']);
		expect(creations()).toEqual([['a cat 0', name]]);
	});

	it('does not create it where nobody can tell', async () => {
		const execution = stored('unsure-gateway');
		const run = await retry(execution);
		expect(errorFacts(errorOf(run))).toMatchObject({ kind: 'unknownOutcome', itemIndex: 0 });
		expect(kling.creations).toEqual([]);
	});

	it('creates what was not asked for before', async () => {
		const execution = stored('created-v1');
		const run = await retry(execution, { prompt: '=a dog {{ $json.n }}' });
		expect(idsOf(run)).toEqual(['new-1', 'new-2', 'new-3']);
	});
});

describe('a suspended execution of an earlier build', () => {
	/** Calls back about a task, as Kling does. */
	async function callBack(
		execution: StoredExecution,
		{ id, format }: StoredTask,
	): Promise<ReturnType<typeof webhookCall> & { items: INodeExecutionData[] | undefined }> {
		const called = webhookCall({
			credential: credentialOf(execution),
			body: JSON.stringify(
				format === 'path'
					? { id, status: 'succeeded' }
					: { task_id: id, task_status: 'succeed', created_at: 1, updated_at: 2 },
			),
			input: execution.suspended as WebhookCall['input'],
			executionId: execution.executionId,
			node: execution.node,
		});
		const node = new KlingTextToVideo();
		const result = await time.during(node.webhook.call(called.context as IWebhookFunctions));
		return { ...called, items: result.workflowData?.[0] };
	}

	it.each<[string, boolean]>([
		['suspended-v1', true],
		['suspended-path', false],
	])('is finished by a callback: %s', async (name, isSimple) => {
		const execution = stored(name);
		const { tasks } = execution;
		expect(execution.suspended?.map((item) => 'klingWaiting' in item)).toEqual([true, true, true]);
		const { items, files } = await callBack(execution, tasks[1] as StoredTask);
		expect(items).toHaveLength(3);
		for (const [item, task] of tasks.entries()) {
			const url = `${kling.url}/videos/${task.id}.mp4`;
			expect(items?.[item]?.pairedItem).toEqual({ item });
			expect(items?.[item]).not.toHaveProperty('klingWaiting');
			if (isSimple) {
				expect(items?.[item]?.json).toMatchObject({
					task_id: task.id,
					task_status: 'completed',
					model_name: 'kling-v2-6',
					external_task_id: task.externalTaskId,
					video_url: url,
				});
				expect(items?.[item]?.binary?.data?.fileName).toBe(`${task.id}.mp4`);
				expect(files.get(`${task.id}.mp4`)).toEqual(sampleVideo());
			} else {
				// Simplify is off, and so is the download.
				expect(items?.[item]?.json).toMatchObject({ code: 0, data: [{ id: task.id }] });
				expect(items?.[item]).not.toHaveProperty('binary');
			}
		}
	});

	it('keeps the items that were finished or had failed before, as they were stored', async () => {
		const execution = stored('suspended-some');
		const [finished, failed, waiting, refused] = execution.suspended ?? [];
		expect(waiting).toHaveProperty('klingWaiting');
		const task = execution.tasks.at(-1) as StoredTask;
		const { items } = await callBack(execution, task);
		expect(items).toHaveLength(4);
		expect(items?.[0]).toEqual(finished);
		expect(items?.[1]).toEqual(failed);
		expect(items?.[2]).toMatchObject({
			json: { task_id: task.id, task_status: 'completed' },
			binary: { film: { fileName: `${task.id}.mp4` } },
			pairedItem: { item: 2 },
		});
		expect(items?.[3]).toEqual(refused);
	});

	it('is no retry: tasks that it does not wait for resume nothing', async () => {
		const execution = stored('suspended-v1');
		const other: StoredTask = { id: '1', format: 'v1', state: 'succeeded' };
		const { items } = await callBack(execution, other);
		expect(items).toBeUndefined();
	});
});
