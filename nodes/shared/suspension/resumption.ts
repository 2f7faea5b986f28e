/** Which of many callbacks resumes a suspended execution: one, and another one only if n8n didn't start it. */

/**
 * How long after a resumption was handed to n8n another one is held for a repetition of the same:
 * n8n answers callbacks itself from then on, unless it failed to start the execution. Milliseconds.
 */
const START_LIMIT = 10_000;

/** All times are milliseconds of one clock. */
export class Resumption {
	private isUnderWay = false;
	private handedOverAt?: number;

	/** Whether a callback has begun to resume the execution, and may go on or has just handed it over. */
	isClaimed(now: number): boolean {
		return this.handedOverAt === undefined
			? this.isUnderWay
			: now - this.handedOverAt < START_LIMIT;
	}

	/**
	 * @param calledAt when the callback came: one that was still being handled while another one
	 * resumed the execution is no sign that this failed
	 * @returns false when another callback has begun
	 */
	claim(calledAt: number, now: number): boolean {
		if (this.isClaimed(now) || calledAt <= (this.handedOverAt ?? -Infinity)) return false;
		this.isUnderWay = true;
		this.handedOverAt = undefined;
		return true;
	}

	/** The items are on their way to n8n, which starts the execution. */
	handOver(now: number): void {
		this.handedOverAt = now;
	}

	/** It came to nothing: the next callback may resume the execution. */
	release(): void {
		this.isUnderWay = false;
		this.handedOverAt = undefined;
	}

	/** Whether it has begun at all. */
	get hasBegun(): boolean {
		return this.isUnderWay;
	}

	/** Whether n8n got the items and did not start the execution. */
	isSpent(now: number): boolean {
		return this.handedOverAt !== undefined && !this.isClaimed(now);
	}
}
