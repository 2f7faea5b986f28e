/** The items of a suspended execution: what a resume by the timer puts out, and what a callback needs. */

import type { IDataObject, INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';

import type { Task } from '../../shared/api/task';
import type { Delivery } from '../operations/deliverTask';
import { toOutput } from '../output';

/** What is needed to finish an item. It stands beside the JSON, which the timer puts out as it is. */
export interface Waiting extends Delivery {
	taskId: string;
	format: Task['format'];
	modelName: string;
}

/** Without `klingWaiting` it is finished already. */
export type ParkedItem = INodeExecutionData & { klingWaiting?: Waiting & IDataObject };

/** The item of a task that is waited for. */
export function park(
	task: Task,
	itemIndex: number,
	modelName: string,
	delivery: Delivery,
): ParkedItem {
	const { id: taskId, format } = task;
	return {
		json: toOutput(task, { modelName }),
		pairedItem: { item: itemIndex },
		klingWaiting: { ...delivery, taskId, format, modelName },
	};
}

/** The items that the execution was suspended with: n8n hands a webhook nothing but expressions. */
export function readParkedItems(context: IWebhookFunctions): ParkedItem[] {
	const text = context.evaluateExpression('{{ JSON.stringify($input.all()) }}') as string;
	return JSON.parse(text) as ParkedItem[];
}
