/**
 * A hundred times as fast as the system's clock: a second of waiting lasts ten milliseconds. Exports
 * what the node's clock module does, to be put in its place:
 *
 * ```ts
 * jest.mock('<the clock module>', () => jest.requireActual('<this file>'));
 * ```
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { StoppedError, type Clock } from '../../nodes/shared/engine/clock.ts';

export const SPEED = 100;

/** The real one, also when `machine.mts` has put another in its place. */
const realTicks = performance.now.bind(performance);
const [startedAt, firstTick] = [Date.now(), realTicks()];

/** Milliseconds since the epoch. Not impressed by a `Date` that a test has replaced. */
export function fastNow(): number {
	return Math.round(startedAt + (realTicks() - firstTick) * SPEED);
}

/**
 * Waits for a hundredth of the time.
 *
 * @param ms milliseconds by the fast clock
 * @throws StoppedError when the signal is aborted
 */
export async function fastSleep(ms: number, signal?: AbortSignal): Promise<void> {
	try {
		await delay(ms / SPEED, undefined, { signal });
	} catch {
		throw new StoppedError();
	}
}

/** @public By `jest.requireActual`. */
export const systemClock: Clock = { now: fastNow, sleep: fastSleep };
