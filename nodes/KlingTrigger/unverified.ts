/** Callbacks that nobody has signed: whoever knows the trigger's URL can send them, as many as they like. */

import { Semaphore } from '../shared/utils/semaphore';

/** How many are looked into at once; more wait for these. */
const AT_ONCE = 5;

/** How many can wait. */
const MOST_WAITING = 100;

/** How many are looked into per minute: far more than an account's tasks bring. */
const PER_MINUTE = 600;

const MINUTE = 60_000;

/** Limits what unsigned callbacks cost. Those beyond are to be sent again later. */
export class UnverifiedCallbacks {
	private readonly places = new Semaphore(AT_ONCE);
	private waiting = 0;
	private admitted = 0;
	private minuteStartedAt = -Infinity;

	/** @param now milliseconds */
	constructor(private readonly now: () => number) {}

	/** @returns nothing, without doing the work, when there are too many */
	async run<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
		if (!this.isAdmitted()) return undefined;
		this.waiting++;
		try {
			return await this.places.run(work);
		} finally {
			this.waiting--;
		}
	}

	private isAdmitted(): boolean {
		const now = this.now();
		if (now - this.minuteStartedAt >= MINUTE) {
			this.minuteStartedAt = now;
			this.admitted = 0;
		}
		if (this.waiting >= AT_ONCE + MOST_WAITING || this.admitted >= PER_MINUTE) return false;
		this.admitted++;
		return true;
	}
}
