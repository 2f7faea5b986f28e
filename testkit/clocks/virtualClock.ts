import { type Clock, StoppedError } from '../../nodes/shared/waiting/clock';

interface Sleeper {
	at: number;
	wake(): void;
}

/** Time that passes only while everything sleeps, and then at once. */
export class VirtualClock implements Clock {
	private time = Date.UTC(2026, 10, 22);

	private readonly startedAt = this.time;

	private sleepers: Sleeper[] = [];

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
			const sleeper = { at: this.time + ms, wake: resolve };
			this.sleepers.push(sleeper);
			signal?.addEventListener(
				'abort',
				() => {
					this.sleepers = this.sleepers.filter((other) => other !== sleeper);
					reject(new StoppedError());
				},
				{ once: true },
			);
			void this.run();
		});
	}

	private async run(): Promise<void> {
		if (this.isRunning) return;
		this.isRunning = true;
		while (this.sleepers.length > 0) {
			await settled();
			this.time = Math.max(this.time, Math.min(...this.sleepers.map(({ at }) => at)));
			const woken = this.sleepers.filter(({ at }) => at <= this.time);
			this.sleepers = this.sleepers.filter(({ at }) => at > this.time);
			for (const { wake } of woken) wake();
		}
		this.isRunning = false;
	}
}

/** Lets everything go on that waits for nothing but other promises. */
async function settled(): Promise<void> {
	for (let turn = 0; turn < 300; turn++) await null;
}
