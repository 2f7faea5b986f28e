import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, StoppedError } from '../../nodes/shared/engine/clock.ts';

interface Sleeper {
	/** Milliseconds since the epoch. */
	at: number;
	wake(): void;
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
				this.sleepers = this.sleepers.filter((other) => other !== sleeper);
				this.events++;
				reject(new StoppedError());
			};
			const wake = () => {
				signal?.removeEventListener('abort', stop);
				resolve();
			};
			const sleeper = { at: this.time + ms, wake };
			signal?.addEventListener('abort', stop, { once: true });
			this.sleepers.push(sleeper);
			this.events++;
			void this.run();
		});
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

	private async run(): Promise<void> {
		if (this.isRunning) return;
		this.isRunning = true;
		while (this.sleepers.length > 0) {
			await this.quiet();
			if (this.sleepers.length > 0) this.wakeNext();
		}
		this.isRunning = false;
	}

	/** Waits until no work is under way, and what has ended has led to nothing further. */
	private async quiet(): Promise<void> {
		let seen: number;
		do {
			seen = this.events;
			if (this.holders > 0) {
				await new Promise<void>((resolve) => {
					this.onRelease = resolve;
				});
			}
			for (let turns = 0; turns < QUIET_TURNS; turns++) await turn();
		} while (this.holders > 0 || this.events !== seen);
	}

	private wakeNext(): void {
		this.time = Math.max(this.time, Math.min(...this.sleepers.map(({ at }) => at)));
		const woken = this.sleepers.filter(({ at }) => at <= this.time);
		this.sleepers = this.sleepers.filter(({ at }) => at > this.time);
		for (const { wake } of woken) wake();
	}
}
