import { systemClock } from '../../../../nodes/shared/n8n/systemClock';
import { StoppedError } from '../../../../nodes/shared/engine/clock';

/** Before n8n 2.34 its sleep knew no signal. */
const mockN8n = { isOld: false };

jest.mock('n8n-workflow', () => {
	const original = jest.requireActual<typeof import('n8n-workflow')>('n8n-workflow');
	return {
		...original,
		sleep: async (ms: number, signal?: AbortSignal) =>
			await original.sleep(ms, mockN8n.isOld ? undefined : signal),
	};
});

beforeEach(() => {
	mockN8n.isOld = false;
	jest.useFakeTimers();
});
afterEach(() => jest.useRealTimers());

/** Whether a promise has come to an end, and which. */
function watch(promise: Promise<unknown>) {
	const seen: { end?: unknown } = {};
	promise.then(
		() => (seen.end = 'over'),
		(error: unknown) => (seen.end = error),
	);
	return seen;
}

describe('the system clock', () => {
	it('tells the time, and does not jump when somebody sets the computer’s clock', () => {
		jest.useRealTimers();
		const before = systemClock.now();
		expect(Math.abs(before - Date.now())).toBeLessThan(60_000);
		jest.useFakeTimers({ doNotFake: ['performance'] });
		jest.setSystemTime(0);
		expect(Date.now()).toBe(0);
		expect(systemClock.now()).toBeGreaterThanOrEqual(before);
	});

	it('sleeps as long as it is told to', async () => {
		const seen = watch(systemClock.sleep(5000));
		await jest.advanceTimersByTimeAsync(4999);
		expect(seen.end).toBeUndefined();
		await jest.advanceTimersByTimeAsync(1);
		expect(seen.end).toBe('over');
	});

	it.each([
		['today’s n8n', false, 0],
		['an n8n before 2.34', true, 1],
	])('wakes at once when the execution is stopped, in %s', async (_name, isOld, timersLeft) => {
		mockN8n.isOld = isOld;
		const stop = new AbortController();
		const seen = watch(systemClock.sleep(5000, stop.signal));
		await jest.advanceTimersByTimeAsync(1000);
		expect(seen.end).toBeUndefined();
		stop.abort();
		await jest.advanceTimersByTimeAsync(0);
		expect(seen.end).toBeInstanceOf(StoppedError);
		expect(jest.getTimerCount()).toBe(timersLeft);
	});

	it('does not fall asleep in an execution that is stopped already', async () => {
		const seen = watch(systemClock.sleep(5000, AbortSignal.abort()));
		await jest.advanceTimersByTimeAsync(0);
		expect(seen.end).toBeInstanceOf(StoppedError);
	});
});
