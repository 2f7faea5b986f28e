/** When tasks are asked for, and for how long. */
import { isAbsent, isUnanswered, ExplainedError } from '../api/errors/explainedError';
import { sharesChecks } from '../api/formatLookup';
import type { Refreshed } from '../api/refresh';
import { isOver, type Task } from '../api/task';
import { attempt } from '../utils/attempt';
import type { Clock } from './clock';
import { Pause } from './pause';
import type { PlannedVideo, TaskService } from './taskService';

/** Kling's usual pace, which its documents recommend (5 to 10 s); milliseconds. */
export const DEFAULT_POLLING_INTERVAL = 5_000;
/** The default stretches when a video takes long; less so where one request serves several tasks. */
const STRETCH_AFTER = 120_000;
const STRETCHED_INTERVAL = { alone: 10_000, shared: 7_500 } as const;

/** How often a task may be "completed" without a video before that counts as final. */
const CHECKS_FOR_VIDEO = 3;

/**
 * How long "no such task" is doubted: the servers behind one address do not all know a new task at
 * once. Milliseconds.
 */
const ABSENCE_DOUBTED_FOR = 60_000;

/**
 * How long a service may leave every check of a task unanswered. Restarts and maintenance take
 * minutes; what takes longer is told to the user, with the task ID. Milliseconds.
 */
const LONGEST_OUTAGE = 15 * 60_000;

/** During an outage checks become rarer, down to this. Milliseconds. */
const OUTAGE_INTERVAL = 60_000;

/** How long the answers to checks that began together may be apart for them to stay together; milliseconds. */
const LONGEST_ROUND = 2_000;

/** How long the last check, which begins at the deadline, may take. Milliseconds. */
const LAST_CHECK_LIMIT = 10_000;

export interface PollerOptions {
	clock: Clock;
	/** Milliseconds. */
	pollingInterval: number;
	signal?: AbortSignal;
}

/** The time limit passed while Kling was still working, or did not answer. */
export class TimeLimitError extends ExplainedError<'timeLimit'> {
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
	/** When it is to be checked next, or until when a check under way may take. */
	due: number;
	deadline: number;
	isChecking: boolean;
	checksForVideo: number;
	/** Why the last checks got no answer, if they got none. */
	trouble?: unknown;
	/** How many checks in a row got no answer, and since when. */
	unanswered: number;
	unansweredSince: number;
	/** Since when the service says that it has no such task. */
	absentSince?: number;
	onUpdate?: (task: Task) => void;
	resolve(task: Task): void;
	reject(error: unknown): void;
}

/**
 * Polls all running tasks of a batch together, in one loop. A check without an answer (reset,
 * timeout, 5xx, a web page) does not lose the video: it is repeated until the deadline.
 */
export class Poller {
	private readonly watches = new Set<Watch>();
	private isPolling = false;
	private readonly pauses: Pause;
	/** When the next tasks are looked for; milliseconds since the epoch. */
	private wakesAt = 0;

	constructor(
		private readonly service: Pick<TaskService<PlannedVideo, unknown>, 'refresh'>,
		private readonly options: PollerOptions,
	) {
		this.pauses = new Pause(options.clock);
	}

	/**
	 * Waits until Kling is done with a task.
	 * @param task as it was created or found
	 * @param deadline milliseconds since the epoch
	 * @param isReused checks at once, because it may be over long since
	 * @param onUpdate told what each check shows
	 * @throws {TimeLimitError} at the deadline
	 * @throws {KlingError} when Kling's answer to a check is final (wrong key, unknown task…), or none
	 * came for too long
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
			const watch: Watch = {
				task,
				startedAt,
				due: startedAt,
				deadline,
				isChecking: false,
				checksForVideo: 0,
				unanswered: 0,
				unansweredSince: startedAt,
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
		const polled = await attempt(async () => {
			while (this.watches.size > 0) await this.pollOnce();
			// In the same turn: for a task that comes a moment later, polling starts again.
			this.isPolling = false;
		});
		if (polled.ok) return;
		this.isPolling = false;
		for (const watch of this.watches) watch.reject(polled.error);
		this.watches.clear();
	}

	private async pollOnce(): Promise<void> {
		const { clock, pollingInterval, signal } = this.options;
		const nextDue = Math.min(...[...this.watches].map((watch) => watch.due));
		// Never longer than one interval: a task watched meanwhile may be due before the others.
		const ms = Math.max(0, Math.min(nextDue - clock.now(), pollingInterval));
		this.wakesAt = clock.now() + ms;
		await this.pauses.run(ms, signal);
		const now = clock.now();
		for (const watch of this.watches) {
			if (watch.isChecking && watch.due <= now) this.giveUp(watch);
		}
		const due = this.dueTogether(now);
		const outcomes = this.service.refresh(
			due.map(({ task }) => task),
			this.options.signal,
		);
		due.forEach((watch, index) => {
			watch.isChecking = true;
			watch.due = Math.max(watch.deadline, now + LAST_CHECK_LIMIT);
			void outcomes[index]?.then((refreshed) => this.handle(watch, refreshed));
		});
		void Promise.all(outcomes).then(() => this.keepStep(due, now));
	}

	/** What is due, and what the same request tells about as well. */
	private dueTogether(now: number): Watch[] {
		const idle = [...this.watches].filter(({ isChecking }) => !isChecking);
		const due = idle.filter((watch) => watch.due <= now);
		const sharing = new Set(due.map(({ task }) => task.format).filter(sharesChecks));
		return idle.filter((watch) => watch.due <= now || sharing.has(watch.task.format));
	}

	/**
	 * Tasks that were checked together stay together, so that their next checks are no closer than
	 * an interval; unless one of the answers was so slow that the others have gone on.
	 * @param startedAt milliseconds since the epoch
	 */
	private keepStep(checked: readonly Watch[], startedAt: number): void {
		if (this.options.clock.now() - startedAt > LONGEST_ROUND) return;
		for (const watch of checked) {
			if (this.watches.has(watch) && !watch.isChecking) this.scheduleNext(watch);
		}
	}

	private handle(watch: Watch, refreshed: Refreshed): void {
		// It may have been given up meanwhile, or everything was stopped.
		if (!this.watches.has(watch) || this.options.signal?.aborted) return;
		watch.isChecking = false;
		if ('task' in refreshed) {
			watch.task = refreshed.task;
			watch.onUpdate?.(watch.task);
			Object.assign(watch, { trouble: undefined, unanswered: 0, absentSince: undefined });
		} else if (!this.mayPass(watch, refreshed.error)) {
			return this.settle(watch, () => watch.reject(refreshed.error));
		}
		if (isOver(watch.task) && !this.mayStillGetVideo(watch)) {
			return this.settle(watch, () => watch.resolve(watch.task));
		}
		if (this.options.clock.now() >= watch.deadline) return this.giveUp(watch);
		this.scheduleNext(watch);
		// While the check was under way, nobody knew that a last one would be due before the next.
		if (watch.due < this.wakesAt) this.pauses.endNow();
	}

	/** Whether the next check may bring an answer that this one did not. */
	private mayPass(watch: Watch, error: unknown): boolean {
		const now = this.options.clock.now();
		watch.trouble = error;
		if (isAbsent(error)) {
			watch.absentSince ??= now;
			return now - watch.absentSince < ABSENCE_DOUBTED_FOR;
		}
		if (!isUnanswered(error)) return false;
		if (watch.unanswered === 0) watch.unansweredSince = now;
		watch.unanswered++;
		return now - watch.unansweredSince < LONGEST_OUTAGE;
	}

	/** A task can be done a moment before its video is listed (docs/kling-api.md#tasks-and-status-words). */
	private mayStillGetVideo(watch: Watch): boolean {
		if (watch.task.status !== 'completed' || watch.task.videos.length > 0) return false;
		return ++watch.checksForVideo < CHECKS_FOR_VIDEO;
	}

	private giveUp(watch: Watch): void {
		this.settle(watch, () => watch.reject(new TimeLimitError(watch.task, watch.trouble)));
	}

	private settle(watch: Watch, settle: () => void): void {
		this.watches.delete(watch);
		settle();
		if (this.watches.size === 0) this.pauses.endNow();
	}

	/** The last check falls on the deadline itself, so that no video is missed by one interval. */
	private scheduleNext(watch: Watch): void {
		const now = this.options.clock.now();
		const pause = watch.unanswered > 1 ? this.outageInterval(watch) : this.usualInterval(watch);
		watch.due = Math.min(now + pause, watch.deadline);
	}

	private usualInterval(watch: Watch): number {
		const { clock, pollingInterval } = this.options;
		const isStretched =
			pollingInterval === DEFAULT_POLLING_INTERVAL &&
			clock.now() - watch.startedAt >= STRETCH_AFTER;
		if (!isStretched) return pollingInterval;
		return this.watches.size > 1 && sharesChecks(watch.task.format)
			? STRETCHED_INTERVAL.shared
			: STRETCHED_INTERVAL.alone;
	}

	private outageInterval(watch: Watch): number {
		const { pollingInterval } = this.options;
		const doubled = pollingInterval * 2 ** (watch.unanswered - 1);
		return Math.max(pollingInterval, Math.min(doubled, OUTAGE_INTERVAL));
	}
}
