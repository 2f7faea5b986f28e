/** What Create and Create and Wait have in common: from items to a batch of videos and what came of them. */

import type { INodeExecutionData } from 'n8n-workflow';

import { unknownTask } from '../../shared/api/errors';
import { knownById, type Task } from '../../shared/api/task';
import { contextLedger } from '../../shared/n8n/ledger';
import { type BatchOptions, type Job, type Outcome, runBatch } from '../../shared/waiting/batch';
import type { Ledger } from '../../shared/waiting/ledger';
import { nameOf } from '../../shared/waiting/submit';
import { type Accepted, acceptItems, findTakenIds } from './accept';
import { deliverTask } from './deliverTask';
import { describeProgress, stoppedError, tellWhatHappened } from './report';
import type { Run } from './run';

/** An accepted item and what came of it. */
export interface Video extends Accepted, Outcome<INodeExecutionData> {
	/** A task may have been created, but no reply told its ID. */
	isUnsure: boolean;
}

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
	const ledger = contextLedger(run.context);
	const { accepted, refused } = acceptItems(run);
	const taken = await findTakenIds(run, ledger, accepted);
	// When the workflow is going to stop anyway, nothing is paid for.
	const started =
		taken.size > 0 && !run.continues ? [] : accepted.filter(({ key }) => !taken.has(key));
	const outcomes = await runBatch(
		started.map((item) => toJob(run, item, callbackUrl)),
		run.client,
		{
			...options,
			clock: run.clock,
			ledger,
			signal: run.signal,
			stopOnFailure: !run.continues,
			onProgress: (progress) => run.context.logger.info(describeProgress(progress)),
		},
	);
	const outcomeOf = new Map(started.map(({ key }, index) => [key, outcomes[index]]));
	const videos = accepted.map((item) => {
		if (taken.has(item.key)) {
			return toVideo(item, { state: 'failed', error: taken.get(item.key) }, ledger);
		}
		return toVideo(item, outcomeOf.get(item.key) ?? { state: 'waiting' }, ledger);
	});
	if (run.signal?.aborted) throw stoppedError(run, videos);
	tellWhatHappened(run, videos);
	return { videos, refused };
}

/** An item that was given up may have a task from an earlier try of the run, which only the ledger knows. */
function toVideo(item: Accepted, outcome: Outcome<INodeExecutionData>, ledger: Ledger): Video {
	const { task: noted, isUnsure, name = item.name, failures } = ledger.read(item.key);
	const task: Task | undefined = outcome.task ?? (noted && knownById(noted));
	return {
		...item,
		...outcome,
		name: nameOf(name, failures),
		task,
		isUnsure: task === undefined && isUnsure === true,
	};
}

function toJob(
	run: Run,
	{ request, target, itemIndex, key, name, delivery }: Accepted,
	callbackUrl = request.callbackUrl,
): Job<INodeExecutionData> {
	const { client, connection } = run;
	const { format, id: modelName, displayName: queue } = target;
	const ownId = request.externalTaskId;
	const canLookUp = client.canLookUp(format);
	return {
		key,
		name,
		queue,
		isNamed: canLookUp && ownId === undefined,
		async create(taskName) {
			const externalTaskId = canLookUp ? (ownId ?? taskName) : undefined;
			return await client.create({ ...request, externalTaskId, callbackUrl }, target);
		},
		...(canLookUp && {
			async lookUp(taskName: string) {
				const task = await client.lookUp(format, ownId ?? taskName);
				// Not being found proves nothing where the service may not know such IDs.
				if (!task && connection.isRelay) throw unknownTask();
				return task;
			},
		}),
		deliver: async (task, signal) =>
			await deliverTask(run, task, itemIndex, delivery, { modelName, signal }),
	};
}
