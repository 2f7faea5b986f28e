/** The trigger as Kling calls it: n8n is made by hand, Kling is the emulator. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { KlingTrigger } from '../../../nodes/KlingTrigger/KlingTrigger.node.ts';
import { answers } from '../../../nodes/shared/n8n/words/notes.ts';
import { time } from '../../../testkit/clocks/virtualTime.mts';
import {
	createTask,
	credential,
	SECRET,
	signed,
	startKling,
	webhookCall,
	type Called,
	type Emulator,
	type WebhookCall,
} from '../webhook.mts';

let emulator: Emulator & { finish: () => void };

const trigger = new KlingTrigger();

export async function startTrigger(): Promise<void> {
	emulator = await startKling();
}

export async function stopTrigger(): Promise<void> {
	await emulator.close();
}

export function kling(): Emulator {
	return emulator;
}

/** Lets all tasks be over. */
export function finishAll(): void {
	emulator.finish();
}

/** Forgets what was, and creates a task that is over. @returns its ID */
export async function finishedTask(): Promise<string> {
	emulator.reset();
	const id = await createTask(emulator);
	finishAll();
	return id;
}

/** The body of a callback. */
export function callbackOf(taskId: string, status: string): string {
	return JSON.stringify({ task_id: taskId, task_status: status, created_at: 1, updated_at: 2 });
}

/** The checks of tasks so far. */
export function checks() {
	return emulator.requests().filter(({ route }) => route === 'query' || route === 'list');
}

/** What the form saves when it is left as it is. */
const FORM = { statuses: ['completed', 'failed'], options: {} };

export interface Settings extends Partial<WebhookCall> {
	/** Of the Options collection. */
	options?: IDataObject;
}

export type Received = Called & { result: { workflowData?: INodeExecutionData[][] } };

/** Calls the trigger: signed by Kling, unless the settings say otherwise. */
export async function receiveCallback({
	options = {},
	parameters,
	body,
	...call
}: Settings): Promise<Received> {
	const called = webhookCall({
		credential: credential(emulator, { webhookSecret: SECRET }),
		headers: signed(body ?? ''),
		body,
		parameters: { ...FORM, ...parameters, options } as WebhookCall['parameters'],
		...call,
	});
	const result = await time.during(trigger.webhook.call(called.context));
	return { ...called, result };
}

/** The workflow does not start, and the caller is told why. */
export function expectNoStart({ result, reply }: Received, status: number, message: string): void {
	expect(reply).toMatchObject({ status, body: { message } });
	expect(result).toEqual({ noWebhookResponse: true });
}

/** The item that the workflow starts with. */
export function itemOf({ result, reply }: Received): INodeExecutionData {
	expect(reply).toMatchObject({ status: 200, body: { message: answers.received } });
	expect(result.workflowData).toHaveLength(1);
	const [item, ...others] = result.workflowData?.[0] ?? [];
	expect(others).toEqual([]);
	return item as INodeExecutionData;
}
