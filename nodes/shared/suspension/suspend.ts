/**
 * Waiting without holding a worker: the execution is suspended once the tasks are created, and
 * Kling's callbacks resume it (resume.ts). What n8n keeps of it: README.md.
 */

import type { INodeExecutionData } from 'n8n-workflow';

import { findBodyChange } from '../api/additionalBody';
import type { Refreshed } from '../api/refresh';
import { isOver, lacksVideo, type Task } from '../api/task';
import { settleTask } from '../items/deliverTask';
import { toItem } from '../items/toItem';
import { contextLedger } from '../n8n/contextLedger';
import { InputError } from '../n8n/words/errorClasses';
import { notes } from '../n8n/words/notes';
import { bodyWords, supportWords } from '../n8n/words/parameters';
import { attempt } from '../utils/attempt';
import { Semaphore } from '../utils/semaphore';
import { isOwnNetwork } from '../utils/url';
import { PARALLEL_DELIVERIES } from '../engine/runBatch';
import { VideoRecord } from '../engine/ledger';
import type { BatchVideo } from '../batch/batchVideo';
import { createVideos } from '../batch/createVideos';
import type { ReadItem, VideoData } from '../parameters/videoParameters';
import type { NodeRun } from '../n8n/nodeRun';
import { inOrder, itemOfVideo, stoppedError } from '../batch/results';
import { markOf, scheduleSelfChecks, timesOfSelfChecks } from './selfChecks';
import { forErrorOutput, isWaitingItem, toSuspendedItem } from './suspendedItems';

/**
 * Creates the videos of all items and suspends the execution until Kling is done with them all, or
 * until the timeout. Items that are over by then are not waited for.
 * @param items with their parameters read
 * @param timeout milliseconds
 * @param resumeUrl where Kling calls back
 */
export async function suspend(
	run: NodeRun,
	items: ReadonlyArray<ReadItem<VideoData>>,
	timeout: number,
	resumeUrl: URL,
): Promise<INodeExecutionData[]> {
	const { context, connection } = run;
	refuseWithoutCallback(items);
	const startedAt = Date.now();
	const created = await createVideos(
		run,
		items,
		{ timeout, maxConcurrency: Infinity },
		async (_tools, task, shape) => await Promise.resolve(toItem(task, shape)),
		resumeUrl.href,
	);
	const { videos } = created;
	await finishWhatIsOver(run, videos);
	const output = inOrder(created, (video) =>
		isWaiting(video) ? suspendVideo(video) : itemOfVideo(run, video, videos),
	);
	const [waiting] = videos.filter(isWaiting);
	if (!waiting?.task) return output;

	if (isOwnNetwork(resumeUrl.hostname)) {
		context.addExecutionHints({
			message: notes.privateCallback(resumeUrl.host),
			type: 'warning',
			location: 'outputPane',
		});
	}
	// What a resume by the timer returns; the previous node's own output stays as it is.
	context.getExecuteData().data.main = [forErrorOutput(context, output)];
	const { webhookSecret } = connection;
	const taskId = waiting.task.id;
	const mark = markOf(connection, [context.getExecutionId(), context.getNode().id, taskId]);
	scheduleSelfChecks(
		{ resumeUrl: resumeUrl.href, taskId, webhookSecret, mark, logger: context.logger },
		timesOfSelfChecks(startedAt + timeout - Date.now()),
	);
	await context.putExecutionToWait(new Date(startedAt + timeout));
	// n8n throws this away; but a failed item in front would make Retry On Fail run the waiting items.
	return output.filter(isWaitingItem);
}

/** @throws {InputError} when a model does not call back, or would be told to call somebody else */
function refuseWithoutCallback(items: ReadonlyArray<ReadItem<VideoData>>): void {
	for (const item of items) {
		if (!item.ok) continue;
		const { request, target } = item.value;
		if (target.lacks?.includes('callbackUrl')) {
			throw new InputError('waitFor', supportWords.noCallback(target.displayName));
		}
		const field = findBodyChange('callbackUrl', request, target);
		if (field === undefined) continue;
		const words = bodyWords.changesCallback('additionalBodyFields', field);
		throw new InputError('additionalBodyFields', words);
	}
}

/**
 * How often the tasks are checked before the execution is suspended all the same. Each time brought
 * something new, and took as long as its download.
 */
const MOST_ROUNDS = 50;

/**
 * Delivers what Kling is done with. n8n rejects a callback that comes before the execution is
 * suspended: so the last check is right before that, after all downloads, and brings nothing new.
 */
async function finishWhatIsOver(run: NodeRun, videos: BatchVideo[]): Promise<void> {
	const deliveries = new Semaphore(PARALLEL_DELIVERIES);
	const open = new Set(videos.filter(({ task, state }) => task && state !== 'failed'));
	for (let round = 0; round < MOST_ROUNDS; round++) {
		await checkRunning(run, [...open].filter(isWaiting));
		const over = [...open].filter((video) => !isWaiting(video));
		for (const video of over) open.delete(video);
		await Promise.all(
			over.map(async (video) => await deliveries.run(async () => await finish(run, video))),
		);
		if (run.signal?.aborted) throw stoppedError(run, videos);
		const isGivenUp = !run.continues && videos.some(({ state }) => state === 'failed');
		if (over.length === 0 || open.size === 0 || isGivenUp) return;
	}
}

async function checkRunning({ client }: NodeRun, videos: BatchVideo[]): Promise<void> {
	const checked = await Promise.all(client.refresh(videos.map(({ task }) => task as Task)));
	videos.forEach((video, index) => {
		const outcome = checked[index] as Refreshed;
		if ('task' in outcome) video.task = outcome.task;
	});
}

/** Delivers a video that is over before the execution is suspended, or notes why that cannot be. */
async function finish(run: NodeRun, video: BatchVideo): Promise<void> {
	const { itemIndex, delivery, target } = video;
	const task = video.task as Task;
	if (task.status === 'failed') {
		new VideoRecord(contextLedger(run.context, run.connection), video).failed();
	}
	const shape = { ...delivery, itemIndex, modelName: target.id };
	const settled = await attempt(settleTask(run, task, shape));
	if (settled.ok) {
		Object.assign(video, { state: 'finished', result: settled.value });
	} else {
		Object.assign(video, { state: 'failed', result: undefined, error: settled.error });
	}
}

function isWaiting({ task, state }: BatchVideo): boolean {
	return task !== undefined && state !== 'failed' && (!isOver(task) || lacksVideo(task));
}

function suspendVideo({
	task,
	itemIndex,
	target,
	delivery,
}: BatchVideo): INodeExecutionData | undefined {
	return task && toSuspendedItem(task, itemIndex, target.id, delivery);
}
