/**
 * Time in the fault matrix: a second lasts ten milliseconds, for the node as for the emulator. The node reads it off `Date.now`
 * and `performance.now` as it does in production, so that a clock set forward or back is felt where it would be in earnest.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { StoppedError, type Clock } from '../../nodes/shared/waiting/clock.ts';

export const SPEED = 100;

/** The machine that one n8n runs on. */
export class Machine {
	/** How far its clock has been set forward; ms. */
	jump = 0;

	/** Runs `action`, with everything that comes of it, on this machine. */
	run<Result>(action: () => Result): Result {
		return machines.run(this, action);
	}
}

const machines = new AsyncLocalStorage<Machine>();
const realNow = Date.now.bind(Date);
const realTicks = performance.now.bind(performance);
const [startedAt, firstTick] = [realNow(), realTicks()];

/** The true time at a hundred times its pace; ms. */
export function trueNow(): number {
	return Math.round(startedAt + (realTicks() - firstTick) * SPEED);
}

/** Puts the clocks of all machines in the place of this process's own. */
export function turnClocks(): void {
	Date.now = () => {
		const machine = machines.getStore();
		return machine ? trueNow() + machine.jump : realNow();
	};
	Object.defineProperty(performance, 'now', {
		configurable: true,
		value: () =>
			machines.getStore() ? firstTick + (realTicks() - firstTick) * SPEED : realTicks(),
	});
}

/** @param ms by the matrix's time */
export async function pass(ms: number): Promise<void> {
	await delay(ms / SPEED);
}

/** The node's clock module, its pauses shortened. @param actual the module itself */
export function hurry({ systemClock }: { systemClock: Clock }): { systemClock: Clock } {
	return {
		systemClock: {
			now: () => systemClock.now(),
			async sleep(ms, signal) {
				try {
					await delay(ms / SPEED, undefined, { signal });
				} catch {
					throw new StoppedError();
				}
			},
		},
	};
}
