/** What each operation of a node has to offer. */
import type { INodeExecutionData, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { NodeRun } from '../n8n/nodeRun';

/** One operation of a node. */
export interface Operation {
	/** Its entry in the Operation field. */
	option: INodePropertyOptions & { value: string };
	/** Its form, shown for it alone. */
	fields: INodeProperties[];
	/**
	 * Runs it over all input items.
	 * @throws {NodeApiError | NodeOperationError}
	 */
	execute(run: NodeRun): Promise<INodeExecutionData[]>;
}
