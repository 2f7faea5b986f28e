import { ExpiringMap } from '../../../../nodes/shared/utils/expiringMap';

const LIFETIME = 10_000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('an expiring map', () => {
	it('keeps an entry for its lifetime, from when it was set last', () => {
		const map = new ExpiringMap<number>(LIFETIME, 100);
		map.set('a', 1);
		map.set('b', 2);
		jest.advanceTimersByTime(6000);
		map.set('a', 3);
		jest.advanceTimersByTime(6000);
		expect([map.get('a'), map.get('b'), map.size]).toEqual([3, undefined, 1]);
		jest.advanceTimersByTime(6000);
		expect([map.has('a'), map.size]).toEqual([false, 0]);
	});

	it('makes room by its oldest entries, and keeps the newest however large it is', () => {
		const map = new ExpiringMap<string>(LIFETIME, 10);
		map.set('a', 'first', 4);
		map.set('b', 'second', 4);
		map.set('a', 'again', 4);
		map.set('c', 'third', 4);
		expect([map.has('a'), map.has('b'), map.has('c')]).toEqual([true, false, true]);
		map.set('large', 'alone', 1000);
		expect([map.size, map.get('large')]).toEqual([1, 'alone']);
		map.set('d', 'next', 1);
		expect([map.has('large'), map.has('d')]).toEqual([false, true]);
	});

	it('goes on where it stopped, instead of walking over what it has deleted', () => {
		let walks = 0;
		const { entries } = Map.prototype;
		const spies = ([Symbol.iterator, 'entries'] as const).map((name) =>
			jest.spyOn(Map.prototype, name as 'entries').mockImplementation(function (
				this: Map<unknown, unknown>,
			) {
				walks++;
				return entries.call(this);
			}),
		);
		const map = new ExpiringMap<number>(LIFETIME, 100);
		for (let n = 0; n < 10_000; n++) {
			map.set(`member ${n}`, n);
			map.has(`member ${n - 50}`);
		}
		const size = map.size;
		for (const spy of spies) spy.mockRestore();
		expect(size).toBe(100);
		expect(walks).toBeLessThan(10);
	});

	it('forgets all in time, whatever was set again and deleted meanwhile', () => {
		const map = new ExpiringMap<number>(LIFETIME, 50);
		for (let round = 0; round < 5; round++) {
			for (let n = 0; n < 200; n++) {
				map.set(`member ${(n * 7) % 40}`, n);
				if (n % 3 === 0) map.delete(`member ${n % 40}`);
				jest.advanceTimersByTime(100);
			}
			expect(map.size).toBeGreaterThan(10);
			jest.advanceTimersByTime(LIFETIME + 1);
			expect(map.size).toBe(0);
		}
	});
});
