/** One callback of Kling's becomes one item, or nothing. */

import type {
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { deliverTask } from '../KlingTextToVideo/operations/deliverTask';
import { failItem } from '../KlingTextToVideo/operations/run';
import { toOutput } from '../KlingTextToVideo/output';
import { readCallback } from '../shared/api/callback';
import { type Connection, toConnection } from '../shared/api/connection';
import type { Task } from '../shared/api/task';
import { systemClock } from '../shared/n8n/clock';
import { clientOf } from '../shared/n8n/client';
import { CREDENTIAL } from '../shared/n8n/send';
import { answer, bodyOf, isFromKling } from '../shared/n8n/webhook';
import { isLost } from '../shared/waiting/poller';
import { isRepeated } from './deliveries';

/** Imported by the node class: there is nothing to register at Kling, as an inline array would demand. */
export const triggerWebhooks: IWebhookDescription[] = [
	{ name: 'default', httpMethod: 'POST', path: 'kling', responseMode: 'onReceived' },
];

/**
 * Handles a callback. The workflow starts only from one that is signed with the credential's secret,
 * if Verify Signature is on, and about a task that Kling itself knows, if Fetch Task is on.
 */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		return await tryToReceive(context);
	} catch (error) {
		context.logger.warn(`Kling: a callback could not be handled. ${String(error)}`);
		return answer(context, 503, 'The callback cannot be handled at the moment');
	}
}

async function tryToReceive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { verifySignature, fetchTask, deduplicate } = {
		...OPTION_DEFAULTS,
		...(context.getNodeParameter('options', {}) as Partial<typeof OPTION_DEFAULTS>),
	};
	const connection = toConnection(await context.getCredentials(CREDENTIAL));
	if (verifySignature) {
		const { webhookSecret } = connection;
		if (webhookSecret === undefined) return answer(context, 401, NO_SECRET);
		if (!isFromKling(context, webhookSecret)) {
			return answer(context, 401, 'The signature is not valid');
		}
	}
	const told = readCallback(bodyOf(context));
	if (!told) return answer(context, 400, 'This is not a callback of Kling’s');
	const statuses = context.getNodeParameter('statuses', []) as string[];
	if (!statuses.includes(told.status)) return answer(context, 200, 'This status is not waited for');

	const [fetched] = await Promise.allSettled([
		fetchTask ? fetch(context, connection, told.id) : { ...told, format: 'v1' as const },
	]);
	if (fetched.status === 'rejected') {
		context.logger.warn(`Kling: a callback was not believed. ${String(fetched.reason)}`);
		return answer(context, isLost(fetched.reason) ? 503 : 404, 'Kling does not confirm the task');
	}
	const task = fetched.value;
	if (!statuses.includes(task.status)) return answer(context, 200, 'Kling says otherwise');
	if (deduplicate && isRepeated(context, task)) {
		return answer(context, 200, 'This was delivered before');
	}
	// Before the download, which may take longer than Kling waits for an answer.
	answer(context, 200, 'Received');
	return { noWebhookResponse: true, workflowData: [[await toItem(context, task)]] };
}

/** Of the Options collection. */
const OPTION_DEFAULTS = { verifySignature: true, fetchTask: true, deduplicate: true };

const NO_SECRET =
	'The Kling API credential has no Webhook Secret to verify the signature with: fill it in, or turn Verify Signature off in the Kling Trigger';

async function fetch(
	context: IWebhookFunctions,
	connection: Connection,
	taskId: string,
): Promise<Task> {
	return await clientOf(context, connection).find(taskId);
}

async function toItem(context: IWebhookFunctions, task: Task): Promise<INodeExecutionData> {
	const simplify = context.getNodeParameter('simplify', true) === true;
	const downloadTo =
		context.getNodeParameter('downloadVideo', false) === true
			? String(context.getNodeParameter('binaryPropertyName', 'data'))
			: undefined;
	try {
		const run = { context, clock: systemClock };
		return await deliverTask(run, task, 0, { simplify, downloadTo }, {});
	} catch (error) {
		const circumstances = { itemIndex: 0, taskId: task.id };
		return failItem({ context, continues: true }, error, circumstances, toOutput(task));
	}
}
