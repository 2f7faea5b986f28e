import { backoff, retry, type RetryOptions } from '../../../../nodes/shared/engine/retry';
import { StoppedError } from '../../../../nodes/shared/engine/clock';
import { VirtualClock } from '../../../../testkit/clocks/virtualClock.mts';

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

/** Work that fails a number of times, and the seconds at which it was tried. */
function workOf(failures: number, clock: VirtualClock) {
	const triedAt: number[] = [];
	const work = async () => {
		triedAt.push(clock.seconds);
		if (triedAt.length <= failures) throw new Error(`failure ${triedAt.length}`);
		return `result ${triedAt.length}`;
	};
	return { work, triedAt };
}

async function tryHard(failures: number, options: Partial<RetryOptions> = {}) {
	const clock = new VirtualClock();
	const { work, triedAt } = workOf(failures, clock);
	const outcome = await retry(work, { clock, isWorthRetrying: () => true, ...options }).catch(
		(error: unknown) => error,
	);
	return { clock, outcome, triedAt, tries: triedAt.length };
}

describe('a retry', () => {
	beforeEach(() => jest.spyOn(Math, 'random').mockReturnValue(1));
	afterEach(() => jest.restoreAllMocks());

	it('is not needed for what succeeds at once', async () => {
		const { outcome, triedAt } = await tryHard(0);
		expect(outcome).toBe('result 1');
		expect(triedAt).toEqual([0]);
	});

	it('follows after pauses that grow up to half a minute', async () => {
		const { outcome, triedAt } = await tryHard(7);
		expect(outcome).toBe('result 8');
		expect(triedAt).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
	});

	it('is not made of what is not worth it, and the error is the last one', async () => {
		const isWorthRetrying = jest.fn((error: unknown) => (error as Error).message !== 'failure 3');
		const { outcome, tries } = await tryHard(9, { isWorthRetrying });
		expect(outcome).toMatchObject({ message: 'failure 3' });
		expect(tries).toBe(3);
		expect(isWorthRetrying.mock.calls).toEqual([
			[expect.objectContaining({ message: 'failure 1' }), 1],
			[expect.objectContaining({ message: 'failure 2' }), 2],
			[expect.objectContaining({ message: 'failure 3' }), 3],
		]);
	});

	it('ends after as many tries as there may be', async () => {
		const { outcome, tries, clock } = await tryHard(9, { tries: 3 });
		expect(outcome).toMatchObject({ message: 'failure 3' });
		expect(tries).toBe(3);
		// No pause after the last one.
		expect(clock.seconds).toBe(3);
		expect((await tryHard(1, { tries: 1 })).tries).toBe(1);
	});

	it('starts no later than the deadline', async () => {
		const clock = new VirtualClock();
		const { work, triedAt } = workOf(9, clock);
		const options = { clock, isWorthRetrying: () => true };
		const late = retry(work, { ...options, deadline: clock.now() + 7000 });
		await expect(late).rejects.toThrow('failure 3');
		// The next one would fall on the deadline itself.
		expect(triedAt).toEqual([0, 1, 3]);
		expect(clock.seconds).toBe(3);
	});

	it('comes no sooner than the service asks', async () => {
		const asked = new Map([
			['failure 1', 40_000],
			['failure 2', 100],
		]);
		const { triedAt } = await tryHard(3, {
			requestedPause: (error) => asked.get((error as Error).message),
		});
		expect(triedAt).toEqual([0, 40, 42, 46]);
	});

	it('is not waited for when the service asks for a pause beyond the deadline', async () => {
		const clock = new VirtualClock();
		const { work, triedAt } = workOf(9, clock);
		const late = retry(work, {
			clock,
			isWorthRetrying: () => true,
			requestedPause: () => 60_000,
			deadline: clock.now() + 60_000,
		});
		await expect(late).rejects.toThrow('failure 1');
		expect(triedAt).toEqual([0]);
		expect(clock.seconds).toBe(0);
	});
});

describe('Stop', () => {
	it('ends the pause between two tries', async () => {
		const stop = new AbortController();
		const clock = new VirtualClock();
		const { work, triedAt } = workOf(9, clock);
		const stopped = retry(work, {
			clock,
			signal: stop.signal,
			isWorthRetrying: () => true,
			requestedPause: () => 60_000,
		}).catch((error: unknown) => error);
		await clock.sleep(12_000);
		stop.abort();
		expect(await stopped).toBeInstanceOf(StoppedError);
		expect(clock.seconds).toBe(12);
		expect(triedAt).toEqual([0]);
	});

	it('during a try lets it end, and begins no other', async () => {
		const stop = new AbortController();
		const clock = new VirtualClock();
		let tries = 0;
		const work = async () => {
			tries++;
			stop.abort();
			throw new Error('canceled');
		};
		const options = { clock, signal: stop.signal, isWorthRetrying: () => true };
		await expect(retry(work, options)).rejects.toBeInstanceOf(StoppedError);
		expect(tries).toBe(1);
	});

	it('before the first try lets nothing begin', async () => {
		const { outcome, tries } = await tryHard(0, { signal: AbortSignal.abort() });
		expect(outcome).toBeInstanceOf(StoppedError);
		expect(tries).toBe(0);
	});
});
