/**
 * Machines whose clocks run at the pace of the fast clock and can be set wrong: what runs on one
 * reads its clock by `Date.now` and `performance.now`, as in production. So a clock that is set
 * forward or back has the effect it would have on a real machine.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { performance } from 'node:perf_hooks';
import { fastNow, SPEED } from './fastClock.mts';

/** The machine that one n8n runs on. */
export class Machine {
	/** How far its clock has been set forward; milliseconds. */
	jump = 0;

	/** Runs `action`, and everything that follows from it, on this machine. */
	run<Result>(action: () => Result): Result {
		return machines.run(this, action);
	}
}

const machines = new AsyncLocalStorage<Machine>();
const realNow = Date.now.bind(Date);
const realTicks = performance.now.bind(performance);
const firstTick = realTicks();

/** Replaces this process's clocks by those of the machines, for what runs on one. */
export function replaceClocks(): void {
	Date.now = () => {
		const machine = machines.getStore();
		return machine ? fastNow() + machine.jump : realNow();
	};
	Object.defineProperty(performance, 'now', {
		configurable: true,
		value: () =>
			machines.getStore() ? firstTick + (realTicks() - firstTick) * SPEED : realTicks(),
	});
}
