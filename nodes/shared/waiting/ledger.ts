import type { FormatName } from '../api/models';

/**
 * What is remembered of the videos of one node run, so that a repetition of the run (Retry On Fail,
 * a worker that died) takes tasks up instead of buying them again.
 */
export interface Ledger {
	read(key: string): LedgerEntry;
	write(key: string, entry: LedgerEntry): void;
}

export interface LedgerEntry {
	/** What the video's tasks are named after, from its first try on. */
	name?: string;
	/** How many tasks of this video Kling has ended as failed; the next one needs another name. */
	failures: number;
	/** The task that was created, in its wire format. */
	task?: { id: string; format: FormatName };
	/** A task may have been created, but no reply told its ID. */
	isUnsure?: boolean;
}

/** Remembers nothing beyond its own life. */
export class MemoryLedger implements Ledger {
	private readonly entries = new Map<string, LedgerEntry>();

	read(key: string): LedgerEntry {
		return this.entries.get(key) ?? { failures: 0 };
	}

	write(key: string, entry: LedgerEntry): void {
		this.entries.set(key, entry);
	}
}
