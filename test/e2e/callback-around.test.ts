/** Waiting by callback between n8n's other nodes, and callbacks that come at a bad moment. */
import type { INode, INodeParameters } from 'n8n-workflow';

import {
	chain,
	klingAccount,
	klingNode,
	manualTrigger,
	noOp,
	prompts,
	respond,
	startHost,
	webhookTrigger,
	type CredentialReference,
	type Execution,
	type Host,
	type NodeSketch,
	type WorkflowSource,
} from '../../testkit/n8n/index.mts';
import { startEmulator } from '../../emulator/index.mts';
import { SettableClock } from '../../testkit/clocks/settableClock.mts';

/** Time enough for n8n to suspend the execution before Kling is done. */
const GENERATION_MS = 4000;

let host: Host;
let kling: CredentialReference;

beforeAll(async () => {
	host = await startHost({ emulator: { queueMs: 300, generationMs: GENERATION_MS } });
	kling = await host.createCredential('Kling account', klingAccount(host.emulator));
});
beforeEach(() => host.emulator.reset());
afterAll(async () => await host?.stop());

function waiting(parameters: INodeParameters = {}, node: Partial<INode> = {}): NodeSketch {
	const all = {
		prompt: '={{ $json.prompt }}',
		waitFor: 'callback',
		waitOptions: {},
		...parameters,
	};
	return klingNode(kling, all, node);
}

const statusesOf = (execution: Execution, node: string) =>
	execution.items(node).map(({ json }) => json.task_status);

const isWaiting = ({ status }: Execution) => status === 'waiting';

async function start(source: WorkflowSource): Promise<string> {
	const { id } = await host.importWorkflow(source);
	return (await host.startExecution(id))!;
}

async function untilSuccess(id: string): Promise<Execution> {
	const execution = await host.waitForExecution(id);
	expect(execution.error).toBeUndefined();
	expect(execution.status).toBe('success');
	return execution;
}

/** Publishes a workflow that starts by webhook. @returns its ID */
async function publish(source: WorkflowSource): Promise<string> {
	const { id } = await host.importWorkflow(source);
	await host.activate(id);
	return id;
}

describe('a callback that comes at a bad moment', () => {
	it('while another video is being downloaded is not missed: the node checks again', async () => {
		// The second is created so late that the first is over by then, whose download takes until
		// the second is over, too.
		host.emulator.addFault({
			match: { route: 'create', contains: 'a dog' },
			action: { type: 'hang', ms: GENERATION_MS + 500 },
		});
		host.emulator.addFault({
			match: { route: 'video' },
			action: { type: 'slow', ms: GENERATION_MS + 1500 },
		});
		const id = await start(
			chain('Download', manualTrigger(), prompts('a cat', 'a dog'), waiting(), noOp('After')),
		);
		const execution = await untilSuccess(id);
		expect(statusesOf(execution, 'After')).toEqual(['completed', 'completed']);
		expect(host.sent('video')).toHaveLength(2);
	});

	it('before the status has changed is followed until it has', async () => {
		const id = await start(
			chain('Behind', manualTrigger(), prompts('a cat', 'a dog'), waiting(), noOp('After')),
		);
		await host.waitForExecution(id, { until: (one) => isWaiting(one) || one.isOver });
		for (const route of ['list', 'query'] as const) {
			host.emulator.addFault({
				match: { route },
				times: 3,
				action: { type: 'status', value: 'processing' },
			});
		}
		const execution = await untilSuccess(id);
		expect(statusesOf(execution, 'After')).toEqual(['completed', 'completed']);
	});

	it('twice at once resumes the execution once, and n8n answers when it has started it', async () => {
		const id = await start(
			chain('Twice', manualTrigger(), prompts('a cat'), waiting(), noOp('After')),
		);
		const execution = await untilSuccess(id);
		expect(execution.runs('After')).toHaveLength(1);
		const callbacks = await host.untilCalledBack(1);
		expect(callbacks[0]).toMatchObject({ replyStatus: 200 });
		expect(await host.emulator.sendCallback(callbacks[0]!)).toMatchObject({ replyStatus: 409 });
	});
});

describe('tasks of two services with the same ID', () => {
	it('are told apart: the callback of one resumes its execution and leaves the other waiting', async () => {
		const now = Date.now();
		const clocks = [new SettableClock(now), new SettableClock(now)];
		const services = await Promise.all(
			clocks.map(
				async (clock) =>
					await startEmulator({ now: () => clock.now(), generationMs: GENERATION_MS }),
			),
		);
		try {
			const executions: string[] = [];
			for (const [index, service] of services.entries()) {
				const credential = await host.createCredential(`Service ${index}`, klingAccount(service));
				const node = { ...waiting(), credentials: { klingApi: credential } };
				const id = await start(
					chain(`Service ${index}`, manualTrigger(), prompts('a cat'), node, noOp('After')),
				);
				await host.waitForExecution(id, { until: (one) => isWaiting(one) || one.isOver });
				executions.push(id);
			}
			const [one, other] = services.map((service) => service.tasks().map(({ id }) => id));
			expect(one).toEqual(other);

			for (const [index, id] of executions.entries()) {
				expect((await host.execution(id)).status).toBe('waiting');
				clocks[index]!.advance(GENERATION_MS);
				await services[index]!.flushCallbacks();
				expect(statusesOf(await untilSuccess(id), 'After')).toEqual(['completed']);
			}
		} finally {
			await Promise.all(services.map(async (service) => await service.close()));
		}
	});
});

describe('around a webhook', () => {
	it('Respond to Webhook answers the caller when the video is finished', async () => {
		const body = '={{ { "status": $json.task_status } }}';
		const id = await publish(
			chain(
				'Respond',
				webhookTrigger('around-respond', 'responseNode'),
				prompts('a cat'),
				waiting(),
				respond({ respondWith: 'json', responseBody: body }),
			),
		);
		const startedAt = Date.now();
		const answer = await host.trigger('around-respond', {});
		expect(answer).toMatchObject({ status: 200, body: { status: 'completed' } });
		expect(Date.now() - startedAt).toBeGreaterThanOrEqual(GENERATION_MS);
		await untilSuccess(await host.newestExecution(id));
	});

	it('When Last Node Finishes answers at once, with an item that is not finished', async () => {
		const id = await publish(
			chain(
				'Last node',
				webhookTrigger('around-last', 'lastNode'),
				prompts('a cat'),
				waiting(),
				noOp('After'),
			),
		);
		const { body } = await host.trigger('around-last', {});
		expect(body).toMatchObject({ task_status: expect.stringMatching(/^(submitted|processing)$/) });
		const execution = await untilSuccess(await host.newestExecution(id));
		expect(statusesOf(execution, 'After')).toEqual(['completed']);
	});
});

describe('around a sub-workflow', () => {
	async function callSubWorkflow(mode: 'once' | 'each') {
		const subWorkflow = await publish(
			chain(
				`Called, ${mode}`,
				{
					name: 'Called',
					type: 'n8n-nodes-base.executeWorkflowTrigger',
					typeVersion: 1.1,
					parameters: { inputSource: 'passthrough' },
				},
				waiting(),
				noOp('Inside'),
			),
		);
		const call: NodeSketch = {
			name: 'Call',
			type: 'n8n-nodes-base.executeWorkflow',
			typeVersion: 1.2,
			parameters: {
				mode,
				workflowId: { __rl: true, mode: 'id', value: subWorkflow },
				workflowInputs: { mappingMode: 'defineBelow', value: {}, matchingColumns: [], schema: [] },
				options: { waitForSubWorkflow: true },
			},
		};
		const id = await start(
			chain(`Calling, ${mode}`, manualTrigger(), prompts('a cat', 'a dog'), call, noOp('After')),
		);
		const execution = await untilSuccess(id);
		const called = await host.executionIds(subWorkflow);
		return { execution, called: await Promise.all(called.map(untilSuccess)) };
	}

	it('that is run once with all items, all of them come back', async () => {
		const { execution, called } = await callSubWorkflow('once');
		expect(called).toHaveLength(1);
		expect(statusesOf(execution, 'After')).toEqual(['completed', 'completed']);
	});

	it('that is run for each item, n8n continues with the first that finishes', async () => {
		const { execution, called } = await callSubWorkflow('each');
		expect(called.map((one) => statusesOf(one, 'Inside'))).toEqual([['completed'], ['completed']]);
		// n8n's doing: the others' items are in their own executions only.
		expect(statusesOf(execution, 'After')).toEqual(['completed']);
	});
});

describe('several waiting nodes', () => {
	it('in a row wait one after the other', async () => {
		const again = waiting({ prompt: '={{ $json.task_id }} again' }, { name: 'Kling again' });
		const id = await start(
			chain('Row', manualTrigger(), prompts('a cat', 'a dog'), waiting(), again, noOp('After')),
		);
		const execution = await untilSuccess(id);
		expect(statusesOf(execution, 'Kling')).toEqual(['completed', 'completed']);
		expect(statusesOf(execution, 'After')).toEqual(['completed', 'completed']);
		expect(execution.runs('Kling again')).toHaveLength(1);
		expect(host.emulator.tasks()).toHaveLength(4);
	});

	it('in parallel branches do, too', async () => {
		const source = chain('Parallel', manualTrigger(), prompts('a cat'), waiting(), noOp('After'));
		const other = chain('', waiting({ prompt: 'a bird' }, { name: 'Other' }), noOp('Behind'));
		source.nodes.push(...other.nodes);
		Object.assign(source.connections, other.connections);
		source.connections.Prompts!.main![0]!.push({ node: 'Other', type: 'main', index: 0 });
		const execution = await untilSuccess(await start(source));
		expect(statusesOf(execution, 'After')).toEqual(['completed']);
		expect(statusesOf(execution, 'Behind')).toEqual(['completed']);
		expect(host.emulator.tasks()).toHaveLength(2);
	});
});

describe('a workflow that is changed while its execution is suspended', () => {
	const CHANGES: Record<string, (source: WorkflowSource) => void> = {
		'renamed itself': (source) => {
			source.name = 'Another name';
		},
		edited: ({ nodes }) => {
			nodes.find(({ name }) => name === 'Kling')!.parameters.prompt = 'another prompt';
		},
		'its node renamed': ({ nodes, connections }) => {
			nodes.find(({ name }) => name === 'Kling')!.name = 'Renamed';
			connections.Renamed = connections.Kling!;
			delete connections.Kling;
			connections.Prompts!.main![0]![0]!.node = 'Renamed';
		},
	};

	async function suspendInProduction(path: string): Promise<{ id: string; execution: string }> {
		const id = await publish(
			chain(path, webhookTrigger(path), prompts('a cat'), waiting(), noOp('After')),
		);
		await host.trigger(path, {});
		const execution = await host.newestExecution(id);
		await host.waitForExecution(execution, { until: (one) => isWaiting(one) || one.isOver });
		return { id, execution };
	}

	it.each(Object.entries(CHANGES))('%s: it continues as it was', async (name, change) => {
		const { id, execution } = await suspendInProduction(`changed-${name.replaceAll(' ', '-')}`);
		const source = await host.workflow(id);
		change(source);
		const { name: title, nodes, connections, settings, versionId } = source;
		await host.rest('PATCH', `/workflows/${id}`, {
			name: title,
			nodes,
			connections,
			settings,
			versionId,
		});
		expect(statusesOf(await untilSuccess(execution), 'After')).toEqual(['completed']);
	});

	it('unpublished: it continues', async () => {
		const { id, execution } = await suspendInProduction('unpublished');
		await host.deactivate(id);
		expect(statusesOf(await untilSuccess(execution), 'After')).toEqual(['completed']);
	});
});
