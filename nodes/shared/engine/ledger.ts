/**
 * What is remembered of the videos of one node run, so that a repetition of the run (Retry On Fail, a
 * retried execution, a worker that died) reuses tasks instead of paying for them again. The states of an
 * entry, and what leads from one to another: README.md.
 */

import type { FormatName } from '../api/routes';
import type { Task } from '../api/task';

/** Where entries are kept. */
export interface LedgerStore {
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
	/**
	 * How it would have been created: under which ID, in which format, by which model. What an
	 * expression says at the next try may be another one.
	 */
	sent?: SentRequest;
}

/** What a creation can be found by. */
export interface SentRequest {
	externalTaskId?: string;
	format: FormatName;
	modelId: string;
}

/** The entry of one video, with the events of its life as verbs. Every verb is stored at once. */
export class VideoRecord {
	constructor(
		private readonly store: LedgerStore,
		private readonly video: { key: string; name: string },
	) {}

	private get entry(): LedgerEntry {
		return this.store.read(this.video.key);
	}

	/** The task that an earlier attempt, or this one, created. */
	get task(): LedgerEntry['task'] {
		return this.entry.task;
	}

	/** A request to create a task has left, and nobody knows what became of it. */
	get isUnsure(): boolean {
		return this.entry.task === undefined && this.entry.isUnsure === true;
	}

	/** What that request could be found by; absent in entries of earlier builds. */
	get sent(): SentRequest | undefined {
		return this.entry.sent;
	}

	/** What external task IDs are derived from. The first try's, in all repetitions. */
	get name(): string {
		return this.entry.name ?? this.video.name;
	}

	get failures(): number {
		return this.entry.failures;
	}

	get hasNoExternalId(): boolean {
		return this.entry.hasNoExternalId === true;
	}

	/** A request to create a task is about to leave. Afterwards the process may be gone. */
	begin(sent: SentRequest): void {
		this.write({ isUnsure: true, sent });
	}

	/** The task exists. */
	created({ id, format }: Pick<Task, 'id' | 'format'>): void {
		this.write({ task: { id, format } });
	}

	/** It is certain that the request created nothing. */
	notCreated(): void {
		this.write({});
	}

	/** The service takes no external task ID for this video. */
	withoutExternalId(): void {
		this.write({ hasNoExternalId: true });
	}

	/** The task failed: a repetition creates another one, under another ID. */
	failed(): void {
		const { name, failures } = this;
		this.store.write(this.video.key, { name, failures: failures + 1 });
	}

	/** What is not given is forgotten, but for what holds for all tasks of the video. */
	private write(state: Omit<LedgerEntry, 'name' | 'failures'>): void {
		const { name, failures, hasNoExternalId } = this;
		const lasting = { name, failures, ...(hasNoExternalId && { hasNoExternalId }) };
		this.store.write(this.video.key, { ...lasting, ...state });
	}
}
