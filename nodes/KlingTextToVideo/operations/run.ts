/** What every operation works with: one run of the node over its input items. */

import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { KlingClient } from '../../shared/api/client';
import { type Connection, toConnection } from '../../shared/api/connection';
import { systemClock } from '../../shared/n8n/clock';
import { type Circumstances, toNodeError } from '../../shared/n8n/errors';
import { CREDENTIAL, sendAsNode } from '../../shared/n8n/send';
import type { Clock } from '../../shared/waiting/clock';

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
		client: new KlingClient(connection.formats, sendAsNode(context, connection)),
		connection,
		clock: systemClock,
		itemIndexes: context.getInputData().map((_, index) => index),
		continues: context.continueOnFail(),
		isTool: context.getNode().type.endsWith('Tool'),
		signal: context.getExecutionCancelSignal(),
	};
}

/**
 * Ends what went wrong with an item the way On Error wants it.
 * @param facts what is known of the item's task
 * @returns the item for the error output, if the node continues
 * @throws {NodeApiError | NodeOperationError} if it does not
 */
export function failItem(
	{ context, continues }: Run,
	error: unknown,
	circumstances: Circumstances,
	facts: IDataObject = {},
): INodeExecutionData {
	const nodeError = toNodeError(context.getNode(), error, circumstances);
	if (!continues) throw nodeError;
	return {
		json: { error: nodeError.message, ...facts },
		error: nodeError,
		pairedItem: { item: circumstances.itemIndex },
	};
}
