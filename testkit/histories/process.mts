/** The n8n process that a node runs in: it can be told to stop, and it can die. */

import type { Clock } from '../../nodes/shared/engine/clock.ts';
import type { VirtualClock } from '../clocks/virtualClock.mts';
import type { Moment } from './script.mts';

/** What is not alive waits for ever. */
const NEVER = new Promise<never>(() => undefined);

export class NodeProcess {
	private readonly stopped = new AbortController();
	private steps = 0;
	private isDead = false;
	private isLeft = false;

	/** When it was stopped; milliseconds. */
	endedAt?: number;

	private onDeath: () => void = () => undefined;

	/** Settles when the process has died. */
	readonly death = new Promise<void>((resolve) => {
		this.onDeath = resolve;
	});

	/** @param onEnd called at the moment at which it is stopped or dies */
	constructor(
		private readonly virtual: VirtualClock,
		private readonly end: { by: 'stopped' | 'crashed'; at: Moment } | undefined,
		private readonly onEnd: () => void,
	) {}

	get signal(): AbortSignal {
		return this.stopped.signal;
	}

	/** Time as the node sees it. */
	readonly clock: Clock = {
		now: () => this.virtual.now(),
		sleep: async (ms, signal) => {
			try {
				await this.virtual.sleep(ms, signal);
			} finally {
				await this.alive();
			}
		},
	};

	/** A step of a request: at one of them the process may come to its end. */
	async step(): Promise<void> {
		const { end } = this;
		if (end && this.steps === end.at.step) {
			if (end.at.later === 0) this.endNow();
			else void this.virtual.sleep(end.at.later).then(() => this.endNow());
		}
		this.steps++;
		await this.alive();
	}

	/** The execution is over: nothing ends it any more. */
	leave(): void {
		this.isLeft = true;
	}

	/** Comes back only if the process lives. */
	async alive(): Promise<void> {
		if (this.isDead) await NEVER;
	}

	private endNow(): void {
		if (this.isDead || this.isLeft || this.signal.aborted) return;
		this.endedAt = this.virtual.now();
		this.onEnd();
		if (this.end?.by === 'stopped') this.stopped.abort();
		else {
			this.isDead = true;
			this.onDeath();
		}
	}
}
