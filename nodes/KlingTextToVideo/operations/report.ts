/** Says what came of a batch: items, errors, hints and log lines. */

import { type IDataObject, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';

import { KlingError } from '../../shared/api/errors';
import { isOver } from '../../shared/api/task';
import { DownloadError } from '../../shared/n8n/download';
import type { Progress } from '../../shared/waiting/batch';
import { toOutput } from '../output';
import type { Created, Video } from './createVideos';
import { failItem, type Run } from './run';

/**
 * @param itemOf makes the item of a video; nothing for one that was given up
 * @returns the items in the order of the input
 */
export function inOrder(
	{ videos, refused }: Created,
	itemOf: (video: Video) => INodeExecutionData | undefined,
): INodeExecutionData[] {
	return [...refused, ...videos.flatMap((video) => itemOf(video) ?? [])].sort(
		(one, other) => itemIndexOf(one) - itemIndexOf(other),
	);
}

function itemIndexOf({ pairedItem }: INodeExecutionData): number {
	return (pairedItem as { item: number }).item;
}

/**
 * One item per input item, in their order.
 * @throws {NodeApiError | NodeOperationError} for the first item that failed, unless the node
 * continues; the error names the tasks that Kling goes on with
 */
export function toItems(run: Run, created: Created): INodeExecutionData[] {
	return inOrder(created, (video) => toItem(run, video, created.videos));
}

/**
 * The item of one video.
 * @returns nothing for one that was given up because another one failed
 * @throws {NodeApiError | NodeOperationError} if it failed, unless the node continues
 */
export function toItem(run: Run, video: Video, all: Video[]): INodeExecutionData | undefined {
	const { state, error, result, task, itemIndex, target, isUnsure } = video;
	if (result) return result;
	if (state !== 'failed') return undefined;
	// A finished video keeps all that is known of it when only its download failed.
	const facts: IDataObject =
		task && error instanceof DownloadError
			? toOutput(task, { modelName: target.id })
			: { ...(task && { task_id: task.id, task_status: task.status }) };
	const circumstances = {
		itemIndex,
		taskId: task?.id,
		addition: isUnsure ? `the video may have been started${underItsName(run, video)}` : undefined,
		hint: [whatWasBought(video), run.continues ? '' : othersOf(run, all, video)]
			.filter(Boolean)
			.join(' '),
	};
	return failItem(run, error, circumstances, facts);
}

/** What the user must know before trying again. */
function whatWasBought({ error, task, isUnsure }: Video): string {
	if (isUnsure) {
		return 'The video may have been started and billed all the same: look for it in the service’s console before you create it again.';
	}
	if (!(error instanceof KlingError)) return '';
	if (!task) return 'Nothing was bought.';
	return isOver(task) ? '' : 'Kling goes on with it: fetch the video later with Get Status.';
}

function underItsName({ client }: Run, { name, request, target }: Video): string {
	return client.canLookUp(target.format)
		? ` under the external task ID ${request.externalTaskId ?? name}`
		: '';
}

/** What Kling has of the other videos. */
function othersOf(run: Run, all: Video[], failed?: Video): string {
	const others = all.filter((video) => video !== failed);
	const known = others.flatMap(({ task, itemIndex }) =>
		task ? [`${task.id} (item ${itemIndex}, ${task.status})`] : [],
	);
	const unsure = others
		.filter(({ isUnsure }) => isUnsure)
		.map((video) => `item ${video.itemIndex}${underItsName(run, video)}`);
	const taken = others.flatMap(({ error, itemIndex }) =>
		error instanceof KlingError && error.details.takenBy !== undefined
			? [`${error.details.takenBy} (item ${itemIndex})`]
			: [],
	);
	return [
		taken.length > 0 && `Other tasks have the IDs of other items: ${taken.join(', ')}.`,
		known.length > 0 &&
			`Kling goes on with these tasks of the run; fetch their videos with Get Status: ${known.join(', ')}.`,
		unsure.length > 0 &&
			`Being created at that moment, so that it may have been started: ${unsure.join(', ')}.`,
	]
		.filter(Boolean)
		.join(' ');
}

export function stoppedError(run: Run, videos: Video[]): NodeOperationError {
	const description = othersOf(run, videos) || 'No video had been created.';
	// n8n does not show the error of a node that was stopped: the log keeps the task IDs. By the
	// spelling of "canceled" it tells that the node did not fail.
	run.context.logger.warn(`Kling: the execution was canceled. ${description}`);
	return new NodeOperationError(run.context.getNode(), 'The execution was canceled', {
		description,
	});
}

/** Puts into the output panel what the items themselves do not say. */
export function tellWhatHappened({ context, continues }: Run, videos: Video[]): void {
	const takenUp = videos.filter(({ isTakenUp }) => isTakenUp).length;
	const failed = videos.filter(({ state }) => state === 'failed').length;
	const sentences = [
		takenUp > 0 &&
			`Videos taken up from an earlier try instead of being created again: ${takenUp}.`,
		continues && failed > 0 && `Videos finished: ${videos.length - failed}, failed: ${failed}.`,
	];
	const message = sentences.filter(Boolean).join(' ');
	if (message) context.addExecutionHints({ message, location: 'outputPane' });
}

export function describeProgress({ waiting, running, finished, failed }: Progress): string {
	return `Kling: ${finished} finished, ${running} running, ${waiting} waiting, ${failed} failed`;
}
