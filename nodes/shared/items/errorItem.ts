/** From what went wrong with an item to n8n's item for it. */

import type { IDataObject, INodeExecutionData, NodeError } from 'n8n-workflow';

import type { NodeContext } from '../n8n/http/send';
import { type Circumstances, toNodeError } from '../n8n/words/nodeErrors';

/** How a node run ends an item that failed. */
export interface FailureHandling {
	context: NodeContext;
	/** On Error is set to one of the two ways of continuing. */
	continues: boolean;
}

/**
 * Ends what went wrong with an item the way On Error wants it.
 * @param facts what is known of the item's task
 * @returns the item for the error output, if the node continues
 * @throws {NodeApiError | NodeOperationError} if it does not
 */
export function failItem(
	{ context, continues }: FailureHandling,
	error: unknown,
	circumstances: Circumstances,
	facts: IDataObject = {},
): INodeExecutionData {
	const nodeError = toNodeError(context.getNode(), error, circumstances);
	if (!continues) throw nodeError;
	const { message, description } = nodeError;
	const json = { error: message, ...(description && { error_description: description }), ...facts };
	return toErrorItem(json, nodeError, circumstances.itemIndex);
}

/**
 * n8n finds an item for the error output by its `error`, and then replaces the JSON of every item
 * that still has one by the bare message. The task ID must survive that: so this JSON cannot be
 * replaced, and the error stays behind when n8n copies the item to the error output.
 */
function toErrorItem(json: IDataObject, error: NodeError, item: number): INodeExecutionData {
	return Object.defineProperties(
		{ json, pairedItem: { item } },
		{
			json: { get: () => json, set: () => {} },
			error: { value: error, enumerable: false },
		},
	);
}
