import { KlingError, type KlingErrorDetails } from '../../nodes/shared/api/errors';
import type { ApiRequest } from '../../nodes/shared/api/http';
import type { Task } from '../../nodes/shared/api/task';
import {
	type BatchOptions,
	type Job,
	type Outcome,
	type Progress,
	runBatch,
} from '../../nodes/shared/waiting/batch';
import { MemoryLedger } from '../../nodes/shared/waiting/ledger';
import { TimeoutError } from '../../nodes/shared/waiting/poller';
import { VirtualClock } from '../../testkit/clocks/virtualClock.mts';
import { completed, created, gatewayClient, idOf, reply, task } from './gatewayReplies';

const MINUTE = 60_000;

/** Kling on a virtual clock: how long each task takes, and what it answers to create requests. */
class VirtualKling {
	readonly clock = new VirtualClock();

	/** Create requests: the job, and the second. */
	readonly posts: Array<[number, number]> = [];

	readonly progress: Progress[] = [];

	private readonly startedAt = new Map<string, number>();

	constructor(
		private readonly seconds: number[],
		/** Throws, to refuse the nth create request of a job. */
		private readonly refuse: (job: number, nth: number) => void = () => {},
	) {}

	async run(options: Partial<BatchOptions> = {}): Promise<Array<Outcome<string>>> {
		const { clock } = this;
		const client = gatewayClient(async (request) => this.answer(request), clock);
		const jobs = this.seconds.map(
			(_, index): Job<string> => ({
				key: `key-${index}`,
				name: `name-${index}`,
				isNamed: false,
				queue: 'kling-v1-6',
				create: async () => this.create(index),
				deliver: async ({ id, status }: Task) => `${id} ${status} ${clock.seconds}`,
			}),
		);
		return await runBatch(jobs, client, {
			clock,
			ledger: new MemoryLedger(),
			timeout: 60 * MINUTE,
			maxConcurrency: 20,
			wait: { pollingInterval: 5000, onTimeout: 'error' },
			stopOnFailure: false,
			onProgress: (progress) => this.progress.push(progress),
			...options,
		});
	}

	private create(job: number): Task {
		this.posts.push([job, this.clock.seconds]);
		this.refuse(job, this.posts.filter(([other]) => other === job).length);
		this.startedAt.set(`t-${job}`, this.clock.seconds);
		return created(`t-${job}`);
	}

	private answer(request: ApiRequest) {
		const id = idOf(request);
		const seconds = this.seconds[Number(id.slice(2))] ?? 0;
		if (seconds < 0) return reply('', 401);
		const isOver = this.clock.seconds >= (this.startedAt.get(id) ?? 0) + seconds;
		return isOver ? completed(id) : task(id, 'processing');
	}
}

function klingError(retry: KlingErrorDetails['retry'], more: Partial<KlingErrorDetails> = {}) {
	return new KlingError(`retry ${retry}`, { advice: '', retry, ...more });
}

const results = (outcomes: Array<Outcome<string>>) => outcomes.map(({ result }) => result);

describe('a batch', () => {
	it('takes as long as its longest video, and keeps the order', async () => {
		const kling = new VirtualKling([20, 5, 10]);
		expect(results(await kling.run())).toEqual([
			't-0 completed 20',
			't-1 completed 5',
			't-2 completed 10',
		]);
		expect(kling.posts).toEqual([
			[0, 0],
			[1, 0],
			[2, 0],
		]);
	});

	it('fills a freed slot in the same moment', async () => {
		const kling = new VirtualKling([10, 20, 5, 5]);
		await kling.run({ maxConcurrency: 2 });
		expect(kling.posts).toEqual([
			[0, 0],
			[1, 0],
			[2, 10],
			[3, 15],
		]);
	});

	it('without a wait delivers each task as it was created', async () => {
		const kling = new VirtualKling([60, 60]);
		expect(results(await kling.run({ wait: undefined }))).toEqual([
			't-0 submitted 0',
			't-1 submitted 0',
		]);
	});

	it('tells how many videos are in which state', async () => {
		const kling = new VirtualKling([5, 5]);
		await kling.run({ maxConcurrency: 1 });
		expect(kling.progress.at(-1)).toEqual({ waiting: 0, running: 0, finished: 2, failed: 0 });
		const totals = kling.progress.map(({ waiting, running, finished, failed }) =>
			[waiting, running, finished, failed].reduce((sum, count) => sum + count, 0),
		);
		expect(new Set(totals)).toEqual(new Set([2]));
		expect(Math.max(...kling.progress.map(({ running }) => running))).toBe(1);
	});

	it('is nothing without jobs', async () => {
		expect(await new VirtualKling([]).run()).toEqual([]);
	});
});

describe('a failure', () => {
	const refuseSecond = (job: number) => {
		if (job === 1) throw klingError('never');
	};

	it('of one video never harms another', async () => {
		const kling = new VirtualKling([10, 10, -1, 10], refuseSecond);
		const outcomes = await kling.run();
		expect(outcomes.map(({ state }) => state)).toEqual([
			'finished',
			'failed',
			'failed',
			'finished',
		]);
		expect(outcomes[1]?.task).toBeUndefined();
		expect(outcomes[2]?.task?.id).toBe('t-2');
		expect(outcomes.map(({ error }) => error instanceof KlingError)).toEqual([
			false,
			true,
			true,
			false,
		]);
	});

	it('that stops the batch lets nothing further be created, not even in the freed slot', async () => {
		const kling = new VirtualKling([10, 10, 10, 10, 10], refuseSecond);
		const outcomes = await kling.run({ maxConcurrency: 2, stopOnFailure: true });
		expect(kling.posts.map(([job]) => job)).toEqual([0, 1]);
		expect(outcomes.map(({ state }) => state)).toEqual([
			'running',
			'failed',
			'waiting',
			'waiting',
			'waiting',
		]);
		expect(outcomes[0]?.task?.id).toBe('t-0');
		expect(kling.clock.seconds).toBe(0);
	});

	it('of a poll that stops the batch ends the pauses of the others', async () => {
		const kling = new VirtualKling([600, -1]);
		const outcomes = await kling.run({ stopOnFailure: true });
		expect(outcomes.map(({ state }) => state)).toEqual(['running', 'failed']);
		expect(kling.clock.seconds).toBe(5);
	});
});

describe('the time limit', () => {
	it('fails the video, and its last status is kept', async () => {
		const kling = new VirtualKling([600, 5]);
		const [late, early] = await kling.run({ timeout: MINUTE });
		expect(late?.error).toBeInstanceOf(TimeoutError);
		expect(late?.task).toMatchObject({ id: 't-0', status: 'processing' });
		expect(early?.state).toBe('finished');
		expect(kling.clock.seconds).toBe(60);
	});

	it('delivers the video as it is if the user wants that', async () => {
		const kling = new VirtualKling([600]);
		const outcomes = await kling.run({
			timeout: MINUTE,
			wait: { pollingInterval: 5000, onTimeout: 'continue' },
		});
		expect(results(outcomes)).toEqual(['t-0 processing 60']);
	});

	it('of a video begins when it is submitted, not while it waits for a slot', async () => {
		const kling = new VirtualKling([50, 50, 50]);
		const outcomes = await kling.run({ timeout: MINUTE, maxConcurrency: 1 });
		expect(outcomes.map(({ state }) => state)).toEqual(['finished', 'finished', 'finished']);
	});
});

describe('a create request', () => {
	it('that came too soon is repeated, no sooner than the service asks', async () => {
		const kling = new VirtualKling([5], (_job, nth) => {
			if (nth < 3) throw klingError('whenFree', { retryAfter: 40_000 });
		});
		const [outcome] = await kling.run();
		expect(outcome?.state).toBe('finished');
		expect(kling.posts.map(([, second]) => second)).toEqual([0, 40, 80]);
	});

	it('that came too soon is not repeated after the time limit', async () => {
		const kling = new VirtualKling([5], () => {
			throw klingError('whenFree', { retryAfter: 40_000 });
		});
		const [outcome] = await kling.run({ timeout: MINUTE });
		expect(outcome?.error).toMatchObject({ message: 'retry whenFree' });
		expect(kling.posts).toHaveLength(2);
	});

	it('that could not be sent is tried three times', async () => {
		const kling = new VirtualKling([5], () => {
			throw klingError('unsent');
		});
		const [outcome] = await kling.run();
		expect(outcome?.error).toMatchObject({ message: 'retry unsent' });
		expect(kling.posts).toHaveLength(3);
		expect(kling.clock.seconds).toBeLessThanOrEqual(3);
	});

	it.each(['never', 'maybe'] as const)(
		'after which a repetition is "%s" is not repeated',
		async (retry) => {
			const kling = new VirtualKling([5], () => {
				throw klingError(retry);
			});
			const [outcome] = await kling.run();
			expect(outcome?.error).toMatchObject({ message: `retry ${retry}` });
			expect(kling.posts).toHaveLength(1);
		},
	);

	it('that fails in a way nobody has foreseen is not repeated', async () => {
		const kling = new VirtualKling([5], () => {
			throw new TypeError('a bug');
		});
		const [outcome] = await kling.run();
		expect(outcome?.error).toBeInstanceOf(TypeError);
		expect(kling.posts).toHaveLength(1);
	});
});

describe('Stop', () => {
	it('ends everything at once, and keeps what is known of the tasks', async () => {
		const stop = new AbortController();
		const kling = new VirtualKling([600, 600, 600]);
		const running = kling.run({ maxConcurrency: 2, signal: stop.signal });
		await kling.clock.sleep(12_000);
		stop.abort();
		const outcomes = await running;
		expect(kling.clock.seconds).toBe(12);
		expect(outcomes.map(({ state, task: known }) => [state, known?.id])).toEqual([
			['running', 't-0'],
			['running', 't-1'],
			['waiting', undefined],
		]);
		expect(kling.posts).toHaveLength(2);
	});

	it('ends the pause before a create request is repeated', async () => {
		const stop = new AbortController();
		const kling = new VirtualKling([5], () => {
			throw klingError('whenFree', { retryAfter: 10 * MINUTE });
		});
		const running = kling.run({ signal: stop.signal });
		await kling.clock.sleep(1000);
		stop.abort();
		expect((await running)[0]?.task).toBeUndefined();
		expect(kling.clock.seconds).toBe(1);
		expect(kling.posts).toHaveLength(1);
	});

	it('before the beginning creates nothing', async () => {
		const kling = new VirtualKling([5, 5]);
		await kling.run({ signal: AbortSignal.abort() });
		expect(kling.posts).toEqual([]);
	});
});
