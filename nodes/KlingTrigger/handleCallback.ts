/** One callback of Kling's becomes one item, or nothing. */

import type {
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { readCallback } from '../shared/api/callback';
import { type Connection, toConnection } from '../shared/api/connection';
import { isUnanswered } from '../shared/api/errors/userError';
import type { Task, TaskReply } from '../shared/api/task';
import { type Delivery, deliverTask } from '../shared/items/deliverTask';
import { failItem } from '../shared/items/errorItem';
import { toOutput } from '../shared/items/toItem';
import { connect } from '../shared/n8n/connect';
import { answers, notes } from '../shared/n8n/messages';
import { CREDENTIAL } from '../shared/n8n/send';
import { systemClock } from '../shared/n8n/systemClock';
import { answer, bodyOf, isFromKling } from '../shared/n8n/webhook';
import { attempt } from '../shared/utils/attempt';
import { isInOwnNetwork } from '../shared/utils/url';
import { isRepeated } from './deduplicate';
import { readTriggerParameters, type TriggerParameters } from './triggerParameters';

/** Imported by the node class: there is nothing to register at Kling, as an inline array would demand. */
export const triggerWebhooks: IWebhookDescription[] = [
	{ name: 'default', httpMethod: 'POST', path: 'kling', responseMode: 'onReceived' },
];

/**
 * Handles a callback. The workflow starts only from one that is signed with the credential's secret,
 * if Verify Signature is on, and about a task that Kling itself knows, if Fetch Task is on.
 */
export async function handleCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const handled = await attempt(async () => await tryToHandle(context));
	if (handled.ok) return handled.value;
	context.logger.warn(notes.callbackNotHandled(String(handled.error)));
	return answer(context, 503, answers.tryLater);
}

async function tryToHandle(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const parameters = readTriggerParameters(context);
	const { statuses, verifySignature, deduplicate, delivery } = parameters;
	const connection = toConnection(await context.getCredentials(CREDENTIAL));
	if (verifySignature) {
		const { webhookSecret } = connection;
		if (webhookSecret === undefined) return answer(context, 401, answers.noSecret);
		if (!isFromKling(context, webhookSecret)) return answer(context, 401, answers.badSignature);
	}
	const reported = readCallback(bodyOf(context));
	if (!reported) return answer(context, 400, answers.notACallback);
	if (!statuses.includes(reported.status)) return answer(context, 200, answers.notSelected);

	const confirmed = await attempt(
		async () => await confirm(context, connection, reported, parameters),
	);
	if (!confirmed.ok) {
		context.logger.warn(notes.callbackIgnored(String(confirmed.error)));
		return answer(context, isUnanswered(confirmed.error) ? 503 : 404, answers.notConfirmed);
	}
	const task = confirmed.value;
	if (!statuses.includes(task.status)) return answer(context, 200, answers.otherStatus);
	if (deduplicate && isRepeated(context, task)) return answer(context, 200, answers.repeated);
	// Before the download, which may take longer than Kling waits for an answer.
	answer(context, 200, answers.received);
	return {
		noWebhookResponse: true,
		workflowData: [[await toTriggerItem(context, connection, task, delivery)]],
	};
}

/** The task as Kling knows it; as the callback reports it, if Fetch Task is off. */
async function confirm(
	context: IWebhookFunctions,
	connection: Connection,
	reported: TaskReply,
	{ fetchTask }: Pick<TriggerParameters, 'fetchTask'>,
): Promise<Task> {
	if (!fetchTask) return { ...reported, format: 'v1' };
	return await connect(context, connection).find(reported.id);
}

async function toTriggerItem(
	context: IWebhookFunctions,
	{ baseUrl }: Connection,
	task: Task,
	delivery: Delivery,
): Promise<INodeExecutionData> {
	const itemIndex = 0;
	const tools = { context, clock: systemClock, allowsOwnNetwork: isInOwnNetwork(baseUrl) };
	const delivered = await attempt(
		async () => await deliverTask(tools, task, { itemIndex, ...delivery }),
	);
	if (delivered.ok) return delivered.value;
	const circumstances = { itemIndex, taskId: task.id };
	return failItem({ context, continues: true }, delivered.error, circumstances, toOutput(task));
}
