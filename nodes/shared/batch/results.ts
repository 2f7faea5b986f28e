/** Says what came of a batch: items, errors, hints and log lines. */

import { type INodeExecutionData, NodeOperationError } from 'n8n-workflow';

import { KlingError } from '../api/errors/klingError';
import { isOver } from '../api/task';
import { failItem } from '../items/errorItem';
import { factsOfTask } from '../items/deliverTask';
import { UnknownOutcomeError } from '../engine/submit';
import { contextLedger } from '../n8n/contextLedger';
import { STATUS_LABELS } from '../n8n/words/labels';
import { InputFileError } from '../n8n/words/errorClasses';
import { consequences, notes } from '../n8n/words/notes';
import type { BatchVideo, Created } from './batchVideo';
import { noteCosts } from './costs';
import type { NodeRun } from '../n8n/nodeRun';

/**
 * @param itemOf makes the item of a video; nothing for one that was given up
 * @returns the items in the order of the input
 */
export function inOrder(
	{ videos, refused }: Created,
	itemOf: (video: BatchVideo) => INodeExecutionData | undefined,
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
 * continues; the error names the tasks that Kling is still working on
 */
export function toItems(run: NodeRun, created: Created): INodeExecutionData[] {
	return inOrder(created, (video) => itemOfVideo(run, video, created.videos));
}

/**
 * The item of one video.
 * @returns nothing for one that was given up because another one failed
 * @throws {NodeApiError | NodeOperationError} if it failed, unless the node continues
 */
export function itemOfVideo(
	run: NodeRun,
	video: BatchVideo,
	all: BatchVideo[],
): INodeExecutionData | undefined {
	const { state, error, result, task, itemIndex, target, isUnsure, externalTaskId } = video;
	if (result) return result;
	if (state !== 'failed') return undefined;
	const circumstances = {
		itemIndex,
		taskId: task?.id,
		isCreating: task === undefined,
		hasImage: video.request.firstFrame !== undefined,
		connection: run.connection,
		// An error about an earlier attempt says so itself.
		addition:
			isUnsure && !(error instanceof UnknownOutcomeError)
				? consequences.mayHaveStarted(externalTaskId)
				: undefined,
		hint: [consequenceOf(video), run.continues ? '' : othersOf(all, video)]
			.filter(Boolean)
			.join(' '),
	};
	return failItem(run, error, circumstances, task && factsOfTask(task, target.id));
}

/** What the user must know before trying again. */
function consequenceOf({ error, task, isUnsure }: BatchVideo): string {
	if (isUnsure) return consequences.checkConsole;
	if (error instanceof InputFileError) return consequences.notCharged;
	if (!(error instanceof KlingError)) return '';
	if (!task) return consequences.notCharged;
	return isOver(task) ? '' : consequences.stillRunning;
}

/** What Kling has of the other videos. */
function othersOf(all: BatchVideo[], failed?: BatchVideo): string {
	const others = all.filter((video) => video !== failed);
	const tasks = others.flatMap(({ task, itemIndex }) =>
		task ? [`${task.id} (item ${itemIndex}, ${STATUS_LABELS[task.status]})`] : [],
	);
	const unsure = others
		.filter(({ isUnsure }) => isUnsure)
		.map(({ itemIndex, externalTaskId }) =>
			externalTaskId === undefined
				? `item ${itemIndex}`
				: `item ${itemIndex} (external task ID ${externalTaskId})`,
		);
	const inUse = others.flatMap(({ error, itemIndex }) =>
		error instanceof KlingError && error.facts.inUse
			? [`${error.facts.inUse.taskId} (item ${itemIndex})`]
			: [],
	);
	return [
		inUse.length > 0 && consequences.otherIdsInUse(inUse),
		tasks.length > 0 && consequences.otherTasks(tasks),
		unsure.length > 0 && consequences.othersMayHaveStarted(unsure),
	]
		.filter(Boolean)
		.join(' ');
}

export function stoppedError(run: NodeRun, videos: BatchVideo[]): NodeOperationError {
	const description = othersOf(videos) || consequences.noneCreated;
	contextLedger(run.context, run.connection).keepForRetry(videos);
	// n8n does not show the error of a node that was stopped: the log keeps the task IDs. By the
	// spelling of "canceled" it tells that the node did not fail.
	run.context.logger.warn(notes.canceled(description));
	return new NodeOperationError(run.context.getNode(), consequences.canceled, { description });
}

/** Puts into the output panel what the items themselves do not say. */
export function noteWhatHappened({ context, continues }: NodeRun, videos: BatchVideo[]): void {
	const reused = videos.filter(({ isReused }) => isReused).length;
	const failed = videos.filter(({ state }) => state === 'failed').length;
	const sentences = [
		reused > 0 && notes.reused(reused),
		continues && failed > 0 && notes.finished(videos.length - failed, failed),
		noteCosts(videos),
	];
	const message = sentences.filter(Boolean).join(' ');
	if (message) context.addExecutionHints({ message, location: 'outputPane' });
}
