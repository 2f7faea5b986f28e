/** Checks all items before the first video is charged. */

import type { INodeExecutionData } from 'n8n-workflow';

import { idInUse } from '../api/errors/klingError';
import { isUnanswered } from '../api/errors/explainedError';
import type { Target } from '../api/modelLookup';
import type { OutputOptions } from '../items/deliverTask';
import { failItem } from '../items/errorItem';
import type { VideoIdentities } from '../n8n/videoIdentity';
import { InputError } from '../n8n/words/errorClasses';
import { parameterWords } from '../n8n/words/parameters';
import { attempt } from '../utils/attempt';
import { Semaphore } from '../utils/semaphore';
import { type LedgerStore, VideoRecord } from '../engine/ledger';
import { ID_CHECK, PARALLEL_REQUESTS } from '../engine/policies';
import { retry } from '../engine/retry';
import type { PlannedVideo } from '../engine/taskService';
import type { ReadItem, VideoData } from '../parameters/videoParameters';
import type { NodeRun } from '../n8n/nodeRun';

/** An item that can be sent. */
export interface PreparedItem extends PlannedVideo {
	itemIndex: number;
	delivery: OutputOptions;
	/** What the whole run may cost; units. */
	costLimit?: number;
}

/**
 * Checks what can be checked without asking Kling.
 * @returns the items that can be sent, and the error items of the others
 * @throws {NodeOperationError} for the first item that cannot be sent, unless the node continues
 */
export async function prepareItems(
	run: NodeRun,
	items: ReadonlyArray<ReadItem<VideoData>>,
	identities: VideoIdentities,
): Promise<{
	prepared: PreparedItem[];
	refused: INodeExecutionData[];
}> {
	const prepared: PreparedItem[] = [];
	const refused: INodeExecutionData[] = [];
	const itemOfId = new Map<string, number>();
	for (const item of items) {
		const { itemIndex } = item;
		const error = item.ok ? repeatedId(itemOfId, item.value.request, itemIndex) : item.error;
		if (!item.ok || error !== undefined) {
			refused.push(failItem(run, error, { itemIndex, isCreating: true }));
			continue;
		}
		const { request, target, delivery, costLimit } = item.value;
		const { key, name } = await identities.of(itemIndex, { request, target });
		prepared.push({ key, name, request, target, delivery, costLimit, itemIndex });
	}
	return { prepared, refused };
}

/**
 * Asks Kling whether the users' own IDs are free: only then does a task of this ID that is found
 * after a lost reply have to be the one that was requested.
 * @returns why items cannot be created, by their keys
 */
export async function findIdsInUse(
	run: NodeRun,
	ledger: LedgerStore,
	prepared: readonly PreparedItem[],
): Promise<ReadonlyMap<string, unknown>> {
	const requests = new Semaphore(PARALLEL_REQUESTS);
	const outcomes = await Promise.all(
		prepared.map(async (item) => {
			const { task, isUnsure } = new VideoRecord(ledger, item);
			const ownId = item.request.externalTaskId;
			if (ownId === undefined || task || isUnsure) return [];
			const checked = await attempt(
				requests.run(async () => await refuseIdInUse(run, item.target, ownId)),
			);
			return checked.ok ? [] : [[item.key, checked.error] as const];
		}),
	);
	return new Map(outcomes.flat());
}

/** @returns why the item cannot be sent, if another one has the same ID */
function repeatedId(
	itemOfId: Map<string, number>,
	{ externalTaskId }: VideoData['request'],
	itemIndex: number,
): InputError | undefined {
	if (externalTaskId === undefined) return undefined;
	const other = itemOfId.get(externalTaskId);
	if (other !== undefined) {
		return new InputError(
			'externalTaskId',
			parameterWords.repeatedId(externalTaskId, other, itemIndex),
		);
	}
	itemOfId.set(externalTaskId, itemIndex);
	return undefined;
}

/** @throws {KlingError} when another task has the ID, or Kling does not say */
async function refuseIdInUse(
	{ client, clock, signal }: NodeRun,
	{ format, id: modelId }: Target,
	externalTaskId: string,
): Promise<void> {
	const sent = { format, modelId, externalTaskId };
	const found = await retry(async () => await client.findByExternalId(sent), {
		...ID_CHECK,
		clock,
		signal,
		isWorthRetrying: isUnanswered,
	});
	if (found.is === 'created') throw idInUse(externalTaskId, found.task);
}
