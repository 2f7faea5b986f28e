import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import { knownById } from '../../../../nodes/shared/api/task';
import { StoppedError } from '../../../../nodes/shared/engine/clock';
import type { CreateOutcome } from '../../../../nodes/shared/engine/lookUp';
import { Throttle } from '../../../../nodes/shared/engine/throttle';
import { VirtualClock } from '../../../../testkit/clocks/virtualClock.mts';

const HOUR = 60 * 60_000;

/** A service that takes so many tasks at once, and the seconds at which each was tried. */
class Service {
	readonly clock = new VirtualClock();
	readonly throttle = new Throttle(this.clock);
	readonly tries: Array<[string, number]> = [];
	free: number;
	/** How long the service asks to wait; milliseconds. */
	retryAfter?: number;

	constructor(places: number) {
		this.free = places;
	}

	async pass(
		name: string,
		{ timeout = HOUR, signal = new AbortController().signal, onRefused = () => {} } = {},
	): Promise<string> {
		const outcome = await this.throttle.run(
			async () => {
				this.tries.push([name, this.clock.seconds]);
				if (this.free === 0) {
					const error = new KlingError('concurrencyLimit', { retryAfter: this.retryAfter });
					return { is: 'notCreated', error };
				}
				this.free--;
				return { is: 'created', task: knownById({ id: name, format: 'v1' }), isReused: false };
			},
			{ deadline: this.clock.now() + timeout, signal, onRefused },
		);
		if (outcome.is !== 'created') throw outcome.error;
		return outcome.task.id;
	}

	/** One of our tasks has ended. */
	end() {
		this.free++;
		this.throttle.taskEnded();
	}

	triesOf(name: string): number[] {
		return this.tries.filter(([other]) => other === name).map(([, second]) => second);
	}
}

beforeEach(() => jest.spyOn(Math, 'random').mockReturnValue(1));
afterEach(() => jest.restoreAllMocks());

describe('as long as no limit refuses', () => {
	it('everyone passes at once', async () => {
		const service = new Service(100);
		const names = Array.from({ length: 50 }, (_, n) => String(n));
		expect(await Promise.all(names.map(async (name) => await service.pass(name)))).toEqual(names);
		expect(service.clock.seconds).toBe(0);
	});

	it.each<[string, CreateOutcome]>([
		['any other refusal', { is: 'notCreated', error: new KlingError('badKey') }],
		// It may have been charged: another request could pay twice.
		['a limit that proves nothing', { is: 'unknown', error: new KlingError('rateLimited') }],
	])('%s is passed on', async (_name, refused) => {
		const service = new Service(1);
		const outcome = await service.throttle.run(async () => await Promise.resolve(refused), {
			deadline: service.clock.now() + HOUR,
			signal: new AbortController().signal,
		});
		expect(outcome).toBe(refused);
		expect(await service.pass('next')).toBe('next');
		expect(service.clock.seconds).toBe(0);
	});
});

describe('after a refusal', () => {
	it('the others line up, and try in their order', async () => {
		const service = new Service(1);
		const all = Promise.all(['a', 'b', 'c'].map(async (name) => await service.pass(name)));
		await service.clock.sleep(20_000);
		service.end();
		await service.clock.sleep(20_000);
		service.end();
		await all;
		// Whoever is refused in the beginning tried at the same time; then b is the first in line.
		expect(service.triesOf('a')).toEqual([0]);
		expect(service.triesOf('b')).toEqual([0, 1, 3, 7, 15, 20]);
		expect(service.triesOf('c')[0]).toBe(0);
		expect(
			service
				.triesOf('c')
				.slice(1)
				.every((second) => second >= 20),
		).toBe(true);
		expect(service.triesOf('c').at(-1)).toBe(40);
	});

	it('a task that ends makes the first in line try at once', async () => {
		const service = new Service(0);
		service.retryAfter = 600_000;
		const passing = service.pass('a');
		await service.clock.sleep(5000);
		service.end();
		await passing;
		expect(service.triesOf('a')).toEqual([0, 5]);
	});

	it('tasks that ended while nobody paused are not forgotten', async () => {
		const service = new Service(0);
		const first = service.pass('a');
		await service.clock.sleep(1500);
		service.end();
		service.end();
		await first;
		await service.pass('b');
		expect(service.triesOf('b')).toEqual([1.5]);
	});

	it('the pause is no shorter than the service asks', async () => {
		const service = new Service(0);
		service.retryAfter = 40_000;
		const passing = service.pass('a');
		await service.clock.sleep(79_000);
		service.free++;
		await passing;
		expect(service.triesOf('a')).toEqual([0, 40, 80]);
	});

	it('each refusal is told', async () => {
		const service = new Service(0);
		let refusals = 0;
		const passing = service.pass('a', { onRefused: () => refusals++ });
		await service.clock.sleep(5000);
		service.free++;
		await passing;
		expect(refusals).toBe(service.triesOf('a').length - 1);
	});

	it('the last refusal is the error when the next try would come after the deadline', async () => {
		const service = new Service(0);
		await expect(service.pass('a', { timeout: 10_000 })).rejects.toMatchObject({
			kind: 'concurrencyLimit',
		});
		expect(service.triesOf('a')).toEqual([0, 1, 3, 7]);
		// The line goes on without it.
		service.free++;
		expect(await service.pass('b')).toBe('b');
	});
});

describe('Stop', () => {
	it('ends the pause', async () => {
		const service = new Service(0);
		service.retryAfter = 600_000;
		const stop = new AbortController();
		const stopped = service.pass('a', { signal: stop.signal }).catch((error: unknown) => error);
		await service.clock.sleep(2000);
		stop.abort();
		expect(await stopped).toBeInstanceOf(StoppedError);
		expect(service.clock.seconds).toBe(2);
		expect(service.triesOf('a')).toEqual([0]);
	});
});
