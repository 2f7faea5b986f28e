import { Semaphore } from '../../../../nodes/shared/utils/semaphore';
import { VirtualClock } from '../../../../testkit/clocks/virtualClock.mts';

describe('a semaphore', () => {
	it('lets the work in by its order, each piece as soon as one before has ended', async () => {
		const clock = new VirtualClock();
		const semaphore = new Semaphore(2);
		const started: Array<[number, number]> = [];
		const work = async (n: number, seconds: number) =>
			await semaphore.run(async () => {
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

	it('is freed by work that fails, and passes its error on', async () => {
		const semaphore = new Semaphore(1);
		const failing = semaphore.run(async () => {
			throw new Error('boom');
		});
		const next = semaphore.run(async () => 'next');
		await expect(failing).rejects.toThrow('boom');
		expect(await next).toBe('next');
		expect(await semaphore.run(async () => 'later')).toBe('later');
	});

	it('can be entered without work in hand, and holds the place until it is given back', async () => {
		const clock = new VirtualClock();
		const semaphore = new Semaphore(1);
		const leave = await semaphore.acquire();
		const startedAt = semaphore.run(async () => clock.seconds);
		await clock.sleep(1000);
		leave();
		expect(await startedAt).toBe(1);
	});

	it('lets in as much later on as in the beginning', async () => {
		const clock = new VirtualClock();
		const semaphore = new Semaphore(2);
		let open = 0;
		let most = 0;
		const work = async () =>
			await semaphore.run(async () => {
				most = Math.max(most, ++open);
				await clock.sleep(1000);
				open--;
			});
		await Promise.all([work(), work(), work()]);
		await Promise.all([work(), work(), work(), work()]);
		expect(most).toBe(2);
		expect(clock.seconds).toBe(4);
	});

	it.each<[name: string, weights: number[], started: number[]]>([
		['as much as there is room for', [30, 30, 30, 30], [0, 0, 1, 1]],
		['small ones not in front of a large one', [40, 50, 10], [0, 1, 1]],
		['what is heavier than everything, alone', [10, 100, 10], [0, 1, 2]],
		['what weighs nothing', [60, 0, 0], [0, 0, 0]],
	])('lets in by weight: %s', async (_name, weights, started) => {
		const clock = new VirtualClock();
		const semaphore = new Semaphore(60);
		const starts = await Promise.all(
			weights.map(
				async (weight) =>
					await semaphore.run(async () => {
						const second = clock.seconds;
						await clock.sleep(1000);
						return second;
					}, weight),
			),
		);
		expect(starts).toEqual(started);
	});
});
