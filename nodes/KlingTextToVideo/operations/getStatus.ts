/** Get Status: asks once for tasks created earlier, and downloads what is finished if wanted. */

import type { INodeExecutionData, INodeProperties } from 'n8n-workflow';

import type { Task } from '../../shared/api/task';
import { downloadFields, showFor, simplifyField } from '../fields';
import { readTaskId } from '../input';
import { toOutput } from '../output';
import { deliverTask, readDelivery } from './deliverTask';
import { failItem, forEachItem, type Run } from './run';

const OPERATIONS = ['getStatus'];

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
	return (await forEachItem(run, async (itemIndex) => [await getOne(run, itemIndex)])).flat();
}

async function getOne(run: Run, itemIndex: number): Promise<INodeExecutionData> {
	let taskId: string | undefined;
	let task: Task | undefined;
	try {
		taskId = readTaskId(run.context, itemIndex);
		const delivery = readDelivery(run, itemIndex);
		task = await run.client.find(taskId);
		return await deliverTask(run, task, itemIndex, delivery, { signal: run.signal });
	} catch (error) {
		const facts = task ? toOutput(task) : { ...(taskId && { task_id: taskId }) };
		return failItem(run, error, { itemIndex, taskId }, facts);
	}
}
