import { backoff } from '../../nodes/shared/waiting/backoff';
import { Slots } from '../../nodes/shared/slots';
import { VirtualClock } from '../../testkit/clocks/virtualClock.mts';

describe('backoff', () => {
	it.each([
		[0, 500, 1000],
		[1, 1000, 2000],
		[2, 2000, 4000],
		[4, 8000, 16_000],
		[5, 15_000, 30_000],
		[6, 15_000, 30_000],
		[1000, 15_000, 30_000],
	])('pauses after %i tries from %i to %i ms', (attempt, least, most) => {
		expect(backoff(attempt, 0, 0)).toBe(least);
		expect(backoff(attempt, 0, 1)).toBe(most);
		expect(backoff(attempt, undefined, 0.5)).toBe((least + most) / 2);
	});

	it('never undercuts what the service asked for', () => {
		expect(backoff(0, 120_000, 0)).toBe(120_000);
		expect(backoff(5, 1000, 1)).toBe(30_000);
	});

	it('has jitter', () => {
		const pauses = Array.from({ length: 20 }, () => backoff(3));
		expect(new Set(pauses).size).toBeGreaterThan(1);
		for (const pause of pauses) {
			expect(pause).toBeGreaterThanOrEqual(4000);
			expect(pause).toBeLessThanOrEqual(8000);
		}
	});
});

describe('slots', () => {
	it('let the work in by its order, each piece as soon as one before has ended', async () => {
		const clock = new VirtualClock();
		const slots = new Slots(2);
		const started: Array<[number, number]> = [];
		const work = async (n: number, seconds: number) =>
			await slots.run(async () => {
				started.push([n, clock.seconds]);
				await clock.sleep(seconds * 1000);
				return n;
			});
		const results = await Promise.all([work(0, 5), work(1, 1), work(2, 1), work(3, 1), work(4, 1)]);
		expect(results).toEqual([0, 1, 2, 3, 4]);
		expect(started).toEqual([
			[0, 0],
			[1, 0],
			[2, 1],
			[3, 2],
			[4, 3],
		]);
	});

	it('are freed by work that fails, and pass its error on', async () => {
		const slots = new Slots(1);
		const failing = slots.run(async () => {
			throw new Error('boom');
		});
		const next = slots.run(async () => 'next');
		await expect(failing).rejects.toThrow('boom');
		expect(await next).toBe('next');
		expect(await slots.run(async () => 'later')).toBe('later');
	});

	it('are as many later on as in the beginning', async () => {
		const clock = new VirtualClock();
		const slots = new Slots(2);
		let open = 0;
		let most = 0;
		const work = async () =>
			await slots.run(async () => {
				most = Math.max(most, ++open);
				await clock.sleep(1000);
				open--;
			});
		await Promise.all([work(), work(), work()]);
		await Promise.all([work(), work(), work(), work()]);
		expect(most).toBe(2);
		expect(clock.seconds).toBe(4);
	});
});
