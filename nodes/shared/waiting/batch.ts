/**
 * Takes many videos from request to delivery at once: submitted up to a limit, polled together,
 * each delivered as soon as Kling is done with it; the failure of one never harms another.
 */

import type { KlingClient } from '../api/client';
import type { Task } from '../api/task';
import type { Clock } from './clock';
import { Poller, TimeoutError } from './poller';
import { Slots } from '../slots';
import { submit } from './submit';

export interface Job<Result> {
	/** Starts the video at Kling. */
	create(): Promise<Task>;
	/**
	 * Makes the result of a task that is over, or whose time is up if `onTimeout` is `continue`.
	 * @param signal aborted when the batch is stopped or given up
	 */
	deliver(task: Task, signal: AbortSignal): Promise<Result>;
}

export interface WaitOptions {
	/** Milliseconds. */
	pollingInterval: number;
	onTimeout: 'error' | 'continue';
}

export interface BatchOptions {
	clock: Clock;
	/** How long one video may take, from its first submission on; milliseconds. */
	timeout: number;
	/** Videos under way at once, from their submission to the end of the wait. */
	maxConcurrency: number;
	/** Absent: deliver each task as soon as it is created. */
	wait?: WaitOptions;
	/** Give the whole batch up when one job fails: nothing further is created or waited for. */
	stopOnFailure: boolean;
	/** Stops everything when aborted. */
	signal?: AbortSignal;
	onProgress?(progress: Progress): void;
}

/** How many jobs are in which state. */
export type Progress = Readonly<Record<JobState, number>>;

export type JobState = 'waiting' | 'running' | 'finished' | 'failed';

export interface Outcome<Result> {
	state: JobState;
	/** What is known of the job's task, if it was created. */
	task?: Task;
	/** Set when the job finished. */
	result?: Result;
	/** Set when the job failed. */
	error?: unknown;
}

/**
 * Runs all jobs and returns their outcomes in the order of the jobs. Never throws: a job that was
 * given up (stop, or another job's failure) keeps the state it was in.
 */
export async function runBatch<Result>(
	jobs: ReadonlyArray<Job<Result>>,
	client: KlingClient,
	options: BatchOptions,
): Promise<Array<Outcome<Result>>> {
	const outcomes = jobs.map((): Outcome<Result> => ({ state: 'waiting' }));
	const givingUp = new AbortController();
	const { clock, stopOnFailure, wait } = options;
	const signal = options.signal
		? AbortSignal.any([options.signal, givingUp.signal])
		: givingUp.signal;
	const waiting = wait && { ...wait, poller: new Poller(client, { ...wait, clock, signal }) };
	const slots = new Slots(options.maxConcurrency);

	await Promise.all(
		jobs.map(async (job, index) => {
			const outcome = outcomes[index] as Outcome<Result>;
			try {
				const task = await slots.run(async () => await runAtKling(job, outcome));
				outcome.result = await job.deliver(task, signal);
				enter(outcome, 'finished');
			} catch (error) {
				if (signal.aborted) return;
				outcome.error = error;
				enter(outcome, 'failed');
				if (stopOnFailure) givingUp.abort();
			}
		}),
	);
	return outcomes;

	async function runAtKling(job: Job<Result>, outcome: Outcome<Result>): Promise<Task> {
		signal.throwIfAborted();
		const deadline = clock.now() + options.timeout;
		outcome.task = await submit(async () => await job.create(), { clock, deadline, signal });
		enter(outcome, 'running');
		if (waiting) {
			outcome.task = await waitFor(outcome.task, deadline, waiting.poller, waiting.onTimeout);
		}
		return outcome.task;
	}

	function enter(outcome: Outcome<Result>, state: JobState): void {
		outcome.state = state;
		options.onProgress?.(count(outcomes));
	}
}

async function waitFor(
	task: Task,
	deadline: number,
	poller: Poller,
	onTimeout: WaitOptions['onTimeout'],
): Promise<Task> {
	const [waited] = await Promise.allSettled([poller.waitFor(task, deadline)]);
	if (waited.status === 'fulfilled') return waited.value;
	const error: unknown = waited.reason;
	if (error instanceof TimeoutError && onTimeout === 'continue') return error.lastTask;
	throw error;
}

function count(outcomes: ReadonlyArray<{ state: JobState }>): Progress {
	const progress = { waiting: 0, running: 0, finished: 0, failed: 0 };
	for (const { state } of outcomes) progress[state]++;
	return progress;
}
