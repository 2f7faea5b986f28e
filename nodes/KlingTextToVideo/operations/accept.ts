/** Checks all items before the first video is paid for. */

import type { INodeExecutionData } from 'n8n-workflow';

import { externalIdTaken, isFinal } from '../../shared/api/errors';
import type { FormatName } from '../../shared/api/models';
import { InputError } from '../../shared/n8n/errors';
import { type Identity, identityOf } from '../../shared/n8n/ledger';
import { backoff } from '../../shared/waiting/backoff';
import type { Ledger } from '../../shared/waiting/ledger';
import { readVideoInput, type VideoInput } from '../input';
import { type Delivery, readDelivery } from './deliverTask';
import { failItem, type Run } from './run';

/** An item that can be sent. */
export interface Accepted extends VideoInput, Identity {
	itemIndex: number;
	delivery: Delivery;
}

/**
 * Checks what can be checked without asking Kling.
 * @returns the items that can be sent, and the error items of the others
 * @throws {NodeOperationError} for the first item that cannot be sent, unless the node continues
 */
export function acceptItems(run: Run): { accepted: Accepted[]; refused: INodeExecutionData[] } {
	const accepted: Accepted[] = [];
	const refused: INodeExecutionData[] = [];
	const identify = identityOf(run.context);
	const ownIds = new Map<string, number>();
	for (const itemIndex of run.itemIndexes) {
		try {
			const input = readVideoInput(run.context, itemIndex, run.connection);
			const delivery = readDelivery(run, itemIndex);
			refuseRepeated(ownIds, input.request.externalTaskId, itemIndex);
			accepted.push({ ...input, ...identify(itemIndex, input), delivery, itemIndex });
		} catch (error) {
			refused.push(failItem(run, error, { itemIndex }));
		}
	}
	return { accepted, refused };
}

/**
 * Asks Kling whether the users' own IDs are free: only then does a task of this ID that is found
 * after a lost reply have to be the one that was asked for.
 * @returns why items cannot be created, by their keys
 */
export async function findTakenIds(
	run: Run,
	ledger: Ledger,
	accepted: readonly Accepted[],
): Promise<ReadonlyMap<string, unknown>> {
	const asked = accepted.filter(({ request, key }) => {
		const { task, isUnsure } = ledger.read(key);
		return request.externalTaskId !== undefined && !task && !isUnsure;
	});
	const outcomes = await Promise.allSettled(
		asked.map(async ({ request, target }) => {
			await refuseTaken(run, target.format, request.externalTaskId as string);
		}),
	);
	return new Map(
		outcomes.flatMap((outcome, index) =>
			outcome.status === 'rejected'
				? [[asked[index]?.key as string, outcome.reason as unknown]]
				: [],
		),
	);
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

async function refuseTaken(
	{ client, clock, signal }: Run,
	format: FormatName,
	ownId: string,
): Promise<void> {
	for (let tries = 1; ; tries++) {
		const [outcome] = await Promise.allSettled([client.lookUp(format, ownId)]);
		if (outcome.status === 'fulfilled') {
			if (outcome.value) throw externalIdTaken(ownId, outcome.value);
			return;
		}
		if (isFinal(outcome.reason) || tries === TRIES) throw outcome.reason;
		await clock.sleep(backoff(tries), signal);
	}
}
