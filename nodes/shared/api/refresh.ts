/** Checks many running tasks with as few requests as their formats allow. */

import { attempt } from '../utils/attempt';
import { Semaphore } from '../utils/semaphore';
import { meaningOf } from './errors/userError';
import { FORMATS } from './formats';
import type { ApiRequest } from './http';
import type { FormatName } from './models';
import type { Task } from './task';

/** Checks of single tasks at once. */
const PARALLEL_CHECKS = 5;

/** How often in a row a request for many tasks may be lost before tasks are checked one by one. */
const LOST_IN_A_ROW = 2;

/** What checking one of several tasks came to. */
export type Refreshed = { task: Task } | { error: unknown };

/** The requests it makes. */
interface Questions {
	askForTask(format: FormatName, request: ApiRequest): Promise<Task>;
	askForTasks(format: FormatName, request: ApiRequest): Promise<Task[]>;
}

export class Refresher {
	private readonly checks = new Semaphore(PARALLEL_CHECKS);
	/** How often a format's request for many tasks was of no use lately. At the limit it is given up. */
	private readonly lost = new Map<FormatName, number>();

	constructor(private readonly questions: Questions) {}

	/** @returns one outcome per task, in their order; never throws */
	async refresh(tasks: readonly Task[]): Promise<Refreshed[]> {
		const formats = new Set(tasks.map(({ format }) => format));
		const refreshed = new Map<Task, Refreshed>();
		for (const format of formats) {
			const its = tasks.filter((task) => task.format === format);
			for (const [task, outcome] of await this.refreshIn(format, its)) {
				refreshed.set(task, outcome);
			}
		}
		return tasks.map((task) => refreshed.get(task) as Refreshed);
	}

	private async refreshIn(
		format: FormatName,
		tasks: readonly Task[],
	): Promise<ReadonlyArray<readonly [Task, Refreshed]>> {
		const { many } = FORMATS[format];
		const lost = this.lost.get(format) ?? 0;
		if (!many || tasks.length < 2 || lost >= LOST_IN_A_ROW) return await this.refreshEach(tasks);
		const found: Array<readonly [Task, Refreshed]> = [];
		const missing: Task[] = [];
		for (let start = 0; start < tasks.length; start += many.limit) {
			const part = tasks.slice(start, start + many.limit);
			const request = many.request(part.map(({ id }) => id));
			const asked = await attempt(async () => await this.questions.askForTasks(format, request));
			if (!asked.ok && meaningOf(asked.error).checking === 'unanswered') {
				this.lost.set(format, lost + 1);
				found.push(...part.map((task) => [task, { error: asked.error }] as const));
				continue;
			}
			this.lost.delete(format);
			const byId = new Map((asked.ok ? asked.value : []).map((task) => [task.id, task]));
			for (const task of part) {
				const fresh = byId.get(task.id);
				if (fresh) found.push([task, { task: fresh }]);
				else missing.push(task);
			}
		}
		// A service that does not know the request, or lists the oldest first, is not asked again.
		if (missing.length > found.length) this.lost.set(format, LOST_IN_A_ROW);
		return [...found, ...(await this.refreshEach(missing))];
	}

	private async refreshEach(
		tasks: readonly Task[],
	): Promise<ReadonlyArray<readonly [Task, Refreshed]>> {
		return await Promise.all(
			tasks.map(async (task) => {
				const [request] = FORMATS[task.format].find(task.id);
				const asked = await attempt(
					async () =>
						await this.checks.run(
							async () => await this.questions.askForTask(task.format, request as ApiRequest),
						),
				);
				return [task, asked.ok ? { task: asked.value } : { error: asked.error }] as const;
			}),
		);
	}
}
