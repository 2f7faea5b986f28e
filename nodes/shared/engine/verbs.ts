/** What the engine is given: videos as plain data, and one object with four verbs. */

import type { Found } from '../api/client';
import type { Target } from '../api/modelLookup';
import type { FormatName } from '../api/models';
import type { Refreshed } from '../api/refresh';
import type { VideoRequest } from '../api/request';
import type { Task } from '../api/task';

/** A video that is to be created, validated and named. */
export interface PlannedVideo {
	/** The same video has the same key in every repetition of the node run. */
	key: string;
	/** What the external task ID is derived from where the user gives none. Unique in the account. */
	name: string;
	request: VideoRequest;
	/** The model in the wire format that serves it. */
	target: Target;
}

/** All that the engine can do at Kling, and with what comes back. */
export interface Verbs<Video extends PlannedVideo, Result> {
	/**
	 * Starts a video, which costs money.
	 * @param externalTaskId absent where the wire format has none
	 */
	create(video: Video, externalTaskId: string | undefined): Promise<Task>;
	/** Finds the task that a lost request may have created. */
	findByExternalId(format: FormatName, externalTaskId: string): Promise<Found>;
	/**
	 * Checks running tasks.
	 * @param signal nothing further is asked once it is aborted
	 * @returns one outcome per task, in their order, each as soon as it is there; none ever rejects
	 */
	refresh(tasks: readonly Task[], signal?: AbortSignal): Array<Promise<Refreshed>>;
	/**
	 * Makes the result of a task that Kling is done with, that was only to be created, or whose time
	 * is up.
	 * @param signal aborted when the batch is stopped or given up
	 */
	deliver(video: Video, task: Task, signal: AbortSignal): Promise<Result>;
}
