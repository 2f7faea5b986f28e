import { StoppedError } from '../../nodes/shared/engine/clock';
import { pause } from '../eventually.mts';
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

describe('the settable clock', () => {
	it('stands still where it is set, and moves when it is told to', () => {
		const clock = new SettableClock(1000);
		clock.advance(500);
		expect(clock.now()).toBe(1500);
	});

	it('goes on from where it was held, as if no time had passed', () => {
		const clock = new SettableClock();
		clock.advance(60_000);
		const system = jest.spyOn(Date, 'now').mockReturnValue(5_000_000);
		expect(clock.now()).toBe(5_060_000);
		clock.hold();
		system.mockReturnValue(6_000_000);
		expect(clock.now()).toBe(5_060_000);
		clock.release();
		expect(clock.now()).toBe(5_060_000);
		system.mockReturnValue(6_000_050);
		expect(clock.now()).toBe(5_060_050);
		system.mockRestore();
	});
});
