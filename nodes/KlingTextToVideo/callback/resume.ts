/** Resumes a suspended execution on Kling's callbacks. */

import type {
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { readCallback } from '../../shared/api/callback';
import { isUnknown, type KlingClient, type Refreshed } from '../../shared/api/client';
import { toConnection } from '../../shared/api/connection';
import { failedTask } from '../../shared/api/errors';
import { isOver, knownById } from '../../shared/api/task';
import { systemClock } from '../../shared/n8n/clock';
import { clientOf } from '../../shared/n8n/client';
import { CREDENTIAL } from '../../shared/n8n/send';
import { answer, bodyOf, isFromKling } from '../../shared/n8n/webhook';
import { Recent } from '../../shared/recent';
import { Slots } from '../../shared/slots';
import { backoff } from '../../shared/waiting/backoff';
import { PARALLEL_DELIVERIES } from '../../shared/waiting/batch';
import { isLost } from '../../shared/waiting/poller';
import { deliverTask } from '../operations/deliverTask';
import { failItem } from '../operations/run';
import { toOutput } from '../output';
import { forErrorOutput, type ParkedItem, readParkedItems, type Waiting } from './parked';

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
 * Handles a callback to a suspended execution. What the callback says is not believed: Kling is
 * asked about all tasks, and the execution resumes when they all are over. Never throws, because
 * that would destroy the execution.
 */
export async function resume(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	try {
		return await tryToResume(context);
	} catch (error) {
		context.logger.warn(`Kling: a callback could not be handled. ${String(error)}`);
		return answer(context, 503, 'Kling cannot be asked at the moment');
	}
}

/**
 * The executions that this process has begun to resume, by their first task: callbacks that come
 * until n8n has marked the execution as running must not download everything again.
 */
const resuming = new Recent(10 * 60_000);

async function tryToResume(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const connection = toConnection(await context.getCredentials(CREDENTIAL));
	if (!isFromKling(context, connection.webhookSecret)) {
		return answer(context, 401, 'The signature is not valid');
	}
	const told = readCallback(bodyOf(context));
	if (!told || !isOver(told)) return answer(context, 200, 'Still waiting');
	const parked = readParkedItems(context);
	const waiting = parked.flatMap(({ klingWaiting }) => klingWaiting ?? []);
	const [first] = waiting;
	if (!first || !waiting.some(({ taskId }) => taskId === told.id)) {
		return answer(context, 200, 'Not a task of this execution');
	}

	const outcomes = await askForAll(clientOf(context, connection), waiting);
	if (!outcomes) return answer(context, 200, 'Still waiting');
	// Only now: while Kling is asked for one callback, the one that completes the batch may come.
	if (resuming.has(first.taskId)) return answer(context, 200, 'Already resuming');
	resuming.add(first.taskId);
	// Before the downloads, which may take longer than Kling waits for an answer.
	answer(context, 200, 'Resuming');
	const slots = new Slots(PARALLEL_DELIVERIES);
	const items = await Promise.all(
		parked.map(
			async (item, index) =>
				await slots.run(async () => await finishParked(context, item, index, outcomes)),
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
async function askForAll(
	client: KlingClient,
	waiting: Waiting[],
): Promise<ReadonlyMap<string, Refreshed> | undefined> {
	for (let tries = 1; ; tries++) {
		const looks = await client.refresh(
			waiting.map(({ taskId: id, format }) => knownById({ id, format })),
		);
		const unanswered = looks.find((look) => 'error' in look && !isUnknown(look.error));
		if (!unanswered) {
			const areAllOver = looks.every((look) => 'error' in look || isOver(look.task));
			if (!areAllOver) return undefined;
			return new Map(waiting.map(({ taskId }, index) => [taskId, looks[index] as Refreshed]));
		}
		const { error } = unanswered as { error: unknown };
		if (tries === TRIES || !isLost(error)) throw error;
		await systemClock.sleep(backoff(tries));
	}
}

async function finishParked(
	context: IWebhookFunctions,
	{ klingWaiting, ...item }: ParkedItem,
	itemIndex: number,
	outcomes: ReadonlyMap<string, Refreshed>,
): Promise<INodeExecutionData> {
	if (!klingWaiting) return item;
	const { taskId, modelName, ...delivery } = klingWaiting;
	// A suspended node cannot fail any more: what went wrong becomes an item whatever On Error says.
	const ending = { context, continues: true };
	const outcome = outcomes.get(taskId) as Refreshed;
	if ('error' in outcome) {
		return failItem(ending, outcome.error, { itemIndex, taskId }, { task_id: taskId });
	}
	const { task } = outcome;
	const facts = toOutput(task, { modelName });
	try {
		if (task.status === 'failed') {
			const { task_id, task_status } = facts;
			return failItem(ending, failedTask(task), { itemIndex, taskId }, { task_id, task_status });
		}
		const run = { context, clock: systemClock };
		return await deliverTask(run, task, itemIndex, delivery, { modelName });
	} catch (error) {
		return failItem(ending, error, { itemIndex, taskId }, facts);
	}
}
