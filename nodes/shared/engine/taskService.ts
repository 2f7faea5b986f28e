/** What the engine is given: videos as plain data, and one object with four functions. */

import type { LookUp, SentTask } from '../api/client';
import type { Target } from '../api/modelLookup';
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
export interface TaskService<Video extends PlannedVideo, Result> {
	/**
	 * Starts a video, which costs money. All that is only preparation (waiting for a turn, reading and
	 * uploading files, building the request) comes before `onLeaving`.
	 * @param externalTaskId absent where there are none
	 * @param onLeaving called right before the request leaves: what fails without it was never sent
	 * @param signal nothing further is prepared once it is aborted
	 */
	create(
		video: Video,
		externalTaskId: string | undefined,
		onLeaving: () => void,
		signal: AbortSignal,
	): Promise<Task>;
	/**
	 * Looks for the task that a lost request may have created.
	 * @throws {KlingError} when there is no answer
	 */
	findByExternalId(sent: SentTask): Promise<LookUp>;
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
