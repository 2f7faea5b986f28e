/** How many requests to Kling the callbacks of one suspended execution may cost. */

/** On average over an execution. */
const REQUESTS_PER_CALLBACK = 2;

/**
 * When the average does not allow to check the other tasks, that waits until no callback has come
 * for so long: one second per request that is too much, within these limits. Milliseconds.
 */
const QUIET_PER_REQUEST = 1_000;
const SHORTEST_QUIET = 2_000;
const LONGEST_QUIET = 60_000;

/**
 * How many self checks may check all tasks whatever that costs: as many as there are. A copy of one that
 * somebody sends again and again is a callback like any other.
 */
const FREE_SELF_CHECKS = 4;

export class RequestBudget {
	/** Before the average is exceeded; negative when it is. */
	private left = 0;
	/** What checking all tasks together cost last, per task: much, where the service has no useful list. */
	private costPerTask = 0;
	private selfChecks = 0;

	/** A callback has come. @returns whether it is a self check that may check all tasks whatever that costs */
	receive(isSelfCheck: boolean): boolean {
		this.left += REQUESTS_PER_CALLBACK;
		return isSelfCheck && this.selfChecks++ < FREE_SELF_CHECKS;
	}

	/** So many requests were sent. */
	spend(requests: number): void {
		this.left -= requests;
	}

	/** All tasks were checked together. */
	noteCheckOfAll(tasks: number, requests: number): void {
		if (tasks > 1) this.costPerTask = requests / tasks;
	}

	/** Whether so many tasks may be checked. */
	allows(tasks: number): boolean {
		return this.left >= this.costOf(tasks);
	}

	/** How long no callback must have come before so many tasks are checked all the same; milliseconds. */
	quietBefore(tasks: number): number {
		const missing = this.costOf(tasks) - this.left;
		return Math.min(LONGEST_QUIET, Math.max(SHORTEST_QUIET, missing * QUIET_PER_REQUEST));
	}

	private costOf(tasks: number): number {
		return Math.ceil(this.costPerTask * tasks);
	}
}
