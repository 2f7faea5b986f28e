/** A clock for the waiting engine whose time passes in steps. */
import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, StoppedError } from '../../nodes/shared/engine/clock.ts';

interface Sleeper {
	/** Milliseconds since the epoch. */
	at: number;
	wake(): void;
	isCanceled?: boolean;
}

/** Turns of the event loop without an event after which everybody is taken to be asleep. */
const QUIET_TURNS = 3;

/**
 * Time that passes only while everybody sleeps, and then in one step. Real work, such as an HTTP
 * request to a service on the same clock, takes no time as long as it is done within `hold`.
 */
export class VirtualClock implements Clock {
	private time = Date.UTC(2026, 10, 22);

	private readonly startedAt = this.time;

	/** In the order in which they wake. */
	private sleepers: Sleeper[] = [];

	/** Counts everything that happens, to tell whether something did. */
	private events = 0;

	private holders = 0;

	private onRelease?: () => void;

	private isRunning = false;

	now(): number {
		return this.time;
	}

	/** Seconds since the clock was made. */
	get seconds(): number {
		return (this.time - this.startedAt) / 1000;
	}

	async sleep(ms: number, signal?: AbortSignal): Promise<void> {
		if (signal?.aborted) throw new StoppedError();
		await new Promise<void>((resolve, reject) => {
			const stop = () => {
				cancel();
				reject(new StoppedError());
			};
			const cancel = this.schedule(ms, () => {
				signal?.removeEventListener('abort', stop);
				resolve();
			});
			signal?.addEventListener('abort', stop, { once: true });
		});
	}

	/**
	 * Calls back later.
	 * @returns takes it back
	 */
	schedule(ms: number, wake: () => void): () => void {
		const sleeper: Sleeper = { at: this.time + ms, wake };
		this.sleepers.splice(this.placeOf(sleeper.at), 0, sleeper);
		this.events++;
		this.goOn();
		return () => {
			sleeper.isCanceled = true;
			this.sleepers = this.sleepers.filter((other) => other !== sleeper);
			this.events++;
		};
	}

	/** Behind those that sleep as long. */
	private placeOf(at: number): number {
		let [from, to] = [0, this.sleepers.length];
		while (from < to) {
			const middle = (from + to) >> 1;
			if ((this.sleepers[middle]?.at ?? 0) <= at) from = middle + 1;
			else to = middle;
		}
		return from;
	}

	/** Stands still until the work is done. */
	async hold<Result>(work: () => Promise<Result>): Promise<Result> {
		this.holders++;
		try {
			return await work();
		} finally {
			this.holders--;
			this.events++;
			this.onRelease?.();
		}
	}

	/** Whether anything is under way that is not held. */
	protected get isBusy(): boolean {
		return false;
	}

	/** A number that differs once something has happened. */
	protected get happenings(): number {
		return this.events;
	}

	/** Called when everybody sleeps. @returns whether time may pass now */
	protected mayPass(): boolean {
		return true;
	}

	/** Whether there is anything to wait for. */
	protected get isAwaited(): boolean {
		return this.sleepers.length > 0;
	}

	/** Lets time pass, now that there is something to wait for. */
	protected goOn(): void {
		if (!this.isRunning) void this.run();
	}

	private async run(): Promise<void> {
		this.isRunning = true;
		while (this.isAwaited) {
			await this.quiet();
			if (this.isAwaited && this.mayPass()) this.wakeNext();
		}
		this.isRunning = false;
	}

	/** Waits until no work is under way, and what has ended has led to nothing further. */
	private async quiet(): Promise<void> {
		let seen: number;
		let turns = 0;
		do {
			if (this.holders > 0) {
				await new Promise<void>((resolve) => {
					this.onRelease = resolve;
				});
			}
			seen = this.happenings;
			await turn();
			turns = this.holders > 0 || this.isBusy || this.happenings !== seen ? 0 : turns + 1;
		} while (turns < QUIET_TURNS);
	}

	private wakeNext(): void {
		this.time = Math.max(this.time, this.sleepers[0]?.at ?? 0);
		const woken = this.sleepers.splice(0, this.placeOf(this.time));
		this.events++;
		for (const sleeper of woken) {
			// One of them may just have taken it back.
			if (!sleeper.isCanceled) sleeper.wake();
		}
	}
}
