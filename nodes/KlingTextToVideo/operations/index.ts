/** The router: which operations there are, and which one runs. */

import type { IExecuteFunctions, INodeExecutionData, INodeProperties } from 'n8n-workflow';

import * as create from './create';
import * as createAndWait from './createAndWait';
import * as getMany from './getMany';
import * as getStatus from './getStatus';
import { failItem, type Run, startRun } from './run';

interface Operation {
	fields: INodeProperties[];
	execute(run: Run): Promise<INodeExecutionData[]>;
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
	create,
	createAndWait,
	getMany,
	getStatus,
};

export const properties: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Create',
				value: 'create',
				action: 'Create video',
				description: 'Start a video and return its task ID at once',
			},
			{
				name: 'Create and Wait',
				value: 'createAndWait',
				action: 'Create video and wait for it',
				description: 'Start a video, wait until Kling has finished it and download it',
			},
			{
				name: 'Get Many',
				value: 'getMany',
				action: 'Get many videos',
				description: 'List the videos created on Kling’s own service, the newest first',
			},
			{
				name: 'Get Status',
				value: 'getStatus',
				action: 'Get status of video',
				description:
					'Ask how a video created earlier is coming along, and download it when finished',
			},
		],
		default: 'createAndWait',
	},
	...Object.values(OPERATIONS).flatMap(({ fields }) => fields),
];

/**
 * Runs the node's operation over all input items.
 * @throws {NodeApiError | NodeOperationError}
 */
export async function runOperation(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	try {
		const name = context.getNodeParameter('operation', 0) as string;
		const run = await startRun(context);
		return [await (OPERATIONS[name] as Operation).execute(run)];
	} catch (error) {
		const isStopped = context.getExecutionCancelSignal()?.aborted === true;
		const ending = { context, continues: !isStopped && context.continueOnFail() };
		// What fails the whole node fails each of its items; n8n itself would pass the input on.
		return [context.getInputData().map((_, itemIndex) => failItem(ending, error, { itemIndex }))];
	}
}
