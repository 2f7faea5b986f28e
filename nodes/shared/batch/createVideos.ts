/** What Create and Create and Wait have in common: from items to a batch of videos and what came of them. */

import type { INodeExecutionData } from 'n8n-workflow';

import { knownById, type Task } from '../api/task';
import type { deliverTask } from '../items/deliverTask';
import { contextLedger } from '../n8n/contextLedger';
import { notes } from '../n8n/messages';
import type { Ledger } from '../waiting/ledger';
import { type BatchOptions, type Outcome, runBatch } from '../waiting/runBatch';
import { externalTaskIdOf } from '../waiting/submit';
import type { Verbs } from '../waiting/verbs';
import type { BatchVideo, Created } from './batchVideo';
import type { ReadItem, VideoData } from './itemData';
import type { NodeRun } from './nodeRun';
import { findIdsInUse, type PreparedItem, prepareItems } from './prepareItems';
import { noteWhatHappened, stoppedError } from './results';

/**
 * Creates the videos of all items. Every item is checked before the first one is charged.
 * @param items with their parameters read
 * @param deliver makes the item of a task
 * @param callbackUrl where Kling posts the tasks' status, instead of what the items say
 * @throws {NodeOperationError} for the first item that cannot be sent, unless the node continues;
 * when the execution is stopped, naming the tasks that Kling is still working on
 */
export async function createVideos(
	run: NodeRun,
	items: ReadonlyArray<ReadItem<VideoData>>,
	options: Pick<BatchOptions, 'timeout' | 'maxConcurrency' | 'polling'>,
	deliver: typeof deliverTask,
	callbackUrl?: string,
): Promise<Created> {
	const ledger = contextLedger(run.context, run.connection);
	const { prepared, refused } = prepareItems(run, items);
	const inUse = await findIdsInUse(run, ledger, prepared);
	// When the workflow is going to stop anyway, nothing is charged.
	const planned =
		inUse.size > 0 && !run.continues ? [] : prepared.filter(({ key }) => !inUse.has(key));
	const outcomes = await runBatch(
		planned.map((item) => withCallback(item, callbackUrl)),
		verbsOf(run, deliver),
		{
			...options,
			clock: run.clock,
			ledger,
			signal: run.signal,
			stopOnFailure: !run.continues,
			onProgress: (progress) => run.context.logger.info(notes.progress(progress)),
		},
	);
	const outcomeOf = new Map(planned.map(({ key }, index) => [key, outcomes[index]]));
	const videos = prepared.map((item) => {
		const outcome: Outcome<INodeExecutionData> = inUse.has(item.key)
			? { state: 'failed', error: inUse.get(item.key) }
			: (outcomeOf.get(item.key) ?? { state: 'waiting' });
		return toBatchVideo(item, outcome, ledger);
	});
	if (run.signal?.aborted) throw stoppedError(run, videos);
	noteWhatHappened(run, videos);
	return { videos, refused };
}

function withCallback(item: PreparedItem, callbackUrl: string | undefined): PreparedItem {
	return callbackUrl === undefined ? item : { ...item, request: { ...item.request, callbackUrl } };
}

/** An item that was given up may have a task from an earlier try of the run, which only the ledger knows. */
function toBatchVideo(
	item: PreparedItem,
	outcome: Outcome<INodeExecutionData>,
	ledger: Ledger,
): BatchVideo {
	const { task: noted, isUnsure, name = item.name, failures } = ledger.read(item.key);
	const task: Task | undefined = outcome.task ?? (noted && knownById(noted));
	return {
		...item,
		...outcome,
		externalTaskId: externalTaskIdOf(item, name, failures),
		task,
		isUnsure: task === undefined && isUnsure === true,
	};
}

/** What the engine can do: the client's requests, and the node's way of making items. */
function verbsOf(
	{ client, context, clock, allowsOwnNetwork }: NodeRun,
	deliver: typeof deliverTask,
): Verbs<PreparedItem, INodeExecutionData> {
	return {
		create: async ({ request, target }, externalTaskId) =>
			await client.create({ ...request, externalTaskId }, target),
		findByExternalId: async (format, externalTaskId) =>
			await client.findByExternalId(format, externalTaskId),
		refresh: (tasks) => client.refresh(tasks),
		deliver: async ({ itemIndex, delivery, target }, task, signal) =>
			await deliver({ context, clock, signal, allowsOwnNetwork }, task, {
				...delivery,
				itemIndex,
				modelName: target.id,
			}),
	};
}
