/** What Create and Create and Wait have in common: from items to a batch of videos and what came of them. */

import type { INodeExecutionData } from 'n8n-workflow';

import type { VideoRequest } from '../api/request';
import { knownById, type Task } from '../api/task';
import type { deliverTask } from '../items/deliverTask';
import { contextLedger } from '../n8n/contextLedger';
import { loadImages } from '../n8n/files/inputFile';
import { notes } from '../n8n/words/notes';
import { VideoIdentities } from '../n8n/videoIdentity';
import { attempt } from '../utils/attempt';
import { Semaphore } from '../utils/semaphore';
import { StoppedError } from '../engine/clock';
import { externalTaskIdOf } from '../engine/externalIds';
import { type LedgerStore, VideoRecord } from '../engine/ledger';
import { type BatchOptions, type Outcome, runBatch } from '../engine/runBatch';
import type { TaskService } from '../engine/taskService';
import type { BatchVideo, Created } from './batchVideo';
import { findOverLimit } from './costs';
import type { ReadItem, VideoData } from '../parameters/videoParameters';
import type { NodeRun } from '../n8n/nodeRun';
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
	const identities = new VideoIdentities(run.context);
	const created = await attempt(createAll(run, identities, items, options, deliver, callbackUrl));
	identities.end(created.ok && isWhole(created.value));
	if (!created.ok) throw created.error;
	return created.value;
}

/** Whether no further try of the node run is to come. */
function isWhole({ videos, refused }: Created): boolean {
	return refused.length === 0 && videos.every(({ state }) => state === 'finished');
}

async function createAll(
	run: NodeRun,
	identities: VideoIdentities,
	items: ReadonlyArray<ReadItem<VideoData>>,
	options: Pick<BatchOptions, 'timeout' | 'maxConcurrency' | 'polling'>,
	deliver: typeof deliverTask,
	callbackUrl?: string,
): Promise<Created> {
	const ledger = contextLedger(run.context, run.connection);
	const { prepared, refused } = await prepareItems(run, items, identities);
	const blocked = await findBlocked(run, ledger, prepared);
	// When the workflow is going to stop anyway, nothing is charged.
	const planned =
		blocked.size > 0 && !run.continues ? [] : prepared.filter(({ key }) => !blocked.has(key));
	const outcomes = await runBatch(
		planned.map((item) => withCallback(item, callbackUrl)),
		taskServiceOf(run, deliver),
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
		const outcome: Outcome<INodeExecutionData> = blocked.has(item.key)
			? { state: 'failed', error: blocked.get(item.key) }
			: (outcomeOf.get(item.key) ?? { state: 'waiting' });
		return toBatchVideo(item, outcome, ledger);
	});
	if (run.signal?.aborted) throw stoppedError(run, videos);
	noteWhatHappened(run, videos);
	return { videos, refused };
}

/** @returns why items cannot be created, by their keys: the run costs too much, or their IDs are in use */
async function findBlocked(
	run: NodeRun,
	ledger: LedgerStore,
	prepared: readonly PreparedItem[],
): Promise<ReadonlyMap<string, unknown>> {
	const overLimit = findOverLimit(prepared);
	// Nothing is sent, no question either.
	if (overLimit.size > 0 && !run.continues) return overLimit;
	const affordable = prepared.filter(({ key }) => !overLimit.has(key));
	return new Map([...overLimit, ...(await findIdsInUse(run, ledger, affordable))]);
}

function withCallback(item: PreparedItem, callbackUrl: string | undefined): PreparedItem {
	return callbackUrl === undefined ? item : { ...item, request: { ...item.request, callbackUrl } };
}

/** An item that was given up may have a task from an earlier try of the run, which only the ledger knows. */
function toBatchVideo(
	item: PreparedItem,
	outcome: Outcome<INodeExecutionData>,
	ledger: LedgerStore,
): BatchVideo {
	const record = new VideoRecord(ledger, item);
	const task: Task | undefined = outcome.task ?? (record.task && knownById(record.task));
	return {
		...item,
		...outcome,
		externalTaskId: record.sent?.externalTaskId ?? externalTaskIdOf(item, record),
		task,
		isUnsure: task === undefined && record.isUnsure,
	};
}

/** Images that are in memory at once, on their way; of one run, in bytes. A larger one goes alone. */
const UPLOAD_BUDGET = 60_000_000;

/** What the images of a request take in memory: they are sent as Base64. */
function weightOf({ firstFrame, lastFrame }: VideoRequest): number {
	const weights = [firstFrame, lastFrame].map((image) => {
		if (image?.kind === 'file') return Math.ceil(image.bytes / 3) * 4;
		return image?.kind === 'data' ? image.base64.length : 0;
	});
	return weights.reduce((sum, weight) => sum + weight, 0);
}

/** What the engine can do: the client's requests, and the node's way of making items. */
function taskServiceOf(
	{ client, context, clock, allowsOwnNetwork }: NodeRun,
	deliver: typeof deliverTask,
): TaskService<PreparedItem, INodeExecutionData> {
	const uploads = new Semaphore(UPLOAD_BUDGET);
	return {
		create: async ({ request, target }, externalTaskId, onLeaving, signal) => {
			const named = { ...request, externalTaskId };
			const weight = weightOf(request);
			if (weight === 0) return await client.create(named, target, onLeaving);
			return await uploads.run(async () => {
				if (signal.aborted) throw new StoppedError();
				const images = await loadImages(context, request);
				return await client.create({ ...named, ...images }, target, onLeaving);
			}, weight);
		},
		findByExternalId: async (sent) => await client.findByExternalId(sent),
		refresh: (tasks, signal) => client.refresh(tasks, signal),
		deliver: async ({ itemIndex, delivery, target }, task, signal) =>
			await deliver({ context, clock, signal, allowsOwnNetwork }, task, {
				...delivery,
				itemIndex,
				modelName: target.id,
			}),
	};
}
