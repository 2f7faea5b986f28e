/** What Create and Create and Wait have in common: from items to a batch of videos and back to items. */

import { type IDataObject, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';

import { asNotSent, externalIdTaken, KlingError, unknownTask } from '../../shared/api/errors';
import type { FormatName } from '../../shared/api/models';
import { isOver, type Task } from '../../shared/api/task';
import { DownloadError } from '../../shared/n8n/download';
import { InputError } from '../../shared/n8n/errors';
import { contextLedger, keysOf } from '../../shared/n8n/ledger';
import {
	type BatchOptions,
	type Job,
	type Outcome,
	type Progress,
	runBatch,
} from '../../shared/waiting/batch';
import { UnsureError } from '../../shared/waiting/submit';
import { readVideoInput, type VideoInput } from '../input';
import { toOutput } from '../output';
import { type Delivery, deliverTask, readDelivery } from './deliverTask';
import { failItem, type Run } from './run';

/** An item that can be sent. */
interface Accepted extends VideoInput {
	itemIndex: number;
	key: string;
	delivery: Delivery;
}

/** An accepted item and what came of it. */
export type Video = Accepted & Outcome<INodeExecutionData>;

/** What came of all items. */
export interface Created {
	videos: Video[];
	/** The items of what could not be sent. */
	refused: INodeExecutionData[];
}

/**
 * Creates the videos of all items. Every item is checked before the first one is paid for.
 * @param callbackUrl where Kling reports on the tasks, instead of what the items say
 * @throws {NodeOperationError} for the first item that cannot be sent, unless the node continues;
 * when the execution is stopped, naming the tasks that Kling goes on with
 */
export async function createVideos(
	run: Run,
	options: Pick<BatchOptions, 'timeout' | 'maxConcurrency' | 'wait'>,
	callbackUrl?: string,
): Promise<Created> {
	const { accepted, refused } = checkItems(run);
	const outcomes = await runBatch(
		accepted.map((video) => toJob(run, video, callbackUrl)),
		run.client,
		{
			...options,
			clock: run.clock,
			ledger: contextLedger(run.context),
			signal: run.signal,
			stopOnFailure: !run.continues,
			onProgress: (progress) => run.context.logger.info(describe(progress)),
		},
	);
	const videos = accepted.map((input, index): Video => ({ ...input, ...outcomes[index]! }));
	if (run.signal?.aborted) throw stoppedError(run, videos);
	tellWhatHappened(run, videos);
	return { videos, refused };
}

/**
 * @param toItem makes the item of a video; nothing for one that was given up
 * @returns the items in the order of the input
 */
export function inOrder(
	{ videos, refused }: Created,
	toItem: (video: Video) => INodeExecutionData | undefined,
): INodeExecutionData[] {
	return [...refused, ...videos.flatMap((video) => toItem(video) ?? [])].sort(
		(one, other) => itemIndexOf(one) - itemIndexOf(other),
	);
}

/**
 * One item per input item, in their order.
 * @throws {NodeApiError | NodeOperationError} for the first item that failed, unless the node
 * continues; the error names the tasks that Kling goes on with
 */
export function toItems(run: Run, created: Created): INodeExecutionData[] {
	return inOrder(created, (video) => toItem(run, video, created.videos));
}

/** @throws {NodeOperationError} for the first item that cannot be sent, unless the node continues */
function checkItems(run: Run): { accepted: Accepted[]; refused: INodeExecutionData[] } {
	const accepted: Accepted[] = [];
	const refused: INodeExecutionData[] = [];
	const keyOf = keysOf(run.context);
	const ownIds = new Map<string, number>();
	for (const itemIndex of run.itemIndexes) {
		try {
			const input = readVideoInput(run.context, itemIndex, run.connection);
			refuseRepeated(ownIds, input.request.externalTaskId, itemIndex);
			const delivery = readDelivery(run, itemIndex);
			accepted.push({ ...input, delivery, itemIndex, key: keyOf(itemIndex, input) });
		} catch (error) {
			refused.push(failItem(run, error, { itemIndex }));
		}
	}
	return { accepted, refused };
}

function refuseRepeated(
	ownIds: Map<string, number>,
	ownId: string | undefined,
	itemIndex: number,
): void {
	if (ownId === undefined) return;
	const other = ownIds.get(ownId);
	if (other !== undefined) {
		throw new InputError(
			`'External Task ID' is "${ownId}" for item ${other} already; every video needs one of its own`,
			'Use an expression that differs for every item, or remove the option.',
		);
	}
	ownIds.set(ownId, itemIndex);
}

function toJob(
	run: Run,
	{ request, target, itemIndex, key, delivery }: Accepted,
	callbackUrl = request.callbackUrl,
): Job<INodeExecutionData> {
	const { client, connection } = run;
	const { format, id: modelName, displayName: queue } = target;
	const ownId = request.externalTaskId;
	const canLookUp = client.canLookUp(format);
	let isOwnIdFree = ownId === undefined;
	return {
		key,
		queue,
		isNamed: canLookUp && ownId === undefined,
		async create(name) {
			if (ownId !== undefined && !isOwnIdFree) await refuseTaken(run, format, ownId);
			isOwnIdFree = true;
			const externalTaskId = canLookUp ? (ownId ?? name) : undefined;
			return await client.create({ ...request, externalTaskId, callbackUrl }, target);
		},
		...(canLookUp && {
			async lookUp(name: string) {
				const task = await client.lookUp(format, ownId ?? name);
				// Not being found proves nothing where the service may not know such IDs.
				if (!task && connection.isRelay) throw unknownTask();
				return task;
			},
		}),
		deliver: async (task, signal) =>
			await deliverTask(run, task, itemIndex, delivery, { modelName, signal }),
	};
}

/**
 * Makes sure, before the request is sent, that the user's ID is free: only then does a task of this
 * ID that is found after a lost reply have to be the one that was asked for.
 */
async function refuseTaken({ client }: Run, format: FormatName, ownId: string): Promise<void> {
	const [outcome] = await Promise.allSettled([client.lookUp(format, ownId)]);
	if (outcome.status === 'rejected') throw asNotSent(outcome.reason);
	if (outcome.value) throw externalIdTaken(ownId, outcome.value);
}

/**
 * The item of one video.
 * @returns nothing for one that was given up because another one failed
 * @throws {NodeApiError | NodeOperationError} if it failed, unless the node continues
 */
export function toItem(run: Run, video: Video, all: Video[]): INodeExecutionData | undefined {
	const { state, error, result, task, itemIndex, target } = video;
	if (result) return result;
	if (state !== 'failed') return undefined;
	const hints = [whatWasBought(error, task), run.continues ? '' : othersOf(run, all, video)];
	// A finished video keeps all that is known of it when only its download failed.
	const facts: IDataObject =
		task && error instanceof DownloadError
			? toOutput(task, { modelName: target.id })
			: { ...(task && { task_id: task.id, task_status: task.status }) };
	const circumstances = { itemIndex, taskId: task?.id, hint: hints.filter(Boolean).join(' ') };
	return failItem(run, error, circumstances, facts);
}

/** What the user must know before trying again. */
function whatWasBought(error: unknown, task?: Task): string {
	if (error instanceof UnsureError) return MAY_BE_BOUGHT;
	if (!(error instanceof KlingError)) return '';
	if (task) {
		return isOver(task) ? '' : 'Kling goes on with it: fetch the video later with Get Status.';
	}
	return error.details.retry === 'maybe' ? MAY_BE_BOUGHT : 'Nothing was bought.';
}

const MAY_BE_BOUGHT =
	'The video may have been started and billed all the same: look for it in the service’s console before you create it again.';

function othersOf({ client }: Run, all: Video[], failed?: Video): string {
	const others = all.filter((video) => video !== failed);
	const known = others.flatMap(({ task, itemIndex }) =>
		task ? [`${task.id} (item ${itemIndex}, ${task.status})`] : [],
	);
	const unknown = others
		.filter(({ state }) => state === 'submitting')
		.map(({ itemIndex, key, request, target }) =>
			client.canLookUp(target.format)
				? `item ${itemIndex} (external task ID ${request.externalTaskId ?? key})`
				: `item ${itemIndex}`,
		);
	return [
		known.length > 0 &&
			`Kling goes on with these tasks of the run; fetch their videos with Get Status: ${known.join(', ')}.`,
		unknown.length > 0 &&
			`Being created at that moment, so that it may have been started: ${unknown.join(', ')}.`,
	]
		.filter(Boolean)
		.join(' ');
}

function stoppedError(run: Run, videos: Video[]): NodeOperationError {
	const description = othersOf(run, videos) || 'No video had been created.';
	// n8n does not show the error of a node that was stopped: the log keeps the task IDs. By the
	// spelling of "canceled" it tells that the node did not fail.
	run.context.logger.warn(`Kling: the execution was canceled. ${description}`);
	return new NodeOperationError(run.context.getNode(), 'The execution was canceled', {
		description,
	});
}

/** Puts into the output panel what the items themselves do not say. */
function tellWhatHappened({ context, continues }: Run, videos: Video[]): void {
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

function describe({ waiting, running, finished, failed }: Progress): string {
	return `Kling: ${finished} finished, ${running} running, ${waiting} waiting, ${failed} failed`;
}

function itemIndexOf({ pairedItem }: INodeExecutionData): number {
	return (pairedItem as { item: number }).item;
}
