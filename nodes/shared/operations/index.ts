/** Joins the operations of a node into its form, and runs the chosen one. */

import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { startRun } from '../n8n/nodeRun';
import { explainAddress } from '../suspension/resumeUrl';
import type { VideoForm } from '../description/videoFields';
import { failItem } from '../items/errorItem';
import { LABELS } from '../n8n/words/labels';
import { compareNames } from '../utils/text';
import { createOperation } from './create.operation';
import { createAndWaitOperation } from './createAndWait.operation';
import { getManyOperation } from './getMany.operation';
import { getStatusOperation } from './getStatus.operation';
import type { Operation } from './operation';

/** What a node is made of: its form, and what runs. */
export interface NodeOperations {
	properties: INodeProperties[];
	/** The expression of the node's subtitle: the chosen operation's name. */
	subtitle: string;
	/**
	 * Runs the chosen operation over all input items.
	 * @throws {NodeApiError | NodeOperationError}
	 */
	execute(context: IExecuteFunctions): Promise<INodeExecutionData[][]>;
}

/**
 * @param form what only this node's form has
 * @param own operations that only this node has
 */
export function operationsFor(form: VideoForm, own: readonly Operation[] = []): NodeOperations {
	const operations: Operation[] = [
		createOperation(form),
		createAndWaitOperation(form),
		getManyOperation,
		getStatusOperation,
		...own,
	].sort((one, other) => compareNames(one.option.name, other.option.name));
	const options = operations.map(({ option }) => option);
	const names = Object.fromEntries(options.map(({ value, name }) => [value, name]));
	return {
		properties: [
			{
				displayName: LABELS.operation,
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				options,
				default: 'createAndWait',
			},
			...operations.flatMap(({ fields }) => fields),
		],
		subtitle: `={{ (${JSON.stringify(names)})[$parameter["operation"]] }}`,
		execute: async (context) => await run(context, operations),
	};
}

async function run(
	context: IExecuteFunctions,
	operations: Operation[],
): Promise<INodeExecutionData[][]> {
	try {
		const name = context.getNodeParameter('operation', 0) as string;
		const operation = operations.find(({ option }) => option.value === name) as Operation;
		return [await operation.execute(await startRun(context))];
	} catch (error) {
		const isStopped = context.getExecutionCancelSignal()?.aborted === true;
		const failure = { context, continues: !isStopped && context.continueOnFail() };
		// What fails the whole node fails each of its items; n8n itself would pass the input on.
		const cause = explainAddress(error);
		return [context.getInputData().map((_, itemIndex) => failItem(failure, cause, { itemIndex }))];
	}
}
