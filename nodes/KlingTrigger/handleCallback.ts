/** One callback of Kling's becomes one item, or nothing. */

import type {
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import type { Connection } from '../shared/api/connection';
import { isUnanswered } from '../shared/api/errors/explainedError';
import { lacksVideo, type Task, type TaskReply, type TaskStatus } from '../shared/api/task';
import { type OutputOptions, deliverTask } from '../shared/items/deliverTask';
import { failItem } from '../shared/items/errorItem';
import { toOutput } from '../shared/items/toItem';
import { connect } from '../shared/n8n/http/send';
import { answers, notes } from '../shared/n8n/words/notes';
import { systemClock } from '../shared/n8n/systemClock';
import { answer, neverThrowing, receiveCallback } from '../shared/n8n/webhook';
import { attempt } from '../shared/utils/attempt';
import { SingleFlight } from '../shared/utils/singleFlight';
import { isInOwnNetwork } from '../shared/utils/url';
import { CALLBACK_CHECK, PAUSES_BEHIND } from '../shared/engine/policies';
import { retry } from '../shared/engine/retry';
import { isDelivered, isRepeated } from './deduplicate';
import { readTriggerParameters, type TriggerParameters } from './triggerParameters';
import { UnverifiedCallbacks } from './unverified';

/** Imported by the node class: there is nothing to register at Kling, as an inline array would demand. */
export const triggerWebhooks: IWebhookDescription[] = [
	{ name: 'default', httpMethod: 'POST', path: 'kling', responseMode: 'onReceived' },
];

/**
 * Handles a callback. The workflow starts only from one that is signed with the credential's secret,
 * if Verify Signature is on, and about a task that Kling itself knows, if Fetch Task is on. May
 * return long after the request was answered.
 */
export async function handleCallback(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	return await neverThrowing(context, tryToHandle(context));
}

async function tryToHandle(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const parameters = readTriggerParameters(context);
	const { statuses, verifySignature, deduplicate, delivery } = parameters;
	const received = await receiveCallback(context, verifySignature ? 'required' : 'ignored');
	if ('refused' in received) return answer(context, 401, received.refused);
	const { connection, reported } = received;
	if (!reported) return answer(context, 400, answers.notACallback);
	if (!statuses.includes(reported.status)) return answer(context, 200, answers.notSelected);
	if (deduplicate && isDelivered(context, reported)) return answer(context, 200, answers.repeated);

	const confirmed = await attempt(confirm(context, connection, reported, parameters));
	if (!confirmed.ok) {
		context.logger.warn(notes.callbackIgnored(confirmed.error));
		return answer(context, isUnanswered(confirmed.error) ? 503 : 404, answers.notConfirmed);
	}
	const task = confirmed.value;
	if (!task) return answer(context, 503, answers.tryLater);
	if (!statuses.includes(task.status)) return answer(context, 200, answers.otherStatus);
	if (deduplicate && isRepeated(context, task)) return answer(context, 200, answers.repeated);
	// Before the download, which may take longer than Kling waits for an answer.
	answer(context, 200, answers.received);
	return {
		noWebhookResponse: true,
		workflowData: [[await toTriggerItem(context, connection, task, delivery)]],
	};
}

const unverified = new UnverifiedCallbacks(() => systemClock.now());

/** By trigger and task: a callback that is repeated meanwhile is not a further question. */
const rechecks = new SingleFlight<Task>();

/**
 * The task as Kling knows it; as the callback reports it, if Fetch Task is off.
 * @returns nothing when too many unsigned callbacks come to this trigger
 * @throws {KlingError}
 */
async function confirm(
	context: IWebhookFunctions,
	connection: Connection,
	reported: TaskReply,
	{ fetchTask, verifySignature }: Pick<TriggerParameters, 'fetchTask' | 'verifySignature'>,
): Promise<Task | undefined> {
	if (!fetchTask) return { ...reported, format: 'v1' };
	const client = connect(context, connection);
	const find = async () =>
		await retry(async () => await client.findByTaskId(reported), {
			clock: systemClock,
			...CALLBACK_CHECK,
			isWorthRetrying: isUnanswered,
		});
	const trigger = JSON.stringify([context.getWorkflow().id, context.getNode().id]);
	const task = verifySignature ? await find() : await unverified.run(trigger, find);
	if (!task || !isBehind(task, reported)) return task;
	answer(context, 200, answers.received);
	const key = [context.getWorkflow().id, context.getNode().id, context.getMode(), task.id];
	return await rechecks.run(
		JSON.stringify(key),
		async () =>
			await recheck(
				task,
				reported,
				async () => await client.findByTaskId({ id: task.id, raw: reported.raw }),
			),
	);
}

/** Checks a task until its status is what the callback says. @returns it as it was checked last */
async function recheck(task: Task, reported: TaskReply, find: () => Promise<Task>): Promise<Task> {
	let latest = task;
	for (const pause of PAUSES_BEHIND) {
		await systemClock.sleep(pause);
		const found = await attempt(find());
		if (found.ok) latest = found.value;
		if (!isBehind(latest, reported)) break;
	}
	return latest;
}

const STAGES: Readonly<Record<TaskStatus, number>> = {
	submitted: 0,
	processing: 1,
	completed: 2,
	failed: 2,
};

/** Whether Kling does not know yet what its callback says. */
function isBehind(task: Task, reported: TaskReply): boolean {
	return STAGES[task.status] < STAGES[reported.status] || lacksVideo(task);
}

async function toTriggerItem(
	context: IWebhookFunctions,
	{ baseUrl }: Connection,
	task: Task,
	delivery: OutputOptions,
): Promise<INodeExecutionData> {
	const itemIndex = 0;
	const tools = { context, clock: systemClock, allowsOwnNetwork: isInOwnNetwork(baseUrl) };
	const delivered = await attempt(deliverTask(tools, task, { itemIndex, ...delivery }));
	if (delivered.ok) return delivered.value;
	const circumstances = { itemIndex, taskId: task.id };
	return failItem({ context, continues: true }, delivered.error, circumstances, toOutput(task));
}
