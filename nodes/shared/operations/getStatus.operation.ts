/** Get Status: checks once on tasks created earlier, and downloads what is finished if wanted. */

import type { INodeExecutionData } from 'n8n-workflow';

import type { Task } from '../api/task';
import { forEachItem, type NodeRun, type Operation } from '../n8n/nodeRun';
import { downloadFields, simplifyField } from '../description/outputFields';
import { deliverTask } from '../items/deliverTask';
import { failItem } from '../items/errorItem';
import { toOutput } from '../items/toItem';
import { LABELS } from '../n8n/words/labels';
import { parametersOf, readDelivery } from '../parameters/parameterReader';
import { readTaskId } from '../parameters/taskParameters';

export const getStatusOperation: Operation = {
	option: {
		name: 'Get Status',
		value: 'getStatus',
		action: 'Get status of video',
		description: 'Retrieve the status of a video, and download the video once it is finished',
	},
	fields: [
		{
			displayName: LABELS.taskId,
			name: 'taskId',
			type: 'string',
			default: '={{ $json.task_id }}',
			required: true,
			placeholder: 'e.g. 867283741759111202',
			description:
				'The task ID returned by Create or Create and Wait. With Kling AI you can also enter your external task ID.',
		},
		...downloadFields(false),
		simplifyField,
	],
	execute: async (run) => await forEachItem(run, async (itemIndex) => await getOne(run, itemIndex)),
};

async function getOne(run: NodeRun, itemIndex: number): Promise<INodeExecutionData> {
	const { context, client, connection, isTool } = run;
	let taskId: string | undefined;
	let task: Task | undefined;
	try {
		const parameters = parametersOf(context, itemIndex);
		taskId = readTaskId(parameters);
		const delivery = readDelivery(parameters, !isTool);
		task = await client.find(taskId);
		return await deliverTask(run, task, { itemIndex, ...delivery });
	} catch (error) {
		const facts = task ? toOutput(task) : { ...(taskId !== undefined && { task_id: taskId }) };
		return failItem(run, error, { itemIndex, taskId, connection, isById: true }, facts);
	}
}
