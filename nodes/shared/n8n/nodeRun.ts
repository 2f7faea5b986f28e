/** What every operation works with: one run of the node over its input items. */

import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import type { KlingClient } from '../api/client';
import { type Connection, toConnection } from '../api/connection';
import { attempt } from '../utils/attempt';
import { Semaphore } from '../utils/semaphore';
import { isInOwnNetwork } from '../utils/url';
import { type Clock, StoppedError } from '../engine/clock';
import { connect, CREDENTIAL } from './http/send';
import { isTool } from './words/nodeErrors';
import { systemClock } from './systemClock';

export interface NodeRun {
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
	/** The service is in one's own network, so that its files may be there, too. */
	allowsOwnNetwork: boolean;
}

/** One operation of a node. */
export interface Operation {
	/** Its entry in the Operation field. */
	option: INodePropertyOptions & { value: string };
	/** Its form, shown for it alone. */
	fields: INodeProperties[];
	/**
	 * Runs it over all input items.
	 * @throws {NodeApiError | NodeOperationError}
	 */
	execute(run: NodeRun): Promise<INodeExecutionData[]>;
}

/** @throws {CredentialError} when the credential cannot be used as it is filled in */
export async function startRun(context: IExecuteFunctions): Promise<NodeRun> {
	const connection = toConnection(await context.getCredentials(CREDENTIAL));
	return {
		context,
		client: connect(context, connection),
		connection,
		clock: systemClock,
		itemIndexes: context.getInputData().map((_, index) => index),
		continues: context.continueOnFail(),
		isTool: isTool(context.getNode()),
		signal: context.getExecutionCancelSignal(),
		allowsOwnNetwork: isInOwnNetwork(connection.baseUrl),
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
	{ itemIndexes, signal }: Pick<NodeRun, 'itemIndexes' | 'signal'>,
	handle: (itemIndex: number) => Promise<Result>,
): Promise<Result[]> {
	const places = new Semaphore(PARALLEL_ITEMS);
	let hasFailed = false;
	const outcomes = await Promise.all(
		itemIndexes.map(
			async (itemIndex) =>
				await places.run(async () => {
					if (hasFailed || signal?.aborted)
						return { ok: false as const, error: new StoppedError() };
					const handled = await attempt(handle(itemIndex));
					if (!handled.ok) hasFailed = true;
					return handled;
				}),
		),
	);
	// Not before all have ended: a node that has failed sends nothing any more.
	const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
	if (errors.length > 0) {
		// The first failure that is not only another item's having failed.
		throw errors.find((error) => !(error instanceof StoppedError)) ?? errors[0];
	}
	return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
}
