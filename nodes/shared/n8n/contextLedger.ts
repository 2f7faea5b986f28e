/** The engine's memory, kept where n8n keeps it across the tries of Retry On Fail and in stored executions. */

import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { accountOf, type Connection } from '../api/connection';
import { isFormatName } from '../api/routes';
import { isSafeId } from '../api/taskId';
import type { LedgerEntry, LedgerStore } from '../engine/ledger';
import { ExpiringMap } from '../utils/expiringMap';

/**
 * What is stored with executions: readable for every build there was, so fields are only added.
 * Entries of before there were accounts have none, and count as the present one's.
 */
type StoredEntry = LedgerEntry & { account?: string };

/** How long, in milliseconds, and for how many videos a stopped execution is remembered. */
const STOPPED_LIFETIME = 24 * 60 * 60_000;
const MOST_STOPPED = 10_000;

/**
 * What stopped executions had created. n8n keeps nothing of a node that was stopped, and a retry of the
 * execution begins with an empty context: only this process still knows of the videos.
 */
const stopped = new ExpiringMap<LedgerEntry>(STOPPED_LIFETIME, MOST_STOPPED);

export interface ContextLedger extends LedgerStore {
	/** The execution was stopped: a retry of it finds these videos, as long as this process lives. */
	keepForRetry(videos: ReadonlyArray<{ key: string }>): void;
}

/**
 * Keeps the ledger in the node's execution context, which lives as long as the execution, and which
 * n8n stores in the open: it holds no key, but a fingerprint of it. A video has an entry for each
 * account, because a task of another account cannot even be queried with this one's key.
 */
export function contextLedger(context: IExecuteFunctions, connection: Connection): ContextLedger {
	const store = context.getContext('node') as IDataObject & {
		klingTasks?: Record<string, StoredEntry>;
	};
	const entries = (store.klingTasks ??= {});
	const account = accountOf(connection);
	const isOthers = (entry: StoredEntry | undefined) =>
		entry?.account !== undefined && entry.account !== account;
	// The first account's entry has the plain key, which is where earlier builds look.
	const placeOf = (key: string) => (isOthers(entries[key]) ? `${key} ${account}` : key);
	const write = (key: string, entry: LedgerEntry) => {
		entries[placeOf(key)] = { ...entry, account };
	};
	/** Once: the next retry has it in its context, or has delivered it. */
	const takeStopped = (key: string): LedgerEntry | undefined => {
		if (context.getMode() !== 'retry') return undefined;
		const entry = stopped.get(`${account} ${key}`);
		stopped.delete(`${account} ${key}`);
		if (entry) write(key, entry);
		return entry;
	};
	const read = (key: string) => {
		const own = entries[placeOf(key)];
		return own ? checked(own) : (takeStopped(key) ?? nextTo(entries[key], connection));
	};
	return {
		read,
		write,
		keepForRetry(videos) {
			for (const { key } of videos) {
				const entry = read(key);
				if (entry.task || entry.isUnsure) stopped.set(`${account} ${key}`, entry);
			}
		},
	};
}

/** An entry whose task cannot be asked for, from a newer build or damaged, says only that there may be one. */
function checked(entry: StoredEntry): LedgerEntry {
	const { task, failures, ...others } = entry;
	const known = { ...others, failures: Number.isSafeInteger(failures) ? failures : 0 };
	if (task === undefined) return known;
	const isUsable = isSafeId(String(task?.id ?? '')) && isFormatName(task?.format);
	return isUsable ? { ...known, task } : { ...known, isUnsure: true };
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
