/** Resumes a suspended execution on Kling's callbacks. */

import type {
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { readCallback } from '../api/callback';
import type { KlingClient } from '../api/client';
import { toConnection } from '../api/connection';
import { isAbsent, isUnanswered } from '../api/errors/userError';
import type { Refreshed } from '../api/refresh';
import { isOver, knownById } from '../api/task';
import { failItem } from '../items/errorItem';
import { factsOfTask, settleTask } from '../items/settleTask';
import type { DeliveryTools } from '../items/deliverTask';
import { connect } from '../n8n/connect';
import { answers, notes } from '../n8n/messages';
import { CREDENTIAL } from '../n8n/send';
import { systemClock } from '../n8n/systemClock';
import { answer, bodyOf, isFromKling } from '../n8n/webhook';
import { attempt } from '../utils/attempt';
import { ExpiringSet } from '../utils/expiringSet';
import { Semaphore } from '../utils/semaphore';
import { isInOwnNetwork } from '../utils/url';
import { retry } from '../waiting/retry';
import { PARALLEL_DELIVERIES } from '../waiting/runBatch';
import {
	forErrorOutput,
	readSuspendedItems,
	type SuspendedItem,
	type Waiting,
} from './suspendedItems';

/** Imported by the node class: n8n's linter takes an inline array for that of a trigger. */
export const waitingWebhooks: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		// The resume token is per execution: only the node ID keeps a late callback from another node.
		path: '={{ $nodeId }}',
		responseMode: 'onReceived',
		responseData: '',
		restartWebhook: true,
	},
];

/**
 * Handles a callback to a suspended execution. What the callback says is not trusted: Kling is
 * asked about all tasks, and the execution resumes when they all are over. Never throws, because
 * that would destroy the execution.
 */
export async function resume(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const handled = await attempt(async () => await tryToResume(context));
	if (handled.ok) return handled.value;
	context.logger.warn(notes.callbackNotHandled(String(handled.error)));
	return answer(context, 503, answers.tryLater);
}

/**
 * The executions that this process has begun to resume, by their first task: callbacks that come
 * until n8n has marked the execution as running must not download everything again.
 */
const resuming = new ExpiringSet(10 * 60_000);

async function tryToResume(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const connection = toConnection(await context.getCredentials(CREDENTIAL));
	if (!isFromKling(context, connection.webhookSecret)) {
		return answer(context, 401, answers.badSignature);
	}
	const reported = readCallback(bodyOf(context));
	if (!reported || !isOver(reported)) return answer(context, 200, answers.stillWaiting);
	const suspended = readSuspendedItems(context);
	const waiting = suspended.flatMap(({ klingWaiting }) => klingWaiting ?? []);
	const [first] = waiting;
	if (!first || !waiting.some(({ taskId }) => taskId === reported.id)) {
		return answer(context, 200, answers.otherTask);
	}

	const outcomes = await checkAll(connect(context, connection), waiting);
	if (!outcomes) return answer(context, 200, answers.stillWaiting);
	// Only now: while one callback is being checked, the one that completes the batch may come.
	if (resuming.has(first.taskId)) return answer(context, 200, answers.alreadyResuming);
	resuming.add(first.taskId);
	// Before the downloads, which may take longer than Kling waits for an answer.
	answer(context, 200, answers.resuming);
	const allowsOwnNetwork = isInOwnNetwork(connection.baseUrl);
	const tools = { context, clock: systemClock, allowsOwnNetwork };
	const deliveries = new Semaphore(PARALLEL_DELIVERIES);
	const items = await Promise.all(
		suspended.map(
			async (item, index) =>
				await deliveries.run(async () => await finishSuspended(tools, item, index, outcomes)),
		),
	);
	return { noWebhookResponse: true, workflowData: [forErrorOutput(context, items)] };
}

/** How often Kling is asked before a callback is given back as not handled. */
const TRIES = 3;

/**
 * @returns what became of each task, by its ID; nothing while one of them is still running
 * @throws {KlingError} when Kling does not answer
 */
async function checkAll(
	client: KlingClient,
	waiting: Waiting[],
): Promise<ReadonlyMap<string, Refreshed> | undefined> {
	const tasks = waiting.map(({ taskId: id, format }) => knownById({ id, format }));
	return await retry(
		async () => {
			const outcomes = await client.refresh(tasks);
			for (const outcome of outcomes) {
				if ('error' in outcome && !isAbsent(outcome.error)) throw outcome.error;
			}
			const areAllOver = outcomes.every((outcome) => 'error' in outcome || isOver(outcome.task));
			if (!areAllOver) return undefined;
			return new Map(waiting.map(({ taskId }, index) => [taskId, outcomes[index] as Refreshed]));
		},
		{ clock: systemClock, tries: TRIES, isWorthRetrying: isUnanswered },
	);
}

async function finishSuspended(
	tools: DeliveryTools,
	{ klingWaiting, ...item }: SuspendedItem,
	itemIndex: number,
	outcomes: ReadonlyMap<string, Refreshed>,
): Promise<INodeExecutionData> {
	if (!klingWaiting) return item;
	const { taskId, modelName, simplify, downloadTo } = klingWaiting;
	// A suspended node cannot fail any more: what went wrong becomes an item whatever On Error says.
	const failure = { context: tools.context, continues: true };
	const outcome = outcomes.get(taskId) as Refreshed;
	if ('error' in outcome) {
		return failItem(failure, outcome.error, { itemIndex, taskId }, { task_id: taskId });
	}
	const { task } = outcome;
	const shape = { itemIndex, modelName, simplify, downloadTo };
	const settled = await attempt(async () => await settleTask(tools, task, shape));
	return settled.ok
		? settled.value
		: failItem(failure, settled.error, { itemIndex, taskId }, factsOfTask(task, modelName));
}
