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

/**
 * Makes the keys of one node run. They are the same in every repetition of the run, also on another
 * worker, and differ for every other run, item and request in the world: an account may serve
 * several n8n instances, and a changed prompt must not take up the video of the old one.
 * @returns from an item and what is asked for it to its key
 */
export function keysOf(context: IExecuteFunctions): (itemIndex: number, asked: unknown) => string {
	const executionId = context.getExecutionId() || randomUUID();
	const run = [
		context.getInstanceId(),
		context.getWorkflow().id,
		context.getNode().id,
		executionId,
		context.evaluateExpression('{{ $runIndex }}', 0),
	];
	return (itemIndex, asked) => {
		const content = JSON.stringify([...run, itemIndex, asked]);
		const hash = createHash('sha256').update(content).digest('hex').slice(0, 20);
		return `n8n-${executionId}-${itemIndex}-${hash}`;
	};
}
