/** An execution as n8n has stored it. */
import { parse } from 'flatted';
import type {
	ExecutionStatus,
	IDataObject,
	INodeExecutionData,
	IRunExecutionData,
	ITaskData,
	WorkflowExecuteMode,
} from 'n8n-workflow';

/** What `GET /rest/executions/:id` answers, as far as it is of use here. */
export interface StoredExecution {
	id: string;
	workflowId: string;
	status: ExecutionStatus;
	mode: WorkflowExecuteMode;
	startedAt: string;
	stoppedAt?: string | null;
	waitTill?: string | null;
	/** Flatted. */
	data: string;
}

/** An error as it comes out of the database: a plain object. */
export interface StoredError {
	name?: string;
	message: string;
	description?: string | null;
	context?: IDataObject;
}

export class Execution {
	readonly id: string;
	readonly workflowId: string;
	readonly status: ExecutionStatus;
	readonly mode: WorkflowExecuteMode;
	readonly startedAt: Date;
	readonly stoppedAt?: Date;
	readonly waitTill?: Date;
	/** Everything that n8n knows of the run. */
	readonly data: IRunExecutionData;

	constructor(stored: StoredExecution) {
		const date = (text?: string | null) => (text ? new Date(text) : undefined);
		this.id = stored.id;
		this.workflowId = stored.workflowId;
		this.status = stored.status;
		this.mode = stored.mode;
		this.startedAt = new Date(stored.startedAt);
		this.stoppedAt = date(stored.stoppedAt);
		this.waitTill = date(stored.waitTill);
		this.data = parse(stored.data) as IRunExecutionData;
	}

	/** Neither running nor suspended. */
	get isOver(): boolean {
		// n8n 1 with SQLite tells the status a moment before it has saved the data.
		return !!this.data && ['success', 'error', 'canceled', 'crashed'].includes(this.status);
	}

	/** The error that ended the execution. */
	get error(): StoredError | undefined {
		return this.data.resultData?.error as StoredError | undefined;
	}

	/** The runs of a node, in their order; none if it did not run. */
	runs(node: string): ITaskData[] {
		return this.data.resultData?.runData?.[node] ?? [];
	}

	/** What a node returned in its last run. */
	items(node: string, output = 0): INodeExecutionData[] {
		return this.runs(node).at(-1)?.data?.main?.[output] ?? [];
	}

	/** The error of a node's last run. */
	nodeError(node: string): StoredError | undefined {
		return this.runs(node).at(-1)?.error as StoredError | undefined;
	}
}
