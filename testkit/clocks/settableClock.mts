/**
 * A clock for the emulator that a test sets: by default it runs like the system's, with the
 * difference made by `advance` and `hold`.
 *
 * ```ts
 * const clock = new SettableClock();
 * const emulator = await startEmulator({ now: () => clock.now(), generationMs: 60_000 });
 * clock.advance(60_000); // the videos are finished
 * ```
 */
export class SettableClock {
	/** From the system's clock to this one; milliseconds. */
	private offset = 0;

	private heldAt?: number;

	/** @param at milliseconds since the epoch; the clock then stands still there */
	constructor(at?: number) {
		this.heldAt = at;
	}

	/** Milliseconds since the epoch. */
	now(): number {
		return this.heldAt ?? Date.now() + this.offset;
	}

	/** @param ms milliseconds */
	advance(ms: number): void {
		if (this.heldAt === undefined) this.offset += ms;
		else this.heldAt += ms;
	}

	/** Stops the clock. */
	hold(): void {
		this.heldAt = this.now();
	}

	/** Lets the clock run again, as if no time had passed. */
	release(): void {
		if (this.heldAt === undefined) return;
		this.offset = this.heldAt - Date.now();
		this.heldAt = undefined;
	}
}
