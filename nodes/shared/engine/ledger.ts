import type { FormatName } from '../api/models';

/**
 * What is remembered of the videos of one node run, so that a repetition of the run (Retry On Fail,
 * a worker that died) reuses tasks instead of paying for them again.
 */
export interface Ledger {
	read(key: string): LedgerEntry;
	write(key: string, entry: LedgerEntry): void;
}

/** One video's entry. It is stored with n8n's executions, so its fields keep their names. */
export interface LedgerEntry {
	/** What the external task IDs of the video's tasks are derived from, from its first try on. */
	name?: string;
	/** How many tasks of this video have failed. The next one needs another external task ID. */
	failures: number;
	/** The task that was created, in its wire format. */
	task?: { id: string; format: FormatName };
	/** Kling refuses the derived ID for this video's model: its tasks are created without one. */
	hasNoExternalId?: boolean;
	/** A task may have been created, but no reply told its ID. */
	isUnsure?: boolean;
}
