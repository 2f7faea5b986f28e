import { KlingError } from '../api/errors/klingError';
import { meaningOf } from '../api/errors/userError';
import { type Attempt, attempt } from '../utils/attempt';
import { Semaphore } from '../utils/semaphore';
import { type Clock, StoppedError } from './clock';
import { PARALLEL_REQUESTS } from './limits';
import { Pause } from './pause';
import { retry } from './retry';

export interface Passage {
	/** Milliseconds since the epoch. */
	deadline: number;
	signal: AbortSignal;
	/** Called each time the limit refuses. */
	onRefused?(): void;
}

/**
 * The way to a service that limits how many tasks run at once. As long as it does not refuse,
 * everyone passes, some at a time. From its first refusal on, the others line up and try one at a time:
 * whoever is first tries when a task of ours has ended, which makes room, or else after a pause that
 * grows.
 */
export class Throttle {
	private isLimited = false;
	/** Tasks of ours that have ended and whose place nobody has tried to take yet. */
	private freed = 0;
	private readonly line = new Semaphore(1);
	private readonly pauses: Pause;

	/** @param open how many pass at once as long as nobody is refused; shared by a batch's throttles */
	constructor(
		private readonly clock: Clock,
		private readonly open = new Semaphore(PARALLEL_REQUESTS),
	) {
		this.pauses = new Pause(clock);
	}

	/**
	 * @param create tried until no limit refuses it; nothing was charged by then
	 * @throws {KlingError} the last refusal, when the next try would come after the deadline
	 * @throws {StoppedError} when the signal is aborted during a pause
	 */
	async pass<Result>(create: () => Promise<Result>, passage: Passage): Promise<Result> {
		const tried = await this.open.run(async () => await this.passFreely(create, passage));
		if (tried?.ok) return tried.value;
		if (tried && !isLimit(tried.error)) throw tried.error;
		if (tried) passage.onRefused?.();
		const refusal = tried?.error;
		return await this.line.run(async () => await this.passInTurn(create, passage, refusal));
	}

	/** @returns nothing when the limit is known by now */
	private async passFreely<Result>(
		create: () => Promise<Result>,
		{ signal }: Passage,
	): Promise<Attempt<Result> | undefined> {
		if (signal.aborted) throw new StoppedError();
		if (this.isLimited) return undefined;
		const tried = await attempt(create);
		if (!tried.ok && isLimit(tried.error)) this.isLimited = true;
		return tried;
	}

	/** A task of ours has ended. */
	release(): void {
		if (!this.isLimited) return;
		this.freed++;
		this.pauses.endNow();
	}

	private async passInTurn<Result>(
		create: () => Promise<Result>,
		{ deadline, signal, onRefused }: Passage,
		refusal?: unknown,
	): Promise<Result> {
		return await retry(create, {
			clock: { now: () => this.clock.now(), sleep: async (ms) => await this.pause(ms, signal) },
			signal,
			deadline,
			// Also for whoever comes later and has not been refused yet.
			pausesFirst: true,
			after: refusal,
			requestedPause: (error) => (error instanceof KlingError ? error.facts.retryAfter : undefined),
			isWorthRetrying: (error) => {
				if (!isLimit(error)) return false;
				this.freed = 0;
				onRefused?.();
				return true;
			},
		});
	}

	/** Ends early when a task of ours ends. */
	private async pause(ms: number, signal: AbortSignal): Promise<void> {
		await this.pauses.run(this.freed === 0 ? ms : 0, signal);
		this.freed = Math.max(0, this.freed - 1);
	}
}

function isLimit(error: unknown): boolean {
	return meaningOf(error).creating === 'wait';
}
