/** Checks many running tasks with as few requests as their formats allow. */

import { type Attempt, attempt } from '../utils/attempt';
import { Semaphore } from '../utils/semaphore';
import { fromTransport, type KlingError } from './errors/klingError';
import { meaningOf } from './errors/explainedError';
import { FORMATS } from './formats';
import { type ApiRequest, TransportError } from './http';
import type { FormatName } from './routes';
import type { Task } from './task';

/** Requests at once. */
const PARALLEL_CHECKS = 5;

/** How often in a row a request for many tasks may be lost before tasks are checked one by one. */
const LOST_IN_A_ROW = 2;

/** Fewer tasks than this are checked one by one when a request for them is refused. */
const FEWEST_TO_HALVE = 4;

/** What checking one of several tasks came to. */
export type Refreshed = { task: Task } | { error: unknown };

/** The requests it makes. */
interface Questions {
	askForTask(task: Task, request: ApiRequest): Promise<Task>;
	askForTasks(format: FormatName, request: ApiRequest): Promise<Task[]>;
}

/** A task that is being checked, and whom to tell what came of it. */
interface Check {
	task: Task;
	tell(outcome: Refreshed): void;
}

export class Refresher {
	private readonly requests = new Semaphore(PARALLEL_CHECKS);
	/** How often a format's request for many tasks was of no use lately. At the limit it is given up. */
	private readonly lost = new Map<FormatName, number>();
	/** Formats whose narrow requests leave no room for our tasks: the account has many others. */
	private readonly wide = new Set<FormatName>();
	/** How many tasks a request of a format may name, as far as the service has refused more. */
	private readonly limits = new Map<FormatName, number>();

	constructor(private readonly questions: Questions) {}

	/**
	 * @param signal nothing further is asked once it is aborted
	 * @returns one outcome per task, in their order, each as soon as it is there; none ever rejects
	 */
	refresh(tasks: readonly Task[], signal?: AbortSignal): Array<Promise<Refreshed>> {
		const checks = new Map<FormatName, Check[]>();
		const outcomes = tasks.map(
			async (task) =>
				await new Promise<Refreshed>((tell) => {
					const its = checks.get(task.format) ?? [];
					its.push({ task, tell });
					checks.set(task.format, its);
				}),
		);
		for (const [format, its] of checks) {
			void attempt(this.checkIn(format, its, signal)).then((checked) => {
				if (!checked.ok) for (const { tell } of its) tell({ error: checked.error });
			});
		}
		return outcomes;
	}

	private async checkIn(
		format: FormatName,
		checks: readonly Check[],
		signal?: AbortSignal,
	): Promise<void> {
		const { many } = FORMATS[format];
		const limit = Math.min(many?.limit ?? 1, this.limits.get(format) ?? Infinity);
		const lost = this.lost.get(format) ?? 0;
		if (!many || checks.length < 2 || limit < 2 || lost >= LOST_IN_A_ROW) {
			return await this.checkEach(checks, signal);
		}
		const parts: Check[][] = [];
		for (let start = 0; start < checks.length; start += limit) {
			parts.push(checks.slice(start, start + limit));
		}
		await Promise.all(
			parts.map(async (part) => await this.checkTogether(format, part, lost, signal)),
		);
	}

	/**
	 * One request for all of them; what it doesn't tell is asked for one by one.
	 * @param lost how many such requests were lost in a row before
	 */
	private async checkTogether(
		format: FormatName,
		checks: readonly Check[],
		lost: number,
		signal?: AbortSignal,
	): Promise<void> {
		const isWide = this.wide.has(format);
		const asked = await this.askForAll(format, checks, isWide);
		const { checking } = asked.ok ? { checking: undefined } : meaningOf(asked.error);
		if (!asked.ok && (checking === 'unanswered' || checking === 'stopped')) {
			this.lost.set(format, lost + 1);
			for (const { tell } of checks) tell({ error: asked.error });
			return;
		}
		this.lost.delete(format);
		if (!asked.ok && checking !== 'notUnderstood' && checks.length >= FEWEST_TO_HALVE) {
			// Perhaps they were too many for one request.
			this.limits.set(format, Math.floor(checks.length / 2));
			return await this.checkIn(format, checks, signal);
		}
		const tasks = asked.ok ? asked.value : [];
		const { missing, vague } = tellWhatIsKnown(checks, tasks);
		if (missing.length < 2 || missing.length <= checks.length / 2) {
			return await this.checkEach([...missing, ...vague], signal);
		}
		if (!isWide && asked.ok && FORMATS[format].many?.isFull?.(tasks.length, checks.length)) {
			this.wide.add(format);
			await Promise.all([
				this.checkEach(vague, signal),
				this.checkTogether(format, missing, lost, signal),
			]);
			return;
		}
		// A service that does not know the request, or lists the oldest first, is not asked again.
		this.lost.set(format, LOST_IN_A_ROW);
		await this.checkEach([...missing, ...vague], signal);
	}

	private async askForAll(
		format: FormatName,
		checks: readonly Check[],
		isWide: boolean,
	): Promise<Attempt<Task[]>> {
		const ids = checks.map(({ task }) => task.id);
		return await attempt(async () => {
			const request = FORMATS[format].many?.request(ids, isWide) as ApiRequest;
			return await this.requests.run(async () => await this.questions.askForTasks(format, request));
		});
	}

	private async checkEach(checks: readonly Check[], signal?: AbortSignal): Promise<void> {
		await Promise.all(
			checks.map(async ({ task, tell }) => {
				const asked = await attempt(async () => {
					const [request] = FORMATS[task.format].find(task.id);
					return await this.requests.run(async () => {
						// The first request, for all, may have been on its way.
						if (signal?.aborted) throw notAsked();
						return await this.questions.askForTask(task, request as ApiRequest);
					});
				});
				tell(asked.ok ? { task: asked.value } : { error: asked.error });
			}),
		);
	}
}

/**
 * Tells of the tasks that the reply tells enough of.
 * @returns the others: those it doesn't have, and those it says too little of
 */
function tellWhatIsKnown(
	checks: readonly Check[],
	tasks: readonly Task[],
): Record<'missing' | 'vague', Check[]> {
	const byId = new Map(tasks.map((task) => [task.id, task]));
	const others: Record<'missing' | 'vague', Check[]> = { missing: [], vague: [] };
	for (const check of checks) {
		const task = byId.get(check.task.id);
		if (!task) others.missing.push(check);
		else if (tellsEnough(task)) check.tell({ task });
		else others.vague.push(check);
	}
	return others;
}

function notAsked(): KlingError {
	return fromTransport(new TransportError('aborted', 'nobody waits for it any more'));
}

/** Some lists leave out what became of a task: its video, or why it has none. */
function tellsEnough({ status, videos, statusMessage }: Task): boolean {
	if (status === 'completed') return videos.length > 0;
	return status !== 'failed' || statusMessage !== undefined;
}
