import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import { type ErrorKind, MEANINGS } from '../../../../nodes/shared/api/errors/kinds';
import type { ApiRequest } from '../../../../nodes/shared/api/http';
import type { Task } from '../../../../nodes/shared/api/task';
import { TimeLimitError } from '../../../../nodes/shared/engine/poller';
import {
	type BatchOptions,
	type Outcome,
	type Progress,
	runBatch,
} from '../../../../nodes/shared/engine/runBatch';
import type { PlannedVideo } from '../../../../nodes/shared/engine/taskService';
import { VirtualClock } from '../../../../testkit/clocks/virtualClock.mts';
import { MemoryLedger } from '../../../../testkit/memoryLedger.mts';
import {
	completed,
	created,
	gatewayClient,
	idOf,
	reply,
	REQUEST,
	TARGET,
	task,
} from '../../gatewayReplies';

const MINUTE = 60_000;

/** A planned video, and which one it is. */
interface NumberedVideo extends PlannedVideo {
	index: number;
}

/** Kling on a virtual clock: how long each task takes, and what it answers to create requests. */
class VirtualKling {
	readonly clock = new VirtualClock();

	readonly ledger = new MemoryLedger();

	/** How long the delivery of a finished video takes; seconds. */
	deliverySeconds = 0;

	/** The videos whose tasks end as failed. */
	readonly failing = new Set<number>();

	/** Create requests: the video, and the second. */
	readonly posts: Array<[number, number]> = [];

	readonly progress: Progress[] = [];

	private readonly startedAt = new Map<string, number>();

	constructor(
		/** How long each task takes. Less than 0: the key is wrong when it is checked. */
		private readonly seconds: number[],
		/** Throws, to refuse the nth create request of a video. */
		private readonly refuse: (video: number, nth: number) => void = () => {},
	) {}

	async run(options: Partial<BatchOptions> = {}): Promise<Array<Outcome<string>>> {
		const { clock, ledger } = this;
		const client = gatewayClient(async (request) => this.answer(request), clock);
		const videos = this.seconds.map((_, index) => ({
			index,
			key: `key-${index}`,
			name: `name-${index}`,
			request: REQUEST,
			target: TARGET,
		}));
		return await runBatch<NumberedVideo, string>(
			videos,
			{
				create: async ({ index }, _id, onLeaving) => {
					onLeaving();
					return this.create(index);
				},
				findByExternalId: async () => ({ is: 'unknown' }),
				refresh: (tasks) => client.refresh(tasks),
				deliver: async (_video, { id, status }) => {
					if (status === 'failed') throw new KlingError('taskFailed');
					const { seconds } = clock;
					if (this.deliverySeconds > 0) await clock.sleep(this.deliverySeconds * 1000);
					return `${id} ${status} ${seconds}`;
				},
			},
			{
				clock,
				ledger,
				timeout: 60 * MINUTE,
				maxConcurrency: 20,
				polling: { pollingInterval: 5000, onTimeout: 'error' },
				stopOnFailure: false,
				onProgress: (progress) => this.progress.push(progress),
				...options,
			},
		);
	}

	private create(video: number): Task {
		this.posts.push([video, this.clock.seconds]);
		this.refuse(video, this.posts.filter(([other]) => other === video).length);
		this.startedAt.set(`t-${video}`, this.clock.seconds);
		return created(`t-${video}`);
	}

	private answer(request: ApiRequest) {
		const id = idOf(request);
		const seconds = this.seconds[Number(id.slice(2))] ?? 0;
		if (seconds < 0) return reply('', 401);
		const isOver = this.clock.seconds >= (this.startedAt.get(id) ?? 0) + seconds;
		if (!isOver) return task(id, 'processing');
		return this.failing.has(Number(id.slice(2))) ? task(id, 'failed') : completed(id);
	}
}

/** The kinds of error that say one of these things about a create request. */
function kindsThatMean(...meanings: string[]): ErrorKind[] {
	return (Object.keys(MEANINGS) as ErrorKind[]).filter((kind) =>
		meanings.includes(MEANINGS[kind].creating),
	);
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

	it('fills a freed place in the same moment', async () => {
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
		expect(results(await kling.run({ polling: undefined }))).toEqual([
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

	it('is nothing without videos', async () => {
		expect(await new VirtualKling([]).run()).toEqual([]);
	});
});

describe('a failure', () => {
	const refuseSecond = (video: number) => {
		if (video === 1) throw new KlingError('badRequest');
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

	it('that stops the batch lets nothing further be created, not even in the freed place', async () => {
		const kling = new VirtualKling([10, 10, 10, 10, 10], refuseSecond);
		const outcomes = await kling.run({ maxConcurrency: 2, stopOnFailure: true });
		expect(kling.posts.map(([video]) => video)).toEqual([0, 1]);
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

describe('a task that Kling ends as failed', () => {
	it('fails its video only, and is remembered, so that a retry creates another one', async () => {
		const kling = new VirtualKling([5, 10]);
		kling.failing.add(0);
		const [bad, good] = await kling.run();
		expect([bad?.state, good?.state]).toEqual(['failed', 'finished']);
		expect(bad?.error).toMatchObject({ kind: 'taskFailed' });
		expect(bad?.task).toMatchObject({ id: 't-0', status: 'failed' });
		expect(kling.ledger.read('key-0')).toEqual({ name: 'name-0', failures: 1 });
		expect(kling.ledger.read('key-1')).toEqual({
			name: 'name-1',
			failures: 0,
			task: { id: 't-1', format: 'gateway' },
		});
	});

	it('stops the batch at once, however many downloads are under way', async () => {
		const kling = new VirtualKling([5, 5, 5, 5, 5, 10, 60, 60]);
		kling.failing.add(5);
		kling.deliverySeconds = 600;
		const outcomes = await kling.run({ stopOnFailure: true, maxConcurrency: 6 });
		expect(outcomes[5]?.error).toMatchObject({ kind: 'taskFailed' });
		// The two that began in the places freed after 5 seconds are given up after 10.
		expect(outcomes.slice(6).map(({ state }) => state)).toEqual(['running', 'running']);
	});
});

describe('deliveries', () => {
	it('are five at once, and hold up no other video', async () => {
		const kling = new VirtualKling([5, 5, 5, 5, 5, 5, 5]);
		kling.deliverySeconds = 10;
		expect(results(await kling.run())).toEqual([
			...[0, 1, 2, 3, 4].map((n) => `t-${n} completed 5`),
			...[5, 6].map((n) => `t-${n} completed 15`),
		]);
	});

	it('leave the places to videos that are still to be created', async () => {
		const kling = new VirtualKling([5, 5]);
		kling.deliverySeconds = 100;
		await kling.run({ maxConcurrency: 1 });
		expect(kling.posts).toEqual([
			[0, 0],
			[1, 5],
		]);
	});
});

describe('the time limit', () => {
	it('fails the video, and its last status is kept', async () => {
		const kling = new VirtualKling([600, 5]);
		const [late, early] = await kling.run({ timeout: MINUTE });
		expect(late?.error).toBeInstanceOf(TimeLimitError);
		expect(late?.task).toMatchObject({ id: 't-0', status: 'processing' });
		expect(early?.state).toBe('finished');
		expect(kling.clock.seconds).toBe(60);
	});

	it('delivers the video as it is if the user wants that', async () => {
		const kling = new VirtualKling([600]);
		const outcomes = await kling.run({
			timeout: MINUTE,
			polling: { pollingInterval: 5000, onTimeout: 'continue' },
		});
		expect(results(outcomes)).toEqual(['t-0 processing 60']);
	});

	it('of a video begins when it is submitted, not while it waits for a place', async () => {
		const kling = new VirtualKling([50, 50, 50]);
		const outcomes = await kling.run({ timeout: MINUTE, maxConcurrency: 1 });
		expect(outcomes.map(({ state }) => state)).toEqual(['finished', 'finished', 'finished']);
	});
});

describe('a create request', () => {
	it('that came too soon is repeated, no sooner than the service asks', async () => {
		const kling = new VirtualKling([5], (_video, nth) => {
			if (nth < 3) throw new KlingError('concurrencyLimit', { retryAfter: 40_000 });
		});
		const [outcome] = await kling.run();
		expect(outcome?.state).toBe('finished');
		expect(kling.posts.map(([, second]) => second)).toEqual([0, 40, 80]);
	});

	it('that came too soon is not repeated after the time limit', async () => {
		const kling = new VirtualKling([5], () => {
			throw new KlingError('concurrencyLimit', { retryAfter: 40_000 });
		});
		const [outcome] = await kling.run({ timeout: MINUTE });
		expect(outcome?.error).toMatchObject({ kind: 'concurrencyLimit' });
		expect(kling.posts).toHaveLength(2);
	});

	it('that could not be sent is tried three times', async () => {
		const kling = new VirtualKling([5], () => {
			throw new KlingError('unreachable');
		});
		const [outcome] = await kling.run();
		expect(outcome?.error).toMatchObject({ kind: 'unreachable' });
		expect(kling.posts).toHaveLength(3);
		expect(kling.clock.seconds).toBeLessThanOrEqual(3);
	});

	it('whose token was rejected is signed and sent once more', async () => {
		const kling = new VirtualKling([5], () => {
			throw new KlingError('tokenExpired');
		});
		const [outcome] = await kling.run();
		expect(outcome?.error).toMatchObject({ kind: 'tokenExpired' });
		expect(kling.posts).toHaveLength(2);
	});

	it.each(kindsThatMean('refused', 'unknown'))(
		'that ended in "%s" is not repeated, for want of an external task ID',
		async (kind) => {
			const kling = new VirtualKling([5], () => {
				throw new KlingError(kind);
			});
			const [outcome] = await kling.run();
			expect(outcome?.error).toMatchObject({ kind });
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
			throw new KlingError('concurrencyLimit', { retryAfter: 10 * MINUTE });
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
