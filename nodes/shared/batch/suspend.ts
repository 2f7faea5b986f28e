/**
 * Waiting without holding a worker: the execution is suspended once the tasks are created, and
 * Kling's callbacks resume it (resume.ts). What n8n keeps of it: docs/architecture.md, "Suspension".
 */

import type { INodeExecutionData } from 'n8n-workflow';

import { findBodyChange } from '../api/additionalBody';
import type { KlingClient } from '../api/client';
import type { Refreshed } from '../api/refresh';
import { isOver, type Task } from '../api/task';
import { settleTask } from '../items/settleTask';
import { toItem } from '../items/toItem';
import { contextLedger } from '../n8n/contextLedger';
import { InputError } from '../n8n/inputError';
import { bodyWords, notes, supportWords } from '../n8n/messages';
import { attempt } from '../utils/attempt';
import { isOwnNetwork } from '../utils/url';
import { recordFailure } from '../waiting/submit';
import type { BatchVideo } from './batchVideo';
import { createVideos } from './createVideos';
import type { ReadItem, VideoData } from './itemData';
import type { NodeRun } from './nodeRun';
import { inOrder, itemOfVideo } from './results';
import { toResumeUrl } from './resumeUrl';
import { forErrorOutput, isWaitingItem, toSuspendedItem } from './suspendedItems';

/**
 * Creates the videos of all items and suspends the execution until Kling is done with them all, or
 * until the timeout. Items that are over after a first check are not waited for.
 * @param items with their parameters read
 * @param timeout milliseconds
 * @throws {InputError} when a callback could never arrive, before anything is charged
 */
export async function suspend(
	run: NodeRun,
	items: ReadonlyArray<ReadItem<VideoData>>,
	timeout: number,
): Promise<INodeExecutionData[]> {
	const { context, client } = run;
	const resumeUrl = toResumeUrl(run);
	refuseWithoutCallback(items);
	const deadline = new Date(Date.now() + timeout);
	const created = await createVideos(
		run,
		items,
		{ timeout, maxConcurrency: Infinity },
		async (_tools, task, shape) => await Promise.resolve(toItem(task, shape)),
		resumeUrl.href,
	);
	const { videos } = created;
	await checkOnce(client, videos);
	for (const video of videos) {
		if (video.task && isOver(video.task)) await finish(run, video, video.task);
	}
	const output = inOrder(created, (video) =>
		isWaiting(video) ? suspendVideo(video) : itemOfVideo(run, video, videos),
	);
	if (!videos.some(isWaiting)) return output;

	if (isOwnNetwork(resumeUrl.hostname)) {
		context.addExecutionHints({
			message: notes.privateCallback(resumeUrl.host),
			type: 'warning',
			location: 'outputPane',
		});
	}
	// What a resume by the timer returns; the previous node's own output stays as it is.
	context.getExecuteData().data.main = [forErrorOutput(context, output)];
	await context.putExecutionToWait(deadline);
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

/** A task may be over before the execution is suspended, and its callback lost. */
async function checkOnce(client: KlingClient, videos: BatchVideo[]): Promise<void> {
	const running = videos.filter(({ task }) => task && !isOver(task));
	const checked = await Promise.all(client.refresh(running.map(({ task }) => task as Task)));
	running.forEach((video, index) => {
		const outcome = checked[index] as Refreshed;
		if ('task' in outcome) video.task = outcome.task;
	});
}

/** Delivers a video that is over at the first check, or notes why that cannot be. */
async function finish(run: NodeRun, video: BatchVideo, task: Task): Promise<void> {
	const { itemIndex, delivery, key, target } = video;
	if (task.status === 'failed') recordFailure(key, contextLedger(run.context));
	const shape = { ...delivery, itemIndex, modelName: target.id };
	const settled = await attempt(async () => await settleTask(run, task, shape));
	if (settled.ok) {
		Object.assign(video, { state: 'finished', result: settled.value });
	} else {
		Object.assign(video, { state: 'failed', result: undefined, error: settled.error });
	}
}

function isWaiting({ task, state }: BatchVideo): boolean {
	return task !== undefined && state !== 'failed' && !isOver(task);
}

function suspendVideo({
	task,
	itemIndex,
	target,
	delivery,
}: BatchVideo): INodeExecutionData | undefined {
	return task && toSuspendedItem(task, itemIndex, target.id, delivery);
}
