/** The items of a suspended execution: what a resume by the timer returns, and what a callback needs. */

import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	IWebhookFunctions,
} from 'n8n-workflow';

import type { Task } from '../api/task';
import type { OutputOptions } from '../items/deliverTask';
import { toOutput } from '../items/toItem';

/**
 * What is needed to finish an item. It stands beside the JSON, which the timer returns as it is.
 * Executions are stored with it, so its fields keep their names.
 */
export interface Waiting extends OutputOptions {
	taskId: string;
	format: Task['format'];
	modelName: string;
}

/** Without `klingWaiting` it is finished already. */
export type SuspendedItem = INodeExecutionData & { klingWaiting?: Waiting & IDataObject };

/** The item of a task that is waited for. */
export function toSuspendedItem(
	task: Task,
	itemIndex: number,
	modelName: string,
	delivery: OutputOptions,
): SuspendedItem {
	const { id: taskId, format } = task;
	return {
		json: toOutput(task, modelName),
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
	items: SuspendedItem[],
): SuspendedItem[] {
	if (context.getNode().onError !== 'continueErrorOutput') return items;
	return items.map((item) => {
		const { error, message, ...facts } = item.json;
		if (error === undefined || message !== undefined) return item;
		const hasFacts = Object.keys(facts).length > 0;
		return { ...item, json: { error, ...(hasFacts && { message: facts }) } };
	});
}

/** Whether the item still waits for its task. */
export function isWaitingItem(item: SuspendedItem): boolean {
	return item.klingWaiting !== undefined;
}

/** The items that the execution was suspended with: n8n hands a webhook nothing but expressions. */
export function readSuspendedItems(context: IWebhookFunctions): SuspendedItem[] {
	const text = context.evaluateExpression('{{ JSON.stringify($input.all()) }}') as string;
	return JSON.parse(text) as SuspendedItem[];
}
