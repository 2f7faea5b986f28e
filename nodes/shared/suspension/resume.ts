/** Resumes a suspended execution on Kling's callbacks. */

import type {
	INodeExecutionData,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import type { Connection } from '../api/connection';
import type { Refreshed } from '../api/refresh';
import { isOver } from '../api/task';
import { failItem } from '../items/errorItem';
import { type DownloadTools, factsOfTask, settleTask } from '../items/deliverTask';
import { connect } from '../n8n/http/send';
import { answers } from '../n8n/words/notes';
import { systemClock } from '../n8n/systemClock';
import { answer, neverThrowing, receiveCallback } from '../n8n/webhook';
import { attempt } from '../utils/attempt';
import { ExpiringMap } from '../utils/expiringMap';
import { Semaphore } from '../utils/semaphore';
import { isInOwnNetwork } from '../utils/url';
import { PARALLEL_REQUESTS } from '../engine/policies';
import { PARALLEL_DELIVERIES } from '../engine/runBatch';
import { cancelSelfChecks, isSelfCheck, markOf } from './selfChecks';
import { resumeUrlOf } from './resumeUrl';
import {
	forErrorOutput,
	readSuspendedItems,
	type SuspendedItem,
	type Waiting,
} from './suspendedItems';
import { type Checker, SuspendedRun } from './suspendedRun';

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
 * Handles a callback to a suspended execution. What the callback says is not trusted: the tasks'
 * status is checked, and the execution resumes when they all are over. Never throws, because that
 * would destroy the execution. May return long after the request was answered.
 */
export async function resume(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	return await neverThrowing(context, tryToResume(context));
}

/**
 * How long what is known of a suspended execution is kept after its last callback, in milliseconds;
 * and how much of all of them, in bytes.
 */
const KEPT_FOR = 10 * 60_000;
const MOST_MEMORY = 20_000_000;

/** What this process knows of the suspended executions that Kling calls back. */
const runs = new ExpiringMap<SuspendedRun>(KEPT_FOR, MOST_MEMORY);

/** Shared by all callbacks, so that many at once do not become many requests at once. */
const requests = new Semaphore(PARALLEL_REQUESTS);

async function tryToResume(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const received = await receiveCallback(context, 'ifPossible');
	if ('refused' in received) return answer(context, 401, received.refused);
	const { connection, reported } = received;
	if (!reported || !isOver(reported)) return answer(context, 200, answers.stillWaiting);
	const suspended = readSuspendedItems(context);
	const waiting = suspended.flatMap(({ klingWaiting }) => klingWaiting ?? []);
	if (!waiting.some(({ taskId }) => taskId === reported.id)) {
		return answer(context, 200, answers.otherTask);
	}
	const key = keyOf(context, waiting);
	const run = runOf(key, waiting);
	const calledAt = systemClock.now();
	if (run.resumption.isClaimed(calledAt)) return answer(context, 200, answers.alreadyResuming);
	const about = [context.getExecutionId(), context.getNode().id, reported.id];
	const report = {
		taskId: reported.id,
		isSelfCheck: isSelfCheck(reported, markOf(connection, about)),
	};
	const areAllOver = await run.handleCallback(report, checkerFor(context, connection));
	weighAgain(key, run);
	if (!areAllOver) return answer(context, 200, answers.stillWaiting);
	// While one callback is being handled, another one may complete the batch.
	if (!run.resumption.claim(calledAt, systemClock.now()))
		return answer(context, 200, answers.alreadyResuming);
	const finished = await attempt(finishAll(context, connection, suspended, run));
	if (!finished.ok) {
		run.resumption.release();
		throw finished.error;
	}
	run.resumption.handOver(systemClock.now());
	run.forget();
	weighAgain(key, run);
	const workflowData = [finished.value];
	if (context.getResponseObject().headersSent) return { noWebhookResponse: true, workflowData };
	if (!report.isSelfCheck) await attempt(() => cancelSelfChecks(resumeUrlOf(context).href));
	// n8n answers, and only once it has started the execution: if it fails, Kling may call back again.
	return { webhookResponse: { message: answers.resuming }, workflowData };
}

/** Tasks of different services can have the same IDs, and executions run the same node in loops. */
function keyOf(context: IWebhookFunctions, [first]: readonly Waiting[]): string {
	return JSON.stringify([
		context.getWorkflow().id,
		context.getExecutionId(),
		context.getNode().id,
		first?.taskId,
	]);
}

function runOf(key: string, waiting: readonly Waiting[]): SuspendedRun {
	const known = runs.get(key);
	const run =
		known && !known.resumption.isSpent(systemClock.now())
			? known
			: new SuspendedRun(
					waiting.map(({ taskId: id, format, simplify }) => ({
						id,
						format,
						needsReply: !simplify,
					})),
				);
	runs.set(key, run, run.memory);
	return run;
}

/** After a callback that lasted long another run may have taken its place. */
function weighAgain(key: string, run: SuspendedRun): void {
	if (runs.get(key) === run) runs.set(key, run, run.memory);
}

function checkerFor(context: IWebhookFunctions, connection: Connection): Checker {
	let sent = 0;
	const client = connect(context, connection, (send) => async (request) => {
		sent++;
		return await requests.run(async () => await send(request));
	});
	return {
		refresh: (tasks) => client.refresh(tasks),
		requests: () => sent,
		clock: systemClock,
		onUnderstood: () => void answerSoon(context, answers.stillWaiting),
	};
}

async function finishAll(
	context: IWebhookFunctions,
	connection: Connection,
	suspended: SuspendedItem[],
	{ outcomes }: SuspendedRun,
): Promise<INodeExecutionData[]> {
	const leaveToN8n = answerSoon(context, answers.received);
	const allowsOwnNetwork = isInOwnNetwork(connection.baseUrl);
	const tools = { context, clock: systemClock, allowsOwnNetwork };
	const deliveries = new Semaphore(PARALLEL_DELIVERIES);
	const items = await Promise.all(
		suspended.map(
			async (item, index) =>
				await deliveries.run(async () => await finishSuspended(tools, item, index, outcomes)),
		),
	);
	leaveToN8n();
	return forErrorOutput(context, items);
}

/** How long Kling may be kept waiting for an answer: a reseller of its gives up after ten seconds. Milliseconds. */
const ANSWER_LIMIT = 5_000;

/**
 * Answers a callback before Kling gives up, but not at once: if n8n is killed until then, Kling has no
 * answer and may call back again.
 * @returns prevents that, if it has not happened yet
 */
function answerSoon(context: IWebhookFunctions, message: string): () => void {
	let isPrevented = false;
	void systemClock.sleep(ANSWER_LIMIT).then(() => {
		if (!isPrevented) answer(context, 200, message);
	});
	return () => {
		isPrevented = true;
	};
}

async function finishSuspended(
	tools: DownloadTools,
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
	const settled = await attempt(settleTask(tools, task, shape));
	return settled.ok
		? settled.value
		: failItem(failure, settled.error, { itemIndex, taskId }, factsOfTask(task, modelName));
}
