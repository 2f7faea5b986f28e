/** What every operation works with: one run of the node over its input items. */

import type { IDataObject, IExecuteFunctions, INodeExecutionData, NodeError } from 'n8n-workflow';

import type { KlingClient } from '../../shared/api/client';
import { type Connection, toConnection } from '../../shared/api/connection';
import { systemClock } from '../../shared/n8n/clock';
import type { NodeContext } from '../../shared/n8n/context';
import { type Circumstances, toNodeError } from '../../shared/n8n/errors';
import { clientOf } from '../../shared/n8n/client';
import { CREDENTIAL } from '../../shared/n8n/send';
import { Slots } from '../../shared/slots';
import { type Clock, StoppedError } from '../../shared/waiting/clock';

export interface Run {
	context: IExecuteFunctions;
	client: KlingClient;
	connection: Connection;
	clock: Clock;
	itemIndexes: number[];
	/** On Error is set to one of the two ways of continuing. */
	continues: boolean;
	/** Called by an AI agent, which can use facts but no files. */
	isTool: boolean;
	/** Aborted when the execution is stopped. */
	signal?: AbortSignal;
}

/** @throws {CredentialError} when the credential cannot be used as it is filled in */
export async function startRun(context: IExecuteFunctions): Promise<Run> {
	const connection = toConnection(await context.getCredentials(CREDENTIAL));
	return {
		context,
		client: clientOf(context, connection),
		connection,
		clock: systemClock,
		itemIndexes: context.getInputData().map((_, index) => index),
		continues: context.continueOnFail(),
		isTool: context.getNode().type.endsWith('Tool'),
		signal: context.getExecutionCancelSignal(),
	};
}

/** Items handled at once by operations that only ask. */
const PARALLEL_ITEMS = 5;

/**
 * Handles the items, several at once, keeping their order. After a failure, or when the execution
 * is stopped, no further item is begun.
 * @throws what `handle` throws for the first item that failed
 */
export async function forEachItem<Result>(
	{ itemIndexes, signal }: Run,
	handle: (itemIndex: number) => Promise<Result>,
): Promise<Result[]> {
	const slots = new Slots(PARALLEL_ITEMS);
	let hasFailed = false;
	const outcomes = await Promise.allSettled(
		itemIndexes.map(
			async (itemIndex) =>
				await slots.run(async () => {
					if (hasFailed || signal?.aborted) throw new StoppedError();
					const [outcome] = await Promise.allSettled([handle(itemIndex)]);
					if (outcome.status === 'fulfilled') return outcome.value;
					hasFailed = true;
					throw outcome.reason;
				}),
		),
	);
	// Not before all have ended: a node that has failed sends nothing any more.
	return outcomes.map((outcome) => {
		if (outcome.status === 'rejected') throw firstReason(outcomes);
		return outcome.value;
	});
}

/** The first failure that is not only another item's having failed. */
function firstReason(outcomes: Array<PromiseSettledResult<unknown>>): unknown {
	const reasons = outcomes.flatMap((outcome) =>
		outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
	);
	return reasons.find((reason) => !(reason instanceof StoppedError)) ?? reasons[0];
}

/**
 * Ends what went wrong with an item the way On Error wants it.
 * @param facts what is known of the item's task
 * @returns the item for the error output, if the node continues
 * @throws {NodeApiError | NodeOperationError} if it does not
 */
export function failItem(
	{ context, continues }: { context: NodeContext; continues: boolean },
	error: unknown,
	circumstances: Circumstances,
	facts: IDataObject = {},
): INodeExecutionData {
	const nodeError = toNodeError(context.getNode(), error, circumstances);
	if (!continues) throw nodeError;
	const json = { error: nodeError.message, ...facts };
	return toErrorItem(json, nodeError, circumstances.itemIndex);
}

/**
 * n8n finds an item for the error output by its `error`, and then replaces the JSON of every item
 * that still has one by the bare message. The task ID must survive that: so this JSON cannot be
 * replaced, and the error stays behind when n8n copies the item to the error output.
 */
function toErrorItem(json: IDataObject, error: NodeError, item: number): INodeExecutionData {
	return Object.defineProperties(
		{ json, pairedItem: { item } },
		{
			json: { get: () => json, set: () => {} },
			error: { value: error, enumerable: false },
		},
	);
}
