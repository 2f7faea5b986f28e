/** Get Status: asks once for tasks created earlier, and downloads what is finished if wanted. */

import type { INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { Slots } from '../../shared/slots';
import { downloadFields, showFor, simplifyField } from '../fields';
import { readTaskId } from '../input';
import { deliverTask } from './deliverTask';
import { failItem, type Run } from './run';

const OPERATIONS = ['getStatus'];

/** Items handled at once. */
const PARALLEL_ITEMS = 5;

export const fields: INodeProperties[] = [
	{
		displayName: 'Task ID',
		name: 'taskId',
		type: 'string',
		default: '={{ $json.task_id }}',
		required: true,
		placeholder: 'e.g. CmYgjmbyMToAAAAAAF6svw',
		description:
			'The task_id that Create or Create and Wait returned, or your own External Task ID on Kling’s own service',
		displayOptions: showFor(OPERATIONS),
	},
	...downloadFields(OPERATIONS, false),
	simplifyField(OPERATIONS),
];

export async function execute(run: Run): Promise<INodeExecutionData[]> {
	const slots = new Slots(PARALLEL_ITEMS);
	return await Promise.all(
		run.itemIndexes.map(async (index) => await slots.run(async () => await getOne(run, index))),
	);
}

async function getOne(run: Run, itemIndex: number): Promise<INodeExecutionData> {
	let taskId: string | undefined;
	try {
		taskId = readTaskId(run.context, itemIndex);
		const task = await run.client.find(taskId);
		return await deliverTask(run, task, itemIndex, { signal: run.signal });
	} catch (error) {
		return failItem(run, error, { itemIndex, taskId }, taskId ? { task_id: taskId } : {});
	}
}
