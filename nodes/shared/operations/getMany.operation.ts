/** Get Many: lists the tasks of the account, newest first. */

import type { INodeExecutionData } from 'n8n-workflow';

import { forEachItem, type NodeRun } from '../batch/nodeRun';
import { simplifyField } from '../description/outputFields';
import { showFor } from '../description/showFor';
import { failItem } from '../items/errorItem';
import { toItem } from '../items/toItem';
import { LABELS } from '../n8n/labels';
import { parametersOf } from '../parameters/parameterReader';
import { readListParameters } from '../parameters/taskParameters';
import type { Operation } from './operation';

const OPERATIONS = ['getMany'];

export const getManyOperation: Operation = {
	option: {
		name: 'Get Many',
		value: 'getMany',
		action: 'Get many videos',
		description: 'Retrieve a list of videos, newest first (Kling AI only)',
	},
	fields: [
		{
			displayName: LABELS.returnAll,
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
			displayOptions: showFor(OPERATIONS),
		},
		{
			displayName: LABELS.limit,
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 50,
			description: 'Max number of results to return',
			displayOptions: { show: { operation: OPERATIONS, returnAll: [false] } },
		},
		simplifyField(OPERATIONS),
	],
	execute: async (run) =>
		(await forEachItem(run, async (itemIndex) => await listFor(run, itemIndex))).flat(),
};

async function listFor(run: NodeRun, itemIndex: number): Promise<INodeExecutionData[]> {
	const { context, client, connection } = run;
	try {
		const { limit, simplify } = readListParameters(parametersOf(context, itemIndex), connection);
		const tasks = await client.list(limit);
		return tasks.map((task) => toItem(task, { itemIndex, simplify }));
	} catch (error) {
		return [failItem(run, error, { itemIndex, connection })];
	}
}
