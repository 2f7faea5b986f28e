/** What Create and Create and Wait have in common: from items to a batch of videos and back to items. */

import { type IDataObject, type INodeExecutionData, NodeOperationError } from 'n8n-workflow';

import { KlingError } from '../../shared/api/errors';
import type { Task } from '../../shared/api/task';
import { DownloadError } from '../../shared/n8n/download';
import { type BatchOptions, type Outcome, runBatch } from '../../shared/waiting/batch';
import { readVideoInput, type VideoInput } from '../input';
import { toOutput } from '../output';
import { failItem, type Run } from './run';

/** Makes the output item of a task. */
export type Deliver = (
	task: Task,
	itemIndex: number,
	modelName: string,
	signal: AbortSignal,
) => Promise<INodeExecutionData>;

type ItemOutcome = Outcome<INodeExecutionData> & { itemIndex: number; modelName?: string };

/**
 * Creates the videos of all items. Every item is checked before the first one is paid for.
 * @returns one item per input item, in their order
 * @throws {NodeApiError | NodeOperationError} for the first item that failed, unless the node
 * continues; the error names the tasks that Kling goes on with
 */
export async function createVideos(
	run: Run,
	options: Pick<BatchOptions, 'timeout' | 'maxConcurrency' | 'wait'>,
	deliver: Deliver,
): Promise<INodeExecutionData[]> {
	const refused: ItemOutcome[] = [];
	const accepted: Array<VideoInput & { itemIndex: number }> = [];
	for (const itemIndex of run.itemIndexes) {
		try {
			accepted.push({ ...readVideoInput(run.context, itemIndex, run.connection), itemIndex });
		} catch (error) {
			refused.push({ state: 'failed', error, itemIndex });
			if (!run.continues) failItem(run, error, { itemIndex });
		}
	}

	const batch = await runBatch(
		accepted.map(({ request, target, itemIndex }) => ({
			create: async () => await run.client.create(request, target),
			deliver: async (task, signal) => await deliver(task, itemIndex, target.id, signal),
		})),
		run.client,
		{
			...options,
			clock: run.clock,
			signal: run.signal,
			stopOnFailure: !run.continues,
			onProgress: ({ waiting, running, finished, failed }) =>
				run.context.logger.info(
					`Kling: ${finished} finished, ${running} running, ${waiting} waiting, ${failed} failed`,
				),
		},
	);

	const created = batch.map((outcome, index): ItemOutcome => {
		const { itemIndex, target } = accepted[index] as (typeof accepted)[number];
		return { ...outcome, itemIndex, modelName: target.id };
	});
	if (run.signal?.aborted) throw stoppedError(run, created);
	return [...refused, ...created]
		.sort((one, other) => one.itemIndex - other.itemIndex)
		.flatMap((outcome) => toOutputItem(run, outcome, created));
}

/** @returns nothing for an item that was given up because another one failed */
function toOutputItem(
	run: Run,
	{ state, error, result, task, itemIndex, modelName }: ItemOutcome,
	all: ItemOutcome[],
): INodeExecutionData[] {
	if (result) return [result];
	if (state !== 'failed') return [];
	const hints = [outcomeHint(error, task), run.continues ? '' : othersHint(all, task)];
	// A finished video keeps all that is known of it when only its download failed.
	const facts: IDataObject =
		task && error instanceof DownloadError
			? toOutput(task, { modelName })
			: { ...(task && { task_id: task.id, task_status: task.status }) };
	const circumstances = { itemIndex, taskId: task?.id, hint: hints.filter(Boolean).join(' ') };
	return [failItem(run, error, circumstances, facts)];
}

/** Says whether something was bought, which the user must know before trying again. */
function outcomeHint(error: unknown, task?: Task): string {
	if (!(error instanceof KlingError)) return '';
	if (task) {
		const isOver = task.status === 'completed' || task.status === 'failed';
		return isOver ? '' : 'Kling goes on with it: fetch the video later with Get Status.';
	}
	return error.details.retry === 'maybe'
		? 'The video may have been started and billed all the same: look for it in the service’s console before you create it again.'
		: 'Nothing was bought.';
}

function othersHint(all: ItemOutcome[], failed?: Task): string {
	const others = all.filter(({ task }) => task && task !== failed);
	if (others.length === 0) return '';
	const tasks = others.map(
		({ task, itemIndex }) => `${task?.id} (item ${itemIndex}, ${task?.status})`,
	);
	return `The other tasks of this run are not lost, fetch them with Get Status: ${tasks.join(', ')}.`;
}

function stoppedError(run: Run, all: ItemOutcome[]): NodeOperationError {
	return new NodeOperationError(run.context.getNode(), 'The execution was stopped', {
		description: othersHint(all) || 'No video had been created.',
	});
}
