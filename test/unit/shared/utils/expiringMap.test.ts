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

	it('looks at each entry a fixed number of times, however many there are', () => {
		const steps = (count: number) => {
			const map = new ExpiringMap<number>(LIFETIME, 1_000_000);
			const inner = (map as unknown as { entries: Map<string, unknown> }).entries;
			let looked = 0;
			const iterate = inner[Symbol.iterator].bind(inner);
			inner[Symbol.iterator] = function* () {
				for (const entry of iterate()) {
					looked++;
					yield entry;
				}
			} as typeof iterate;
			for (let n = 0; n < count; n++) {
				// Twenty thousand in ten minutes.
				jest.advanceTimersByTime(30);
				map.has(`member ${n}`);
				map.set(`member ${n}`, n);
			}
			return looked;
		};
		expect(steps(20_000)).toBeLessThanOrEqual(10 * steps(2_000) + 20_000);
	});
});
