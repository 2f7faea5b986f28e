import type { KlingClient, Refreshed } from '../api/client';
import { KlingError } from '../api/errors';
import { isOver, type Task } from '../api/task';
import { type Clock, StoppedError } from './clock';

/** Kling's usual pace (seed document: 5 to 10 s); in milliseconds. */
export const DEFAULT_POLLING_INTERVAL = 5_000;
const STRETCHED_INTERVAL = 10_000;
const STRETCH_AFTER = 120_000;

/** How often a task may be "completed" without a video before that counts as final. */
const LOOKS_FOR_VIDEO = 3;

export interface PollerOptions {
	clock: Clock;
	/** Milliseconds. */
	pollingInterval: number;
	signal?: AbortSignal;
}

/** The time limit passed while Kling was still at work, or did not answer. */
export class TimeoutError extends Error {
	constructor(
		readonly lastTask: Task,
		/** Why the last queries brought nothing, if they did not. */
		readonly trouble?: KlingError,
	) {
		super('The time limit passed');
		this.name = 'TimeoutError';
	}
}

interface Watch {
	task: Task;
	startedAt: number;
	due: number;
	deadline: number;
	looksForVideo: number;
	trouble?: KlingError;
	onUpdate?: (task: Task) => void;
	resolve(task: Task): void;
	reject(error: Error): void;
}

/**
 * Polls all running tasks of a batch together, in one loop. A query that brings no answer (reset,
 * timeout, 5xx, a web page) is a lost poll, not a lost video: it is asked again until the deadline.
 */
export class Poller {
	private readonly watches = new Set<Watch>();
	private isPolling = false;

	constructor(
		private readonly client: KlingClient,
		private readonly options: PollerOptions,
	) {}

	/**
	 * Waits until Kling is done with a task.
	 * @param task as it was created or found
	 * @param deadline milliseconds since the epoch
	 * @param isTakenUp asks at once, because it may be over long since
	 * @param onUpdate told what each query shows
	 * @throws {TimeoutError} at the deadline
	 * @throws {KlingError} when Kling's answer to a query is final (wrong key, unknown task…)
	 * @throws {StoppedError} when the signal is aborted
	 */
	async waitFor(
		task: Task,
		deadline: number,
		isTakenUp = false,
		onUpdate?: (task: Task) => void,
	): Promise<Task> {
		const startedAt = this.options.clock.now();
		return await new Promise<Task>((resolve, reject) => {
			const watch = {
				task,
				startedAt,
				due: startedAt,
				deadline,
				looksForVideo: 0,
				onUpdate,
				resolve,
				reject,
			};
			if (!isTakenUp) this.scheduleNext(watch);
			this.watches.add(watch);
			void this.poll();
		});
	}

	private async poll(): Promise<void> {
		if (this.isPolling) return;
		this.isPolling = true;
		try {
			while (this.watches.size > 0) await this.pollOnce();
		} catch (error) {
			for (const watch of this.watches) watch.reject(error as Error);
			this.watches.clear();
		} finally {
			this.isPolling = false;
		}
	}

	private async pollOnce(): Promise<void> {
		const { clock, pollingInterval, signal } = this.options;
		const nextDue = Math.min(...[...this.watches].map((watch) => watch.due));
		// Never longer than one interval: a task watched meanwhile may be due before the others.
		await clock.sleep(Math.max(0, Math.min(nextDue - clock.now(), pollingInterval)), signal);
		// Whatever is due within half an interval is asked for along with the rest, in one request.
		const horizon = clock.now() + pollingInterval / 2;
		const due = [...this.watches].filter((watch) => watch.due <= horizon);
		if (!due.some((watch) => watch.due <= clock.now())) return;
		const refreshed = await this.client.refresh(due.map(({ task }) => task));
		if (signal?.aborted) throw new StoppedError();
		due.forEach((watch, index) => this.handle(watch, refreshed[index] as Refreshed));
	}

	private handle(watch: Watch, refreshed: Refreshed): void {
		if ('task' in refreshed) {
			watch.task = refreshed.task;
			watch.onUpdate?.(watch.task);
			watch.trouble = undefined;
		} else if (isLostPoll(refreshed.error)) {
			watch.trouble = refreshed.error;
		} else {
			return this.settle(watch, () => watch.reject(refreshed.error as Error));
		}
		if (isOver(watch.task) && !this.mayStillGetVideo(watch)) {
			return this.settle(watch, () => watch.resolve(watch.task));
		}
		if (this.options.clock.now() >= watch.deadline) {
			return this.settle(watch, () => watch.reject(new TimeoutError(watch.task, watch.trouble)));
		}
		this.scheduleNext(watch);
	}

	/** A task can be done a moment before its video is listed (kling-api.md, section 10.2). */
	private mayStillGetVideo(watch: Watch): boolean {
		if (watch.task.status !== 'completed' || watch.task.videos.length > 0) return false;
		return ++watch.looksForVideo < LOOKS_FOR_VIDEO;
	}

	private settle(watch: Watch, settle: () => void): void {
		this.watches.delete(watch);
		settle();
	}

	/** The last query falls on the deadline itself, so that no video is missed by one interval. */
	private scheduleNext(watch: Watch): void {
		const now = this.options.clock.now();
		const { pollingInterval } = this.options;
		const isStretched =
			pollingInterval === DEFAULT_POLLING_INTERVAL && now - watch.startedAt >= STRETCH_AFTER;
		const interval = isStretched ? STRETCHED_INTERVAL : pollingInterval;
		watch.due = Math.min(now + interval, watch.deadline);
	}
}

function isLostPoll(error: unknown): error is KlingError {
	if (!(error instanceof KlingError)) return false;
	const { retry, webPage, aborted } = error.details;
	return aborted !== true && (retry !== 'never' || webPage === true);
}
