import { StoppedError } from '../../nodes/shared/engine/clock';
import { pause } from '../eventually.mts';
import { fastNow, fastSleep, SPEED } from './fastClock.mts';
import { SettableClock } from './settableClock.mts';
import { VirtualClock } from './virtualClock.mts';

describe('the virtual clock', () => {
	it('wakes sleepers in the order of their times, and none before everybody sleeps', async () => {
		const clock = new VirtualClock();
		const woken: Array<[string, number]> = [];
		const sleep = async (name: string, seconds: number) => {
			await clock.sleep(seconds * 1000);
			woken.push([name, clock.seconds]);
		};
		await Promise.all([
			sleep('late', 30),
			sleep('early', 5).then(async () => await sleep('early again', 5)),
			sleep('middle', 20),
		]);
		expect(woken).toEqual([
			['early', 5],
			['early again', 10],
			['middle', 20],
			['late', 30],
		]);
	});

	it('stands still while work is done within `hold`', async () => {
		const clock = new VirtualClock();
		const asleep = clock.sleep(1000);
		await clock.hold(async () => {
			await pause(20);
			expect(clock.seconds).toBe(0);
		});
		await asleep;
		expect(clock.seconds).toBe(1);
	});

	it('ends a sleep when its signal is aborted', async () => {
		const clock = new VirtualClock();
		const stop = new AbortController();
		const asleep = clock.sleep(1000, stop.signal);
		stop.abort();
		await expect(asleep).rejects.toThrow(StoppedError);
		await expect(clock.sleep(1000, stop.signal)).rejects.toThrow(StoppedError);
		expect(clock.seconds).toBe(0);
	});
});

describe('the fast clock', () => {
	it('sleeps for a hundredth of the time, and counts the whole', async () => {
		const [real, fast] = [performance.now(), fastNow()];
		await fastSleep(5000);
		expect(performance.now() - real).toBeLessThan(2500);
		expect(fastNow() - fast).toBeGreaterThanOrEqual(5000 - SPEED);
	});

	it('ends a sleep when its signal is aborted', async () => {
		await expect(fastSleep(3_600_000, AbortSignal.abort())).rejects.toThrow(StoppedError);
	});
});

describe('the settable clock', () => {
	it('stands still where it is set, and moves when it is told to', () => {
		const clock = new SettableClock(1000);
		clock.advance(500);
		expect(clock.now()).toBe(1500);
	});

	it('goes on from where it was held, as if no time had passed', async () => {
		const clock = new SettableClock();
		clock.advance(60_000);
		expect(clock.now() - Date.now()).toBeGreaterThan(59_000);
		clock.hold();
		const heldAt = clock.now();
		await pause(50);
		expect(clock.now()).toBe(heldAt);
		clock.release();
		expect(clock.now() - heldAt).toBeLessThan(50);
	});
});
