/** Get Many: lists the tasks of the account, the newest first. */

import type { INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { showFor, simplifyField } from '../fields';
import { readLimit } from '../input';
import { toItem } from '../output';
import { failItem, forEachItem, type Run } from './run';

const OPERATIONS = ['getMany'];

export const fields: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
		displayOptions: showFor(OPERATIONS),
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { operation: OPERATIONS, returnAll: [false] } },
	},
	simplifyField(OPERATIONS),
];

export async function execute(run: Run): Promise<INodeExecutionData[]> {
	return (await forEachItem(run, async (itemIndex) => await listFor(run, itemIndex))).flat();
}

async function listFor(run: Run, itemIndex: number): Promise<INodeExecutionData[]> {
	try {
		const simplify = run.context.getNodeParameter('simplify', itemIndex, true) as boolean;
		const tasks = await run.client.list(readLimit(run.context, itemIndex, run.connection));
		return tasks.map((task) => toItem(task, itemIndex, { simplify }));
	} catch (error) {
		return [failItem(run, error, { itemIndex })];
	}
}
