/** Callbacks that nobody has signed: whoever knows a trigger's URL can send them, as many as they like. */

import { ExpiringMap } from '../shared/utils/expiringMap';
import { Semaphore } from '../shared/utils/semaphore';

/** How many callbacks are looked into. */
interface Limits {
	/** More wait for these. */
	atOnce: number;
	waiting: number;
	perMinute: number;
}

/** Of one trigger: far more than an account's tasks bring. */
const OF_ONE: Limits = { atOnce: 5, waiting: 100, perMinute: 600 };

/** Of all triggers of this process: ten under attack at the same time leave room for others. */
const OF_ALL: Limits = { atOnce: 75, waiting: 1_500, perMinute: 9_000 };

const MINUTE = 60_000;

/** How long a trigger is remembered after its last callback, in milliseconds; and how many are. */
const REMEMBERED_FOR = 10 * MINUTE;
const MOST_TRIGGERS = 10_000;

/** Limits what unsigned callbacks cost, for each trigger by itself. Those beyond are to be sent again later. */
export class UnverifiedCallbacks {
	private readonly all = new Limiter(OF_ALL);
	private readonly ofTriggers = new ExpiringMap<Limiter>(REMEMBERED_FOR, MOST_TRIGGERS);

	/** @param now milliseconds */
	constructor(private readonly now: () => number) {}

	/**
	 * @param trigger tells the triggers of this n8n apart
	 * @returns nothing, without doing the work, when there are too many
	 */
	async run<Result>(trigger: string, work: () => Promise<Result>): Promise<Result | undefined> {
		const own = this.ofTriggers.get(trigger) ?? new Limiter(OF_ONE);
		this.ofTriggers.set(trigger, own);
		const now = this.now();
		// What is too much for its own trigger must not count for the others.
		if (!own.admits(now) || !this.all.admits(now)) return undefined;
		this.all.count();
		own.count();
		return await own.run(async () => await this.all.run(work));
	}
}

class Limiter {
	private readonly places: Semaphore;
	private underWay = 0;
	private admitted = 0;
	private minuteStartedAt = -Infinity;

	constructor(private readonly limits: Limits) {
		this.places = new Semaphore(limits.atOnce);
	}

	/** @param now milliseconds */
	admits(now: number): boolean {
		if (now - this.minuteStartedAt >= MINUTE) {
			this.minuteStartedAt = now;
			this.admitted = 0;
		}
		const { atOnce, waiting, perMinute } = this.limits;
		return this.underWay < atOnce + waiting && this.admitted < perMinute;
	}

	count(): void {
		this.admitted++;
	}

	async run<Result>(work: () => Promise<Result>): Promise<Result> {
		this.underWay++;
		try {
			return await this.places.run(work);
		} finally {
			this.underWay--;
		}
	}
}
