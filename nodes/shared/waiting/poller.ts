import type { KlingClient, Refreshed } from '../api/client';
import { KlingError } from '../api/errors';
import { FORMATS } from '../api/formats';
import type { FormatName } from '../api/models';
import { isOver, type Task } from '../api/task';
import { type Clock, StoppedError } from './clock';

/** Kling's usual pace (seed document: 5 to 10 s); in milliseconds. */
export const DEFAULT_POLLING_INTERVAL = 5_000;
/** The default stretches when a video takes long; less so where one request serves several tasks. */
const STRETCH_AFTER = 120_000;
const STRETCHED_INTERVAL = { alone: 10_000, shared: 7_500 } as const;

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
		const due = this.dueTogether(clock.now());
		if (due.length === 0) return;
		const refreshed = await this.client.refresh(due.map(({ task }) => task));
		if (signal?.aborted) throw new StoppedError();
		due.forEach((watch, index) => this.handle(watch, refreshed[index] as Refreshed));
	}

	/** What is due, and what one and the same request tells of besides. */
	private dueTogether(now: number): Watch[] {
		const watches = [...this.watches];
		const due = watches.filter((watch) => watch.due <= now);
		const sharing = new Set(due.map(({ task }) => task.format).filter(isShared));
		return watches.filter((watch) => watch.due <= now || sharing.has(watch.task.format));
	}

	private handle(watch: Watch, refreshed: Refreshed): void {
		if ('task' in refreshed) {
			watch.task = refreshed.task;
			watch.onUpdate?.(watch.task);
			watch.trouble = undefined;
		} else if (isLost(refreshed.error)) {
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
		const stretched =
			this.watches.size > 1 && isShared(watch.task.format)
				? STRETCHED_INTERVAL.shared
				: STRETCHED_INTERVAL.alone;
		watch.due = Math.min(now + (isStretched ? stretched : pollingInterval), watch.deadline);
	}
}

/** Whether one request serves several tasks of the format. */
function isShared(format: FormatName): boolean {
	return FORMATS[format].many !== undefined;
}

/** A query that brought no answer: asked again, it may. */
export function isLost(error: unknown): error is KlingError {
	if (!(error instanceof KlingError)) return false;
	const { retry, webPage, aborted } = error.details;
	return aborted !== true && (retry !== 'never' || webPage === true);
}
