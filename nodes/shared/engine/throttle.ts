/** Waits for a service that limits how many tasks run at once. */

import { KlingError } from '../api/errors/klingError';
import { meaningOf } from '../api/errors/explainedError';
import { attempt } from '../utils/attempt';
import { Semaphore } from '../utils/semaphore';
import { type Clock, StoppedError } from './clock';
import type { CreateOutcome } from './lookUp';
import { Pause } from './pause';
import { PARALLEL_REQUESTS } from './policies';
import { backoff } from './retry';

export interface Queueing {
	/** Milliseconds since the epoch. */
	deadline: number;
	signal: AbortSignal;
	/** Called each time the limit refuses. */
	onRefused?(): void;
}

/**
 * Limits how many creations run at once. Until the service refuses one, some run in parallel. After that
 * they run one at a time: the first in the queue tries when a task of ours has ended, which makes room,
 * or else after a pause that grows.
 */
export class Throttle {
	private isLimited = false;
	/** Tasks of ours that have ended and whose place nobody has tried to take yet. */
	private endedTasks = 0;
	private readonly queue = new Semaphore(1);
	private readonly pauses: Pause;

	/** @param concurrency how many run at once as long as none is refused; shared by a batch's throttles */
	constructor(
		private readonly clock: Clock,
		private readonly concurrency = new Semaphore(PARALLEL_REQUESTS),
	) {
		this.pauses = new Pause(clock);
	}

	/**
	 * @param create tried until no limit refuses it; nothing was charged by then
	 * @returns the last outcome: a refusal by the limit when the next try would come after the deadline
	 */
	async run(create: () => Promise<CreateOutcome>, queueing: Queueing): Promise<CreateOutcome> {
		const first = await this.concurrency.run(async () => await this.tryAtOnce(create, queueing));
		if (first && !isLimit(first)) return first;
		if (first) queueing.onRefused?.();
		return await this.queue.run(async () => await this.runInTurn(create, queueing, first));
	}

	/** A task of ours has ended. */
	taskEnded(): void {
		if (!this.isLimited) return;
		this.endedTasks++;
		this.pauses.endNow();
	}

	/** @returns nothing when the limit is known by now */
	private async tryAtOnce(
		create: () => Promise<CreateOutcome>,
		{ signal }: Queueing,
	): Promise<CreateOutcome | undefined> {
		if (signal.aborted) return stopped();
		if (this.isLimited) return undefined;
		const outcome = await create();
		if (isLimit(outcome)) this.isLimited = true;
		return outcome;
	}

	/** @param last the refusal so far; absent for who comes later and has not been refused yet */
	private async runInTurn(
		create: () => Promise<CreateOutcome>,
		{ deadline, signal, onRefused }: Queueing,
		last?: CreateOutcome,
	): Promise<CreateOutcome> {
		for (let tries = 0; ; tries++) {
			const pause = backoff(tries, last && requestedPause(last));
			if (last && this.clock.now() + pause >= deadline) return last;
			await attempt(this.pauses.run(this.endedTasks === 0 ? pause : 0, signal));
			this.endedTasks = Math.max(0, this.endedTasks - 1);
			if (signal.aborted) return stopped();
			last = await create();
			if (!isLimit(last)) return last;
			this.endedTasks = 0;
			onRefused?.();
		}
	}
}

function stopped(): CreateOutcome {
	return { is: 'notCreated', error: new StoppedError() };
}

function isLimit(outcome: CreateOutcome): boolean {
	return outcome.is === 'notCreated' && meaningOf(outcome.error).creating === 'wait';
}

function requestedPause(outcome: CreateOutcome): number | undefined {
	const error = outcome.is === 'created' ? undefined : outcome.error;
	return error instanceof KlingError ? error.facts.retryAfter : undefined;
}
