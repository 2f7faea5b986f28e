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
import { SingleFlight } from '../utils/singleFlight';
import type { Clock } from '../engine/clock';
import { CALLBACK_CHECK, PAUSES_BEHIND } from '../engine/policies';
import { retry } from '../engine/retry';
import { RequestBudget } from './requestBudget';
import { Resumption } from './resumption';

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
	/** By task: callbacks share the checks that are under way. */
	private readonly checks = new SingleFlight<Refreshed>();
	/** The tasks that are checked again because a callback is ahead of them, and how often they were. */
	private readonly lagging = new Map<string, number>();
	private isRechecking = false;
	private readonly tasks: Map<string, WaitedFor>;
	/** Of the replies in `over`; bytes. */
	private replies = 0;

	private readonly budget = new RequestBudget();
	readonly resumption = new Resumption();
	private isCheckingAll = false;
	private checkedAllAt = -Infinity;
	private calledAt = -Infinity;
	private isWaitingForQuiet = false;

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
	 * Checks what a callback makes worth checking.
	 * @returns whether all tasks are over
	 * @throws {KlingError} when Kling does not answer
	 */
	async handleCallback({ taskId, ...report }: Report, checker: Checker): Promise<boolean> {
		const isSelfCheck = this.budget.receive(report.isSelfCheck);
		const calledAt = checker.clock.now();
		this.calledAt = calledAt;
		const wasUnderWay = this.checks.has(taskId);
		if (this.canCheckAll(isSelfCheck)) await this.checkAll(checker);
		else await this.check([taskId], checker);
		// The shared answer may be of before the callback.
		if (wasUnderWay) await this.check([taskId], checker);
		if (this.isOver()) return true;

		checker.onUnderstood();
		await this.recheckLagging(isSelfCheck ? [] : [taskId], checker);
		if (this.isOver() || this.checkedAllAt >= calledAt) return this.isOver();
		await this.checkAllWhenQuiet(checker);
		return this.isOver();
	}

	/** Nothing more is known of the run: its items are n8n's. */
	forget(): void {
		for (const known of [this.tasks, this.over, this.behind, this.lagging]) known.clear();
		this.replies = 0;
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

	private canCheckAll(isSelfCheck: boolean): boolean {
		return !this.isCheckingAll && (isSelfCheck || this.budget.allows(this.running().length));
	}

	private async checkAll(checker: Checker): Promise<void> {
		this.isCheckingAll = true;
		const startedAt = checker.clock.now();
		const running = this.running();
		const before = checker.requests();
		const checked = await attempt(this.check(running, checker));
		this.isCheckingAll = false;
		this.budget.noteCheckOfAll(running.length, checker.requests() - before);
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
		const fresh = ids.filter((id) => !this.checks.has(id));
		const before = checker.requests();
		const outcomes = checker.refresh(fresh.map((id) => knownById(this.tasks.get(id) as WaitedFor)));
		void Promise.all(outcomes).then(() => this.budget.spend(checker.requests() - before));
		return ids.map(
			async (id) =>
				await this.checks.run(id, async () => {
					const outcome = await (outcomes[fresh.indexOf(id)] as Promise<Refreshed>);
					this.note(id, outcome);
					return outcome;
				}),
		);
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
	private async recheckLagging(reported: readonly string[], checker: Checker): Promise<void> {
		for (const id of reported) this.lagging.set(id, 0);
		for (const id of this.behind.keys()) this.lagging.set(id, this.lagging.get(id) ?? 0);
		if (this.isRechecking) return;
		this.isRechecking = true;
		try {
			for (;;) {
				for (const id of this.over.keys()) this.lagging.delete(id);
				if (this.lagging.size === 0 || this.running().length === 0) return;
				await checker.clock.sleep(PAUSES_BEHIND[Math.min(...this.lagging.values())] ?? 0);
				await this.checkLagging(checker);
			}
		} finally {
			this.isRechecking = false;
		}
	}

	private async checkLagging(checker: Checker): Promise<void> {
		const open = [...this.lagging.keys()].filter((id) => this.isOpen(id));
		await Promise.all(this.ask(open, checker));
		for (const id of open) {
			const tries = (this.lagging.get(id) ?? 0) + 1;
			this.lagging.set(id, tries);
			if (tries < PAUSES_BEHIND.length) continue;
			this.lagging.delete(id);
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
				const quiet = this.budget.quietBefore(this.running().length);
				const pause = this.calledAt + quiet - clock.now();
				if (this.isOver() || this.resumption.hasBegun) return;
				if (pause <= 0) break;
				await clock.sleep(pause);
			}
			const checked = await attempt(this.checkAll(checker));
			if (checked.ok) await this.recheckLagging([], checker);
		} finally {
			this.isWaitingForQuiet = false;
		}
	}
}
