/**
 * What this process knows of a suspended execution while Kling calls back. A batch of 60 brings 60
 * callbacks, often at once: they share their questions to Kling, and what one has found out the
 * others need not ask.
 */

import { isAbsent, isUnanswered } from '../api/errors/explainedError';
import type { Refreshed } from '../api/refresh';
import { isOver, knownById, lacksVideo, type Task } from '../api/task';
import { attempt } from '../utils/attempt';
import { memoryOf } from '../utils/pieces';
import type { Clock } from '../engine/clock';
import { CALLBACK_CHECK } from '../engine/policies';
import { retry } from '../engine/retry';

/** How one callback asks Kling. */
export interface Checker {
	/** One outcome per task, in their order; none ever rejects. */
	refresh(tasks: readonly Task[]): Array<Promise<Refreshed>>;
	/** How many requests it has sent so far. */
	requests(): number;
	clock: Clock;
	/** Called as soon as the callback is understood: what follows may last longer than Kling waits. */
	onUnderstood(): void;
}

/** What a callback says, as far as it matters. */
interface Report {
	taskId: string;
	/** It does not say that its task is over, but wants everything checked. */
	isSelfCheck: boolean;
}

/**
 * When a task is checked again whose callback is ahead of its status, or whose video is not listed
 * yet: after these pauses, which are half a minute together. Milliseconds.
 */
const PAUSES_BEHIND = [1_000, 2_000, 4_000, 8_000, 8_000, 8_000];

/** Requests to Kling that a callback may cost, on average over an execution. */
const REQUESTS_PER_CALLBACK = 2;

/**
 * When the average does not allow to check the other tasks, that waits until no callback has come
 * for so long: one second per request that is too much, within these limits. Milliseconds.
 */
const QUIET_PER_REQUEST = 1_000;
const SHORTEST_QUIET = 2_000;
const LONGEST_QUIET = 60_000;

/**
 * How long after a resumption was handed to n8n another one is held for a repetition of the same:
 * n8n answers callbacks itself from then on, unless it failed to start the execution. Milliseconds.
 */
const START_LIMIT = 10_000;

/**
 * How many looks may check all tasks whatever that costs: as many as there are. A copy of one that
 * somebody sends again and again is a callback like any other.
 */
const FREE_LOOKS = 4;

/** What is remembered of a run and of each of its tasks beside replies, at most; bytes. */
const PER_RUN = 1_000;
const PER_TASK = 500;

/** A task that is waited for. */
type WaitedFor = Pick<Task, 'id' | 'format'> & {
	/** Its item is Kling's reply as it came. */
	needsReply?: boolean;
};

/** A suspended run of a node: its tasks and what has become of them. */
export class SuspendedRun {
	/** What became of the tasks that are over, by their IDs. */
	private readonly over = new Map<string, Refreshed>();
	/** Checked last with these outcomes, which are not to be trusted yet. */
	private readonly behind = new Map<string, Refreshed>();
	/** The tasks that are being checked. */
	private readonly asking = new Map<string, Promise<Refreshed>>();
	/** The tasks that are checked again because a callback is ahead of them, and how often they were. */
	private readonly followed = new Map<string, number>();
	private isFollowing = false;
	private readonly tasks: Map<string, WaitedFor>;
	/** Of the replies in `over`; bytes. */
	private replies = 0;

	/** Requests that may be spent before the average is exceeded; negative when it is. */
	private credit = 0;
	/** What checking all tasks together cost last, per task. */
	private costPerTask = 0;
	private isCheckingAll = false;
	private looks = 0;
	private checkedAllAt = -Infinity;
	private calledAt = -Infinity;
	private isWaitingForQuiet = false;
	private resuming?: { handedOverAt?: number };

	/** @param tasks that are waited for */
	constructor(tasks: readonly WaitedFor[]) {
		this.tasks = new Map(tasks.map((task) => [task.id, task]));
	}

	/** About how much memory it takes; bytes. */
	get memory(): number {
		return PER_RUN + this.tasks.size * PER_TASK + this.replies;
	}

	/** What became of the tasks; all of them are in it once they all are over. */
	get outcomes(): ReadonlyMap<string, Refreshed> {
		return this.over;
	}

	/**
	 * Looks into a callback.
	 * @returns whether all tasks are over
	 * @throws {KlingError} when Kling does not answer
	 */
	async handleCallback({ taskId, ...report }: Report, checker: Checker): Promise<boolean> {
		const isSelfCheck = report.isSelfCheck && this.looks < FREE_LOOKS;
		if (isSelfCheck) this.looks++;
		const calledAt = checker.clock.now();
		this.calledAt = calledAt;
		this.credit += REQUESTS_PER_CALLBACK;
		const wasAsked = this.asking.has(taskId);
		if (this.canCheckAll(isSelfCheck)) await this.checkAll(checker);
		else await this.check([taskId], checker);
		// The shared answer may be of before the callback.
		if (wasAsked) await this.check([taskId], checker);
		if (this.isOver()) return true;

		checker.onUnderstood();
		await this.follow(isSelfCheck ? [] : [taskId], checker);
		if (this.isOver() || this.checkedAllAt >= calledAt) return this.isOver();
		await this.checkAllWhenQuiet(checker);
		return this.isOver();
	}

	/**
	 * Begins to resume the execution.
	 * @param calledAt when the callback came: one that was still being looked into while another one
	 * resumed the execution is no sign that this failed; milliseconds of the checker's clock
	 * @param now the same
	 * @returns false when another callback has begun that
	 */
	claim(calledAt: number, now: number): boolean {
		if (this.isClaimed(now)) return false;
		if (calledAt <= (this.resuming?.handedOverAt ?? -Infinity)) return false;
		this.resuming = {};
		return true;
	}

	isClaimed(now: number): boolean {
		if (!this.resuming) return false;
		const { handedOverAt } = this.resuming;
		return handedOverAt === undefined || now - handedOverAt < START_LIMIT;
	}

	/**
	 * The items are on their way to n8n, which starts the execution. From then on nothing is known of
	 * the run but that.
	 */
	handOver(now: number): void {
		this.resuming = { handedOverAt: now };
		for (const known of [this.tasks, this.over, this.behind, this.followed]) known.clear();
		this.replies = 0;
	}

	/** Whether it was handed over to n8n, which did not start the execution: a new one is needed. */
	isSpent(now: number): boolean {
		return this.resuming?.handedOverAt !== undefined && !this.isClaimed(now);
	}

	/** Resuming came to nothing: the next callback may do it. */
	release(): void {
		this.resuming = undefined;
	}

	private isOver(): boolean {
		return this.tasks.size > 0 && this.over.size === this.tasks.size;
	}

	private running(): string[] {
		return [...this.tasks.keys()].filter((id) => this.isOpen(id));
	}

	/** Whether it is waited for, and not over. */
	private isOpen(id: string): boolean {
		return this.tasks.has(id) && !this.over.has(id);
	}

	/** Checking all is dear where the service has no list, or one that does not show the tasks. */
	private canCheckAll(isSelfCheck: boolean): boolean {
		if (this.isCheckingAll) return false;
		return isSelfCheck || this.credit >= Math.ceil(this.costPerTask * this.running().length);
	}

	private async checkAll(checker: Checker): Promise<void> {
		this.isCheckingAll = true;
		const startedAt = checker.clock.now();
		const running = this.running();
		const before = checker.requests();
		const checked = await attempt(async () => await this.check(running, checker));
		this.isCheckingAll = false;
		if (running.length > 1) this.costPerTask = (checker.requests() - before) / running.length;
		if (!checked.ok) throw checked.error;
		this.checkedAllAt = startedAt;
	}

	/**
	 * Checks tasks, and again those that got no answer.
	 * @throws {KlingError} when there still is none, or it is final and not about the task
	 */
	private async check(ids: readonly string[], checker: Checker): Promise<void> {
		const open = new Set(ids);
		const checkOpen = async () => {
			const asked = [...open].filter((id) => this.isOpen(id));
			const outcomes = await Promise.all(this.ask(asked, checker));
			const errors = outcomes.flatMap((outcome, index) => {
				if ('error' in outcome && !isAbsent(outcome.error)) return [outcome.error];
				open.delete(asked[index] as string);
				return [];
			});
			if (errors.length > 0) throw errors.find((error) => !isUnanswered(error)) ?? errors[0];
		};
		await retry(checkOpen, {
			clock: checker.clock,
			...CALLBACK_CHECK,
			isWorthRetrying: isUnanswered,
		});
	}

	/** Asks about each task, but for those that are being asked about: their answers are shared. */
	private ask(ids: readonly string[], checker: Checker): Array<Promise<Refreshed>> {
		const fresh = ids.filter((id) => !this.asking.has(id));
		const before = checker.requests();
		const outcomes = checker.refresh(fresh.map((id) => knownById(this.tasks.get(id) as WaitedFor)));
		fresh.forEach((id, index) => {
			const noted = (outcomes[index] as Promise<Refreshed>).then((outcome) => {
				this.asking.delete(id);
				this.note(id, outcome);
				return outcome;
			});
			this.asking.set(id, noted);
		});
		void Promise.all(outcomes).then(() => {
			this.credit -= checker.requests() - before;
		});
		return ids.map((id) => this.asking.get(id) as Promise<Refreshed>);
	}

	private note(id: string, outcome: Refreshed): void {
		if (!this.tasks.has(id)) return;
		this.behind.delete(id);
		const isBehind =
			'error' in outcome
				? isAbsent(outcome.error)
				: isOver(outcome.task) && lacksVideo(outcome.task);
		if (isBehind) this.behind.set(id, outcome);
		else if ('task' in outcome && isOver(outcome.task)) this.end(id, outcome);
	}

	/** Keeps what became of a task. A reply may be large, and is kept only where it is needed. */
	private end(id: string, outcome: Refreshed): void {
		if (!('task' in outcome)) {
			this.over.set(id, outcome);
			return;
		}
		const { task } = outcome;
		// The error for a missing video quotes it.
		const needsReply = this.tasks.get(id)?.needsReply === true || lacksVideo(task);
		const kept = needsReply ? task : { ...task, raw: undefined };
		this.over.set(id, { task: kept });
		this.replies += memoryOf(kept);
	}

	/**
	 * Keeps checking the tasks that a callback is ahead of, and those that Kling does not know or that
	 * have no video. What stays so in the end is how it is. One callback does that for all, because n8n
	 * holds some megabytes for each that is not finished.
	 * @param reported the tasks that the callback says are over
	 */
	private async follow(reported: readonly string[], checker: Checker): Promise<void> {
		for (const id of reported) this.followed.set(id, 0);
		for (const id of this.behind.keys()) this.followed.set(id, this.followed.get(id) ?? 0);
		if (this.isFollowing) return;
		this.isFollowing = true;
		try {
			for (;;) {
				for (const id of this.over.keys()) this.followed.delete(id);
				if (this.followed.size === 0 || this.running().length === 0) return;
				await checker.clock.sleep(PAUSES_BEHIND[Math.min(...this.followed.values())] ?? 0);
				await this.checkFollowed(checker);
			}
		} finally {
			this.isFollowing = false;
		}
	}

	private async checkFollowed(checker: Checker): Promise<void> {
		const open = [...this.followed.keys()].filter((id) => this.isOpen(id));
		await Promise.all(this.ask(open, checker));
		for (const id of open) {
			const tries = (this.followed.get(id) ?? 0) + 1;
			this.followed.set(id, tries);
			if (tries < PAUSES_BEHIND.length) continue;
			this.followed.delete(id);
			const outcome = this.behind.get(id);
			if (!outcome) continue;
			this.behind.delete(id);
			this.end(id, outcome);
		}
	}

	/**
	 * Checks all tasks once no callback comes any more: the last one's may be lost. One callback does
	 * that for all.
	 */
	private async checkAllWhenQuiet(checker: Checker): Promise<void> {
		if (this.isWaitingForQuiet) return;
		this.isWaitingForQuiet = true;
		const { clock } = checker;
		try {
			for (;;) {
				const pause = this.calledAt + this.quiet() - clock.now();
				if (this.isOver() || this.resuming) return;
				if (pause <= 0) break;
				await clock.sleep(pause);
			}
			const checked = await attempt(async () => await this.checkAll(checker));
			if (checked.ok) await this.follow([], checker);
		} finally {
			this.isWaitingForQuiet = false;
		}
	}

	private quiet(): number {
		const missing = Math.ceil(this.costPerTask * this.running().length) - this.credit;
		return Math.min(LONGEST_QUIET, Math.max(SHORTEST_QUIET, missing * QUIET_PER_REQUEST));
	}
}
