/** The one task type that every wire format is normalised to. */

import type { FormatName } from './models';

export type TaskStatus = 'submitted' | 'processing' | 'completed' | 'failed';

export interface Video {
	id?: string;
	url: string;
	/** Present when the task was created with a watermarked copy. */
	watermarkUrl?: string;
	/** Seconds. */
	duration?: number;
}

/** A task as a reply tells of it. */
export interface TaskReply {
	id: string;
	status: TaskStatus;
	/** Kling's own words on the status; the reason when the task failed. */
	statusMessage?: string;
	/** Milliseconds since the epoch. */
	createdAt?: number;
	/** Milliseconds since the epoch. */
	updatedAt?: number;
	externalTaskId?: string;
	videos: Video[];
	/** Kling's reply as it came, for users who switch Simplify off. */
	raw: unknown;
}

export interface Task extends TaskReply {
	/** The wire format it was created in, and can be queried in. */
	format: FormatName;
}

/**
 * The status words of all formats and of the gateways that paraphrase them.
 * Source: docs/kling-api.md#tasks-and-status-words.
 */
const STATUS_WORDS: ReadonlyMap<string, TaskStatus> = new Map(
	Object.entries({
		submitted: 'submitted',
		queued: 'submitted',
		pending: 'submitted',
		processing: 'processing',
		running: 'processing',
		in_progress: 'processing',
		completed: 'completed',
		succeed: 'completed',
		succeeded: 'completed',
		success: 'completed',
		failed: 'failed',
		error: 'failed',
	} satisfies Record<string, TaskStatus>),
);

/**
 * Translates a format's status word. A word Kling may add later counts as still running, so that
 * a new intermediate state never ends a wait for a video that is paid for.
 */
export function toTaskStatus(word: string): TaskStatus {
	return STATUS_WORDS.get(word.toLowerCase()) ?? 'processing';
}

/** A task of which nothing is known but its ID; the next query brings the rest. */
export function knownById({ id, format }: Pick<Task, 'id' | 'format'>): Task {
	return { id, format, status: 'submitted', videos: [], raw: {} };
}

/** Whether Kling is done with the task, one way or the other. */
export function isOver(task: Pick<Task, 'status'>): boolean {
	return task.status === 'completed' || task.status === 'failed';
}
