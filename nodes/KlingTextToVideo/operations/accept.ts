/** Checks all items before the first video is paid for. */

import type { INodeExecutionData } from 'n8n-workflow';

import { asNotSent, externalIdTaken, KlingError } from '../../shared/api/errors';
import { InputError } from '../../shared/n8n/errors';
import { keysOf } from '../../shared/n8n/ledger';
import { backoff } from '../../shared/waiting/backoff';
import type { Ledger } from '../../shared/waiting/ledger';
import { readVideoInput, type VideoInput } from '../input';
import { type Delivery, readDelivery } from './deliverTask';
import { failItem, type Run } from './run';

/** An item that can be sent. */
export interface Accepted extends VideoInput {
	itemIndex: number;
	/** Its identity across repetitions of the node run. */
	key: string;
	delivery: Delivery;
}

/**
 * @returns the items that can be sent, and the error items of the others
 * @throws {NodeOperationError | NodeApiError} for the first item that cannot be sent, unless the node
 * continues
 */
export async function acceptItems(
	run: Run,
	ledger: Ledger,
): Promise<{ accepted: Accepted[]; refused: INodeExecutionData[] }> {
	const accepted: Accepted[] = [];
	const refused: INodeExecutionData[] = [];
	const keyOf = keysOf(run.context);
	const ownIds = new Map<string, number>();
	for (const itemIndex of run.itemIndexes) {
		try {
			const input = readVideoInput(run.context, itemIndex, run.connection);
			const delivery = readDelivery(run, itemIndex);
			refuseRepeated(ownIds, input.request.externalTaskId, itemIndex);
			accepted.push({ ...input, delivery, itemIndex, key: keyOf(itemIndex, input) });
		} catch (error) {
			refused.push(failItem(run, error, { itemIndex }));
		}
	}
	// Only now, because it takes requests.
	const areFree = await Promise.all(
		accepted.map(async (item) => {
			try {
				await refuseTaken(run, ledger, item);
				return true;
			} catch (error) {
				const { itemIndex } = item;
				refused.push(failItem(run, error, { itemIndex, hint: 'Nothing was bought.' }));
				return false;
			}
		}),
	);
	return { accepted: accepted.filter((_, index) => areFree[index]), refused };
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

/** How often Kling is asked whether an ID is free. */
const TRIES = 3;

/**
 * Makes sure that the user's own ID is free: only then does a task of this ID that is found after a
 * lost reply have to be the one that was asked for.
 */
async function refuseTaken(
	{ client, clock, signal }: Run,
	ledger: Ledger,
	{ request, target, key }: Accepted,
): Promise<void> {
	const ownId = request.externalTaskId;
	const { task: ours, isUnsure } = ledger.read(key);
	if (ownId === undefined || ours || isUnsure) return;
	for (let tries = 1; ; tries++) {
		const [outcome] = await Promise.allSettled([client.lookUp(target.format, ownId)]);
		if (outcome.status === 'fulfilled') {
			if (outcome.value) throw externalIdTaken(ownId, outcome.value);
			return;
		}
		const error: unknown = outcome.reason;
		const isFinal = !(error instanceof KlingError) || error.details.retry === 'never';
		if (isFinal || tries === TRIES) throw asNotSent(error);
		await clock.sleep(backoff(tries), signal);
	}
}
