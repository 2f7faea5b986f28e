/** The waiting engine's memory, kept where n8n keeps it across the tries of Retry On Fail. */

import { createHash, randomUUID } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import type { Target } from '../api/models';
import type { VideoRequest } from '../api/request';
import type { Ledger, LedgerEntry } from '../waiting/ledger';
import type { PlannedVideo } from '../waiting/verbs';

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
type Identity = Pick<PlannedVideo, 'key' | 'name'>;

/**
 * Identifies the videos of one node run. The key is the same in every try of the execution, also
 * when the user retries it, which makes a new one of it. The name is unique in the world, and the
 * same when another worker repeats this execution. Both differ for every other run, item and
 * request: an account may serve several n8n instances, and a changed prompt must not reuse the old
 * video.
 * @returns from an item and its request to its identity
 */
export function identityOf(
	context: IExecuteFunctions,
): (itemIndex: number, requested: { request: VideoRequest; target: Target }) => Identity {
	const executionId = context.getExecutionId() || randomUUID();
	const run = [
		context.getInstanceId(),
		context.getWorkflow().id,
		context.getNode().id,
		context.evaluateExpression('{{ $runIndex }}', 0),
	];
	return (itemIndex, { request, target }) => {
		const hashed = { request, target: hashedPart(target) };
		return {
			key: hash([...run, itemIndex, hashed]),
			name: `n8n-${executionId}-${itemIndex}-${hash([...run, executionId, itemIndex, hashed])}`,
		};
	};
}

/**
 * The facts about a model that are part of keys. Stored executions hold keys, so what is hashed, and in
 * which order, must never change: what the registry learns about a model later stays out.
 */
const HASHED: ReadonlySet<string> = new Set([
	'id',
	'modes',
	'durations',
	'aspectRatios',
	'negativePrompt',
	'cfgScale',
	'camera',
	'soundModes',
	'multiShot',
	'displayName',
	'format',
] satisfies Array<keyof Target>);

function hashedPart(target: Target): object {
	return Object.fromEntries(Object.entries(target).filter(([name]) => HASHED.has(name)));
}

function hash(content: unknown): string {
	return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 20);
}
