/**
 * Takes many videos from request to delivery at once: submitted up to a limit, polled together,
 * each delivered as soon as Kling is done with it. The failure of one never harms another.
 */

import type { Task } from '../api/task';
import { attempt } from '../utils/attempt';
import { Semaphore } from '../utils/semaphore';
import type { Clock } from './clock';
import { type LedgerStore, VideoRecord } from './ledger';
import { PARALLEL_REQUESTS } from './policies';
import { Poller, TimeLimitError } from './poller';
import { submit } from './submit';
import type { PlannedVideo, TaskService } from './taskService';
import { Throttle } from './throttle';

export interface PollingOptions {
	/** Milliseconds. */
	pollingInterval: number;
	onTimeout: 'error' | 'continue';
}

export interface BatchOptions {
	clock: Clock;
	ledger: LedgerStore;
	/** How long one video may take, from its first submission on; milliseconds. */
	timeout: number;
	/** Videos at once, from their submission to the end of the wait. */
	maxConcurrency: number;
	/** Absent: deliver each task as soon as it is created. */
	polling?: PollingOptions;
	/** Give the whole batch up when one video fails: nothing further is created or waited for. */
	stopOnFailure: boolean;
	/** Stops everything when aborted. */
	signal?: AbortSignal;
	onProgress?(progress: Progress): void;
}

/** How many videos have come how far. */
export type Progress = Readonly<Record<'waiting' | 'running' | 'finished' | 'failed', number>>;

/** A video is `submitting` while a request to create its task may be on its way. */
export type VideoState = 'waiting' | 'submitting' | 'running' | 'finished' | 'failed';

const COUNTED_AS: Readonly<Record<VideoState, keyof Progress>> = {
	waiting: 'waiting',
	submitting: 'waiting',
	running: 'running',
	finished: 'finished',
	failed: 'failed',
};

export interface Outcome<Result> {
	/** A video that was given up (stop, or another one's failure) keeps the state it was in. */
	state: VideoState;
	/** What is known of the video's task, if it was created. */
	task?: Task;
	/** The task was created by an earlier attempt of this node run. */
	isReused?: boolean;
	/** Set when the video finished. */
	result?: Result;
	/** Set when the video failed. */
	error?: unknown;
}

/** Runs all videos. @returns their outcomes, in the order of the videos; never throws */
export async function runBatch<Video extends PlannedVideo, Result>(
	videos: readonly Video[],
	service: TaskService<Video, Result>,
	options: BatchOptions,
): Promise<Array<Outcome<Result>>> {
	return await new Batch(videos, service, options).run();
}

/** Downloads at once. */
export const PARALLEL_DELIVERIES = 5;

class Batch<Video extends PlannedVideo, Result> {
	private readonly outcomes: Array<Outcome<Result>>;
	private readonly progress = { waiting: 0, running: 0, finished: 0, failed: 0 };
	private readonly givenUp = new AbortController();
	private readonly signal: AbortSignal;
	private readonly places: Semaphore;
	private readonly deliveries = new Semaphore(PARALLEL_DELIVERIES);
	private readonly submissions = new Semaphore(PARALLEL_REQUESTS);
	private readonly throttles = new Map<string, Throttle>();
	private readonly poller?: Poller;

	constructor(
		private readonly videos: readonly Video[],
		private readonly service: TaskService<Video, Result>,
		private readonly options: BatchOptions,
	) {
		const { clock, polling, maxConcurrency, signal } = options;
		this.outcomes = videos.map(() => ({ state: 'waiting' }));
		this.progress.waiting = videos.length;
		this.signal = signal ? AbortSignal.any([signal, this.givenUp.signal]) : this.givenUp.signal;
		this.places = new Semaphore(maxConcurrency);
		this.poller = polling && new Poller(service, { ...polling, clock, signal: this.signal });
	}

	/** A video is not touched before there is a place for it: those that wait cost next to nothing. */
	async run(): Promise<Array<Outcome<Result>>> {
		const runs: Array<Promise<void>> = [];
		for (const [index, video] of this.videos.entries()) {
			const release = await this.places.acquire();
			if (this.signal.aborted) break;
			runs.push(this.runVideo(video, this.outcomes[index] as Outcome<Result>, release));
		}
		await Promise.all(runs);
		return this.outcomes;
	}

	/** @param release gives the place back */
	private async runVideo(
		video: Video,
		outcome: Outcome<Result>,
		release: () => void,
	): Promise<void> {
		const ended = await attempt(this.createAndWait(video, outcome));
		// A failure is handled while the place is still taken: after one that ends the batch nothing
		// further is created.
		if (!ended.ok) this.fail(outcome, ended.error);
		else if (ended.value.status === 'failed') await this.deliver(video, ended.value, outcome);
		release();
		if (!ended.ok || ended.value.status === 'failed') return;
		const task = ended.value;
		await this.deliveries.run(async () => await this.deliver(video, task, outcome));
	}

	/** Delivers a task, or fails the video by what keeps it from being delivered. Never throws. */
	private async deliver(video: Video, task: Task, outcome: Outcome<Result>): Promise<void> {
		const delivered = await attempt(this.service.deliver(video, task, this.signal));
		if (!delivered.ok) return this.fail(outcome, delivered.error);
		outcome.result = delivered.value;
		this.setState(outcome, 'finished');
	}

	private fail(outcome: Outcome<Result>, error: unknown): void {
		// A task that came to be while the batch was given up has been noted in the outcome.
		if (this.signal.aborted) return;
		outcome.error = error;
		this.setState(outcome, 'failed');
		if (this.options.stopOnFailure) this.givenUp.abort(error);
	}

	/**
	 * From submission to the end of the wait.
	 * @returns the task as it is in the end
	 * @throws what keeps it from being created or waited for
	 */
	private async createAndWait(video: Video, outcome: Outcome<Result>): Promise<Task> {
		const { clock, ledger, timeout } = this.options;
		const { signal, service } = this;
		const deadline = clock.now() + timeout;
		const throttle = this.throttleOf(video);
		const submitted = await throttle.run(
			async () => {
				this.setState(outcome, 'submitting');
				return await submit(video, { service, clock, ledger, deadline, signal });
			},
			{ deadline, signal, onRefused: () => this.setState(outcome, 'waiting') },
		);
		if (submitted.is !== 'created') throw submitted.error;
		const { task, isReused } = submitted;
		Object.assign(outcome, { task, isReused });
		this.setState(outcome, 'running');
		try {
			outcome.task = await this.waitForTask(outcome, task, isReused, deadline);
		} finally {
			// Without polling the task goes on, and so does its share of the account's limit.
			if (this.poller) throttle.taskEnded();
		}
		if (outcome.task.status === 'failed') new VideoRecord(ledger, video).failed();
		return outcome.task;
	}

	/** @returns the task as it is in the end; meanwhile the outcome shows it as it is */
	private async waitForTask(
		outcome: Outcome<Result>,
		task: Task,
		isReused: boolean,
		deadline: number,
	): Promise<Task> {
		const { poller } = this;
		if (!poller) return isReused ? await this.refresh(task) : task;
		const note = (latest: Task) => {
			outcome.task = latest;
		};
		const waited = await attempt(poller.waitFor(task, deadline, isReused, note));
		if (waited.ok) return waited.value;
		const { error } = waited;
		const isAccepted =
			error instanceof TimeLimitError && this.options.polling?.onTimeout === 'continue';
		if (isAccepted) return error.lastTask;
		throw error;
	}

	/** What Kling knows of a task of which an earlier attempt left the ID only. */
	private async refresh(task: Task): Promise<Task> {
		const refreshed = await this.service.refresh([task])[0];
		return refreshed && 'task' in refreshed ? refreshed.task : task;
	}

	/** Kling counts an account's parallel tasks per model. */
	private throttleOf({ target }: Video): Throttle {
		const model = target.displayName;
		const throttle =
			this.throttles.get(model) ?? new Throttle(this.options.clock, this.submissions);
		this.throttles.set(model, throttle);
		return throttle;
	}

	private setState(outcome: Outcome<Result>, state: VideoState): void {
		const wasCounted = COUNTED_AS[outcome.state];
		outcome.state = state;
		if (COUNTED_AS[state] === wasCounted) return;
		this.progress[wasCounted]--;
		this.progress[COUNTED_AS[state]]++;
		this.options.onProgress?.({ ...this.progress });
	}
}
