import { isUnanswered, UserError } from '../api/errors/userError';
import { FORMATS } from '../api/formats';
import type { FormatName } from '../api/models';
import type { Refreshed } from '../api/refresh';
import { isOver, type Task } from '../api/task';
import { type Clock, StoppedError } from './clock';
import type { PlannedVideo, Verbs } from './verbs';

/** Kling's usual pace, which its documents recommend (5 to 10 s); milliseconds. */
export const DEFAULT_POLLING_INTERVAL = 5_000;
/** The default stretches when a video takes long; less so where one request serves several tasks. */
const STRETCH_AFTER = 120_000;
const STRETCHED_INTERVAL = { alone: 10_000, shared: 7_500 } as const;

/** How often a task may be "completed" without a video before that counts as final. */
const CHECKS_FOR_VIDEO = 3;

export interface PollerOptions {
	clock: Clock;
	/** Milliseconds. */
	pollingInterval: number;
	signal?: AbortSignal;
}

/** The time limit passed while Kling was still working, or did not answer. */
export class TimeLimitError extends UserError<'timeLimit'> {
	constructor(
		readonly lastTask: Task,
		/** Why the last checks got no answer, if they got none. */
		readonly trouble?: unknown,
	) {
		super('timeLimit', `The time limit passed for task ${lastTask.id}`);
		this.name = 'TimeLimitError';
	}
}

interface Watch {
	task: Task;
	startedAt: number;
	due: number;
	deadline: number;
	checksForVideo: number;
	trouble?: unknown;
	onUpdate?: (task: Task) => void;
	resolve(task: Task): void;
	reject(error: Error): void;
}

/**
 * Polls all running tasks of a batch together, in one loop. A check without an answer (reset,
 * timeout, 5xx, a web page) does not lose the video: it is repeated until the deadline.
 */
export class Poller {
	private readonly watches = new Set<Watch>();
	private isPolling = false;

	constructor(
		private readonly verbs: Pick<Verbs<PlannedVideo, unknown>, 'refresh'>,
		private readonly options: PollerOptions,
	) {}

	/**
	 * Waits until Kling is done with a task.
	 * @param task as it was created or found
	 * @param deadline milliseconds since the epoch
	 * @param isReused checks at once, because it may be over long since
	 * @param onUpdate told what each check shows
	 * @throws {TimeLimitError} at the deadline
	 * @throws {KlingError} when Kling's answer to a check is final (wrong key, unknown task…)
	 * @throws {StoppedError} when the signal is aborted
	 */
	async waitFor(
		task: Task,
		deadline: number,
		isReused = false,
		onUpdate?: (task: Task) => void,
	): Promise<Task> {
		const startedAt = this.options.clock.now();
		return await new Promise<Task>((resolve, reject) => {
			const watch = {
				task,
				startedAt,
				due: startedAt,
				deadline,
				checksForVideo: 0,
				onUpdate,
				resolve,
				reject,
			};
			if (!isReused) this.scheduleNext(watch);
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
		const refreshed = await this.verbs.refresh(due.map(({ task }) => task));
		if (signal?.aborted) throw new StoppedError();
		due.forEach((watch, index) => this.handle(watch, refreshed[index] as Refreshed));
	}

	/** What is due, and what the same request tells about as well. */
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
		} else if (isUnanswered(refreshed.error)) {
			watch.trouble = refreshed.error;
		} else {
			return this.settle(watch, () => watch.reject(refreshed.error as Error));
		}
		if (isOver(watch.task) && !this.mayStillGetVideo(watch)) {
			return this.settle(watch, () => watch.resolve(watch.task));
		}
		if (this.options.clock.now() >= watch.deadline) {
			return this.settle(watch, () => watch.reject(new TimeLimitError(watch.task, watch.trouble)));
		}
		this.scheduleNext(watch);
	}

	/** A task can be done a moment before its video is listed (docs/kling-api.md#tasks-and-status-words). */
	private mayStillGetVideo(watch: Watch): boolean {
		if (watch.task.status !== 'completed' || watch.task.videos.length > 0) return false;
		return ++watch.checksForVideo < CHECKS_FOR_VIDEO;
	}

	private settle(watch: Watch, settle: () => void): void {
		this.watches.delete(watch);
		settle();
	}

	/** The last check falls on the deadline itself, so that no video is missed by one interval. */
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
