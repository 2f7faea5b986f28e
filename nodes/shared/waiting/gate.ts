import { KlingError } from '../api/errors';
import { Slots } from '../slots';
import { backoff } from './backoff';
import { type Clock, StoppedError } from './clock';

export interface Attempt {
	/** Milliseconds since the epoch. */
	deadline: number;
	signal: AbortSignal;
	/** Called after each "not yet". */
	onRefused?(): void;
}

/**
 * The way to a service that sometimes says "not yet". As long as it does not, everyone passes at
 * once. From its first "not yet" on, the waiting line up and try one at a time: whoever is first
 * tries when a task of ours has ended, which frees a slot, or else after a pause that grows.
 */
export class Gate {
	private isBusy = false;
	private freeSlots = 0;
	private readonly line = new Slots(1);
	private endPause?: () => void;

	constructor(private readonly clock: Clock) {}

	/**
	 * @param create tried until its answer is another than "not yet"; nothing was bought by then
	 * @throws {KlingError} the last "not yet", when the next try would come after the deadline
	 * @throws {StoppedError} when the signal is aborted during a pause
	 */
	async pass<Result>(create: () => Promise<Result>, attempt: Attempt): Promise<Result> {
		let refusal: KlingError | undefined;
		if (!this.isBusy) {
			const [outcome] = await Promise.allSettled([create()]);
			if (outcome.status === 'fulfilled') return outcome.value;
			if (!isNotYet(outcome.reason)) throw outcome.reason;
			this.isBusy = true;
			refusal = outcome.reason;
			attempt.onRefused?.();
		}
		return await this.line.run(async () => await this.passInTurn(create, attempt, refusal));
	}

	/** A task of ours has ended. */
	release(): void {
		if (!this.isBusy) return;
		this.freeSlots++;
		this.endPause?.();
	}

	private async passInTurn<Result>(
		create: () => Promise<Result>,
		{ deadline, signal, onRefused }: Attempt,
		refusal?: KlingError,
	): Promise<Result> {
		for (let tries = 0; ; tries++) {
			const pause = backoff(tries, refusal?.details.retryAfter);
			if (refusal && this.clock.now() + pause >= deadline) throw refusal;
			await this.pause(pause, signal);
			const [outcome] = await Promise.allSettled([create()]);
			if (outcome.status === 'fulfilled') return outcome.value;
			if (!isNotYet(outcome.reason)) throw outcome.reason;
			this.freeSlots = 0;
			refusal = outcome.reason;
			onRefused?.();
		}
	}

	/** Ends early when a slot of ours is free. */
	private async pause(ms: number, signal: AbortSignal): Promise<void> {
		if (signal.aborted) throw new StoppedError();
		const freed = new AbortController();
		this.endPause = () => freed.abort();
		if (this.freeSlots === 0) {
			await Promise.allSettled([this.clock.sleep(ms, AbortSignal.any([signal, freed.signal]))]);
		}
		this.endPause = undefined;
		if (signal.aborted) throw new StoppedError();
		this.freeSlots = Math.max(0, this.freeSlots - 1);
	}
}

function isNotYet(error: unknown): error is KlingError {
	return error instanceof KlingError && error.details.retry === 'whenFree';
}
