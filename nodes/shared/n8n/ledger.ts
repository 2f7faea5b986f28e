/** The waiting engine's memory, kept where n8n keeps it across the tries of Retry On Fail. */

import { createHash, randomUUID } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Ledger, LedgerEntry } from '../waiting/ledger';

/** Keeps the ledger in the node's execution context, which lives as long as the execution. */
export function contextLedger(context: IExecuteFunctions): Ledger {
	const store = context.getContext('node') as IDataObject & {
		klingTasks?: Record<string, LedgerEntry>;
	};
	const entries = (store.klingTasks ??= {});
	return {
		read: (key) => entries[key] ?? { failures: 0 },
		write: (key, entry) => {
			entries[key] = entry;
		},
	};
}

/** How a video is known: to the ledger of its execution, and to Kling. */
export interface Identity {
	/** The same in every try of the execution, also when the user retries it, which makes a new one of it. */
	key: string;
	/** Unique in the world, and the same when another worker repeats this execution. */
	name: string;
}

/**
 * Identifies the videos of one node run. Both parts differ for every other run, item and request: an
 * account may serve several n8n instances, and a changed prompt must not take up the old video.
 * @returns from an item and what is asked for it to its identity
 */
export function identityOf(
	context: IExecuteFunctions,
): (itemIndex: number, asked: unknown) => Identity {
	const executionId = context.getExecutionId() || randomUUID();
	const run = [
		context.getInstanceId(),
		context.getWorkflow().id,
		context.getNode().id,
		context.evaluateExpression('{{ $runIndex }}', 0),
	];
	return (itemIndex, asked) => ({
		key: hash([...run, itemIndex, asked]),
		name: `n8n-${executionId}-${itemIndex}-${hash([...run, executionId, itemIndex, asked])}`,
	});
}

function hash(content: unknown): string {
	return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 20);
}
