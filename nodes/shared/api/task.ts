/** The one task type that every wire format is normalised to. */

import type { FormatName } from './routes';

export type TaskStatus = 'submitted' | 'processing' | 'completed' | 'failed';

export interface Video {
	id?: string;
	url: string;
	/** Present when the task was created with a watermarked copy. */
	watermarkUrl?: string;
	/** Seconds. */
	duration?: number;
}

/** What Kling says it charged. */
export interface Cost {
	amount: number;
	/** `units` of resource packs, a currency code, or `balance` for money of a currency not named. */
	unit: string;
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
	/** Absent as long as Kling says nothing of it. */
	cost?: Cost;
	/** Kling's reply as it came, for users who switch Simplify off. */
	raw: unknown;
}

export interface Task extends TaskReply {
	/** The wire format it was created in, and can be queried in. */
	format: FormatName;
}

/** A task of which nothing is known but its ID; the next query brings the rest. */
export function knownById({ id, format }: Pick<Task, 'id' | 'format'>): Task {
	return { id, format, status: 'submitted', videos: [], raw: {} };
}

/** Whether Kling is done with the task, one way or the other. */
export function isOver(task: Pick<Task, 'status'>): boolean {
	return task.status === 'completed' || task.status === 'failed';
}

/** Whether it is completed without a video: that can be so for a moment before the video is listed. */
export function lacksVideo({ status, videos }: Pick<Task, 'status' | 'videos'>): boolean {
	return status === 'completed' && videos.length === 0;
}
