/** Runs a workflow on n8n's engine, without a server. */
import type { ExecutionLifecycleHooks } from 'n8n-core';
import type {
	ExecutionError,
	ExecutionStatus,
	IConnections,
	INode,
	INodeExecutionData,
	IRun,
	ITaskData,
	IWorkflowBase,
	IWorkflowSettings,
	NodeExecutionHint,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { createAdditionalData } from './additional-data.mts';
import { readBinary, useBinaryStore, type BinaryMode } from './binary-store.mts';
import { loadEngine, withLogListener, type LogLevel } from './core.mts';
import { CredentialsHelper, type CredentialData, type CredentialTypeMap } from './credentials.mts';
import { NodeTypes, type NodeTypeMap } from './node-types.mts';

/** A workflow as n8n exports and imports it; further keys are ignored. */
export interface WorkflowJson {
	id?: string;
	name?: string;
	nodes: INode[];
	connections: IConnections;
	settings?: IWorkflowSettings;
}

export interface EngineOptions {
	/** Beside these there are a few of n8n's own, see built-in-nodes.mts. */
	nodeTypes: NodeTypeMap;
	credentialTypes: CredentialTypeMap;
	/** Used for every node of the workflow that can have a credential of that type. */
	credentials?: CredentialData;
	/** Name of the node to start with; default is the trigger n8n would choose. */
	startNode?: string;
	/** Items the start node receives; a trigger emits them. Default is one empty item. */
	input?: INodeExecutionData[];
	/** Default is 'filesystem', as in n8n. */
	binaryMode?: BinaryMode;
	/** Default is the next number, as in n8n: two executions never share one. */
	executionId?: string;
	/** Default is 'manual', as after a click on "Execute workflow". */
	mode?: WorkflowExecuteMode;
	/** Default is http://localhost:9/. Nothing listens there, but resume URLs name it. */
	instanceUrl?: string;
	/** Told what happens while it happens. Must not throw. */
	onProgress?(event: ProgressEvent): void;
}

export type ProgressEvent =
	| { type: 'nodeStarted'; node: string }
	| { type: 'nodeFinished'; node: string; items: number; error?: string }
	/** A node (or n8n in its stead) wrote to its logger. */
	| { type: 'log'; node?: string; level: LogLevel; message: string }
	/** A hint in the output pane of a node that has finished. */
	| { type: 'hint'; node: string; message: string };

export interface RunningWorkflow {
	/** Resolves for failed and stopped executions too, as soon as the last node has returned. */
	finished: Promise<EngineRun>;
	/** What n8n's Stop button does: cancels the execution. Without effect once it has ended. */
	stop(): void;
}

/** Runs a workflow on n8n's engine. Resolves for failed executions too: look at `status`. */
export async function runWorkflow(
	workflow: WorkflowJson,
	options: EngineOptions,
): Promise<EngineRun> {
	return await startWorkflow(workflow, options).finished;
}

/**
 * Starts a workflow on n8n's engine; see `runWorkflow`.
 * `finished` rejects when the workflow cannot start: an unknown node type or start node, a missing
 * required parameter (n8n's WorkflowHasIssuesError).
 */
export function startWorkflow(workflow: WorkflowJson, options: EngineOptions): RunningWorkflow {
	let stopped = false;
	let execution: Execution | undefined;
	const finished = (async () => {
		const release = await useBinaryStore(options.binaryMode ?? 'filesystem');
		try {
			execution = execute(workflow, options);
			if (stopped) execution.cancel();
			return await execution.finished;
		} finally {
			release();
		}
	})();
	return {
		finished,
		stop: () => {
			stopped = true;
			execution?.cancel();
		},
	};
}

/** What came of an execution. */
export class EngineRun {
	constructor(
		/** As n8n saves it: 'success', 'error', 'canceled', or 'waiting' for a suspended one. */
		readonly status: ExecutionStatus,
		/** n8n's own record of the execution. */
		readonly run: IRun,
		private readonly nodeTypes: NodeTypes,
	) {}

	/** Why the execution failed or stopped. A plain copy, as in n8n: `instanceof` says nothing. */
	get error(): ExecutionError | undefined {
		return this.run.data.resultData.error;
	}

	/** One entry per time the node was run (not per try); empty if it never was. */
	runs(nodeName: string): ITaskData[] {
		return this.run.data.resultData.runData[nodeName] ?? [];
	}

	/** What the node returned in its last run. Output 1 is the error output of a regular node. */
	items(nodeName: string, output = 0): INodeExecutionData[] {
		return this.runs(nodeName).at(-1)?.data?.main?.[output] ?? [];
	}

	/** The error that ended the node's last run, also if the workflow went on after it. */
	nodeError(nodeName: string): ExecutionError | undefined {
		return this.runs(nodeName).at(-1)?.error;
	}

	/** The hints of the node's last run. */
	hints(nodeName: string): NodeExecutionHint[] {
		return this.runs(nodeName).at(-1)?.hints ?? [];
	}

	/** How often the node's execute() was called, over all runs and all tries of Retry On Fail. */
	tries(nodeName: string): number {
		return this.nodeTypes.executions(nodeName);
	}

	/** The content of an item's file. @throws when the item has none in that field. */
	async binary(item: INodeExecutionData | undefined, field = 'data'): Promise<Buffer> {
		const binary = item?.binary?.[field];
		if (binary === undefined) throw new Error(`The item has no file in the field "${field}"`);
		return await readBinary(binary);
	}
}

let executions = 0;

function nextExecutionId(): string {
	return String(++executions);
}

interface Execution {
	finished: Promise<EngineRun>;
	cancel(): void;
}

function execute(json: WorkflowJson, options: EngineOptions): Execution {
	const { core, workflow: n8n } = loadEngine();
	const { mode = 'manual', executionId = nextExecutionId(), instanceUrl } = options;
	const nodeTypes = new NodeTypes(options.nodeTypes);
	nodeTypes.assertKnown(json.nodes);

	const workflow = new n8n.Workflow({
		id: json.id ?? 'workflow',
		name: json.name ?? 'Workflow',
		active: false,
		nodeTypes,
		nodes: withCredentials(json.nodes, options.credentials ?? {}, nodeTypes),
		connections: structuredClone(json.connections),
		settings: { executionOrder: 'v1', ...json.settings }, // n8n's default for a new workflow
	});
	const startNode = options.startNode
		? workflow.getNode(options.startNode)
		: workflow.getStartNode();
	if (!startNode) throw new Error('The workflow has no node to start with');

	const hooks = new core.ExecutionLifecycleHooks(mode, executionId, json as IWorkflowBase);
	// n8n saves what it is told here. On Stop that happens at once, before the node has returned;
	// the result below would say "error" if the node then threw an error of its own.
	let status: ExecutionStatus | undefined;
	hooks.addHandler('workflowExecuteAfter', (run) => {
		status = run.status;
	});
	const onLog = reportProgress(hooks, options.onProgress);

	const additionalData = createAdditionalData({
		credentialsHelper: new CredentialsHelper(options.credentialTypes, options.credentials),
		executionId,
		hooks,
		instanceUrl,
	});
	const running = withLogListener(onLog, () =>
		new core.WorkflowExecute(additionalData, mode).run({
			workflow,
			startNode,
			triggerToStartFrom: { name: startNode.name, data: toTaskData(options.input) },
		}),
	);
	return {
		finished: running.then((run) => new EngineRun(status ?? run.status, run, nodeTypes)),
		cancel: () => running.cancel(),
	};
}

/** Copies of the nodes (the engine changes them), each with the credentials it can use. */
function withCredentials(nodes: INode[], data: CredentialData, nodeTypes: NodeTypes): INode[] {
	return structuredClone(nodes).map((node) => {
		const { description } = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
		const given = (description.credentials ?? []).filter(({ name }) => name in data);
		const credentials = Object.fromEntries(given.map(({ name }) => [name, { id: name, name }]));
		return { ...node, credentials: { ...credentials, ...node.credentials } };
	});
}

function toTaskData(input: INodeExecutionData[] = [{ json: {} }]): ITaskData {
	return {
		startTime: Date.now(),
		executionTime: 0,
		executionIndex: 0,
		source: [],
		data: { main: [structuredClone(input)] },
	};
}

/** Reports nodes and hints to `onProgress`. Returns the listener that reports log lines to it. */
function reportProgress(
	hooks: ExecutionLifecycleHooks,
	onProgress: EngineOptions['onProgress'] = () => {},
) {
	let current: string | undefined; // nodes run one after the other
	hooks.addHandler('nodeExecuteBefore', (node) => {
		current = node;
		onProgress({ type: 'nodeStarted', node });
	});
	hooks.addHandler('nodeExecuteAfter', (node, task) => {
		current = undefined;
		for (const { message } of task.hints ?? []) onProgress({ type: 'hint', node, message });
		const items = (task.data?.main ?? []).reduce((sum, output) => sum + (output?.length ?? 0), 0);
		const error = task.error?.message;
		onProgress({ type: 'nodeFinished', node, items, ...(error !== undefined && { error }) });
	});
	return (level: LogLevel, message: string) =>
		onProgress({ type: 'log', ...(current !== undefined && { node: current }), level, message });
}
