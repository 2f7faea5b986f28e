/** The items of a suspended execution: what a resume by the timer puts out, and what a callback needs. */

import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IWebhookFunctions,
} from 'n8n-workflow';

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

/**
 * Failed items the way n8n finds them for the error output after a resume. It parts the items then
 * as always, but what is stored with an execution has no error object beside its JSON: it goes by
 * the JSON alone. That must have the keys `error` and `message` and no others (n8n 2.36 and later
 * would take `details`, too), so `message` holds the facts.
 */
export function forErrorOutput(
	context: IExecuteFunctions | IWebhookFunctions,
	items: ParkedItem[],
): ParkedItem[] {
	if (context.getNode().onError !== 'continueErrorOutput') return items;
	return items.map((item) => {
		const { error, message, ...facts } = item.json;
		if (error === undefined || message !== undefined) return item;
		const hasFacts = Object.keys(facts).length > 0;
		return { ...item, json: { error, ...(hasFacts && { message: facts }) } };
	});
}

/** Whether the item still waits for its task. */
export function isParked(item: ParkedItem): boolean {
	return item.klingWaiting !== undefined;
}

/** The items that the execution was suspended with: n8n hands a webhook nothing but expressions. */
export function readParkedItems(context: IWebhookFunctions): ParkedItem[] {
	const text = context.evaluateExpression('{{ JSON.stringify($input.all()) }}') as string;
	return JSON.parse(text) as ParkedItem[];
}
