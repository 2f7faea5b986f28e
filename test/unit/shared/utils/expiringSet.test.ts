import { ExpiringSet } from '../../../../nodes/shared/utils/expiringSet';

const LIFETIME = 10_000;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('an expiring set', () => {
	it('has what was added, and nothing else', () => {
		const set = new ExpiringSet(LIFETIME);
		set.add('a');
		expect([set.has('a'), set.has('b'), set.has('')]).toEqual([true, false, false]);
	});

	it('loses each member after its lifetime', () => {
		const set = new ExpiringSet(LIFETIME);
		set.add('a');
		jest.advanceTimersByTime(6000);
		set.add('b');
		jest.advanceTimersByTime(4000);
		expect([set.has('a'), set.has('b')]).toEqual([true, true]);
		jest.advanceTimersByTime(1);
		expect([set.has('a'), set.has('b')]).toEqual([false, true]);
		jest.advanceTimersByTime(6000);
		expect(set.has('b')).toBe(false);
	});

	it('keeps a member longer that is added again', () => {
		const set = new ExpiringSet(LIFETIME);
		set.add('a');
		jest.advanceTimersByTime(6000);
		set.add('a');
		jest.advanceTimersByTime(6000);
		expect(set.has('a')).toBe(true);
	});

	it('keeps nothing of what has left it, so that it does not grow without end', () => {
		const set = new ExpiringSet(LIFETIME);
		for (let n = 0; n < 100; n++) set.add(`member ${n}`);
		jest.advanceTimersByTime(LIFETIME + 1);
		set.has('anything');
		expect((set as unknown as { addedAt: Map<string, number> }).addedAt.size).toBe(0);
	});
});
