/** The waiting engine's memory, kept where n8n keeps it across the tries of Retry On Fail. */

import { randomUUID } from 'node:crypto';

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { accountOf, type Connection } from '../api/connection';
import type { Target } from '../api/modelLookup';
import type { VideoRequest } from '../api/request';
import type { Ledger, LedgerEntry } from '../engine/ledger';
import type { PlannedVideo } from '../engine/verbs';
import { digestOf, jsonPieces } from '../utils/pieces';

/**
 * What is stored with executions: readable for every build there was, so fields are only added.
 * Entries of before there were accounts have none, and count as the present one's.
 */
type StoredEntry = LedgerEntry & { account?: string };

/**
 * Keeps the ledger in the node's execution context, which lives as long as the execution, and which
 * n8n stores in the open: it holds no key, but a fingerprint of it. A video has an entry for each
 * account, because a task of another account cannot even be queried with this one's key.
 */
export function contextLedger(context: IExecuteFunctions, connection: Connection): Ledger {
	const store = context.getContext('node') as IDataObject & {
		klingTasks?: Record<string, StoredEntry>;
	};
	const entries = (store.klingTasks ??= {});
	const account = accountOf(connection);
	const isOthers = (entry: StoredEntry | undefined) =>
		entry?.account !== undefined && entry.account !== account;
	// The first account's entry has the plain key, which is where earlier builds look.
	const placeOf = (key: string) => (isOthers(entries[key]) ? `${key} ${account}` : key);
	return {
		read: (key) => entries[placeOf(key)] ?? nextTo(entries[key], connection),
		write: (key, entry) => {
			entries[placeOf(key)] = { ...entry, account };
		},
	};
}

/**
 * The entry of a video that so far has one of another key only. Nothing tells whether that is a new
 * key of the same account, but Kling AI does: within an account it takes an external task ID once.
 * So the name stays, and what exists under it is found instead of being charged again. Relays know
 * no such rule for certain: the video gets a name of its own.
 */
function nextTo(other: StoredEntry | undefined, { isRelay }: Connection): LedgerEntry {
	return other?.name === undefined || isRelay
		? { failures: 0 }
		: { name: other.name, failures: other.failures };
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
): (itemIndex: number, requested: { request: VideoRequest; target: Target }) => Promise<Identity> {
	const executionId = context.getExecutionId() || randomUUID();
	const run = [
		context.getInstanceId(),
		context.getWorkflow().id,
		context.getNode().id,
		context.evaluateExpression('{{ $runIndex }}', 0),
	];
	return async (itemIndex, { request, target }) => {
		const hashed = { request, target: hashedPart(target) };
		return {
			key: await hash([...run, itemIndex, hashed]),
			name: `n8n-${executionId}-${itemIndex}-${await hash([...run, executionId, itemIndex, hashed])}`,
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

/**
 * 20 hexadecimal digits. Not cut from the text: what is cut from it would keep all of it in memory.
 * @param content in which an image may be of megabytes
 */
async function hash(content: unknown): Promise<string> {
	return (await digestOf(jsonPieces(content))).subarray(0, 10).toString('hex');
}
