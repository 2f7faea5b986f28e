/** Joins the operations of a node into its form, and runs the chosen one. */

import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeProperties,
	type INodeTypeDescription,
	NodeConnectionTypes,
	updateDisplayOptions,
} from 'n8n-workflow';

import { CREDENTIAL } from '../n8n/http/send';
import { type Operation, startRun } from '../n8n/nodeRun';
import { waitingWebhooks } from '../suspension/resume';
import { explainAddress } from '../suspension/resumeUrl';
import type { VideoForm } from '../description/videoFields';
import { failItem } from '../items/errorItem';
import { LABELS } from '../n8n/words/labels';
import { compareNames } from '../utils/text';
import { createOperation } from './create.operation';
import { createAndWaitOperation } from './createAndWait.operation';
import { getManyOperation } from './getMany.operation';
import { getStatusOperation } from './getStatus.operation';

/** What nodes have in common: what n8n is told of them, and what runs. */
export interface NodeOperations {
	description: Omit<
		INodeTypeDescription,
		'displayName' | 'name' | 'icon' | 'description' | 'defaults' | 'usableAsTool'
	>;
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
	const properties: INodeProperties[] = [
		{
			displayName: LABELS.operation,
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			options,
			default: 'createAndWait',
		},
		...operations.flatMap(({ option: { value }, fields }) =>
			updateDisplayOptions({ show: { operation: [value] } }, fields),
		),
	];
	return {
		description: {
			group: ['transform'],
			version: 1,
			// The chosen operation's name.
			subtitle: `={{ (${JSON.stringify(names)})[$parameter["operation"]] }}`,
			inputs: [NodeConnectionTypes.Main],
			outputs: [NodeConnectionTypes.Main],
			credentials: [{ name: CREDENTIAL, required: true, testedBy: 'testCredential' }],
			webhooks: waitingWebhooks,
			waitingNodeTooltip: 'Waiting for Kling’s callback',
			properties,
		},
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
