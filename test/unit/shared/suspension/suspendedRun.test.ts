import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import type { Refreshed } from '../../../../nodes/shared/api/refresh';
import type { Task, TaskStatus } from '../../../../nodes/shared/api/task';
import { type Checker, SuspendedRun } from '../../../../nodes/shared/suspension/suspendedRun';
import { Semaphore } from '../../../../nodes/shared/utils/semaphore';
import { VirtualClock } from '../../../../testkit/clocks/virtualClock.mts';

const VIDEO = { url: 'https://files.example.com/1.mp4' };

/** Kling, as far as callbacks are concerned: what it says of each task, and how often it was asked. */
class Kling {
	readonly clock = new VirtualClock();
	requests = 0;
	most = 0;
	/** Tasks that are over, from a moment on. */
	readonly overAt = new Map<string, number>();
	/** What it says instead. */
	readonly says = new Map<string, () => Refreshed>();
	/** How many tasks one request of the list shows; 1 where it shows none. */
	perRequest = 1;
	/** How long each answer takes; milliseconds. */
	latency = 100;

	private underWay = 0;
	/** All callbacks share these, as in resume.ts. */
	private readonly places = new Semaphore(20);

	finish(...ids: string[]): void {
		for (const id of ids) this.overAt.set(id, this.clock.now());
	}

	checker(): Checker & { understood: number } {
		let sent = 0;
		const places = new Semaphore(5);
		const ask = async () => {
			sent++;
			await this.places.run(async () => {
				this.requests++;
				this.underWay++;
				this.most = Math.max(this.most, this.underWay);
				await this.clock.sleep(this.latency);
				this.underWay--;
			});
		};
		const checker = {
			clock: this.clock,
			understood: 0,
			requests: () => sent,
			onUnderstood: () => void checker.understood++,
			refresh: (tasks: readonly Task[]) => {
				const parts = new Map<number, Promise<void>>();
				return tasks.map(async (task, index): Promise<Refreshed> => {
					const part = Math.floor(index / this.perRequest);
					const asked = parts.get(part) ?? places.run(ask);
					parts.set(part, asked);
					await asked;
					return this.says.get(task.id)?.() ?? this.taskOf(task.id);
				});
			},
		};
		return checker;
	}

	taskOf(id: string): Refreshed {
		const isOver = (this.overAt.get(id) ?? Infinity) <= this.clock.now();
		return task(id, isOver ? 'completed' : 'processing');
	}
}

function task(id: string, status: TaskStatus, videos = status === 'completed' ? [VIDEO] : []) {
	return { task: { id, format: 'v1' as const, status, videos, raw: {} } };
}

const idsOf = (count: number) => Array.from({ length: count }, (_, n) => `task-${n}`);

const runOf = (ids: string[]) => new SuspendedRun(ids.map((id) => ({ id, format: 'v1' })));

const called = (taskId = '') => ({ taskId, isSelfCheck: false });

let kling: Kling;
beforeEach(() => {
	kling = new Kling();
});

describe('a callback', () => {
	it('of the only task is one request', async () => {
		const run = runOf(['a']);
		kling.finish('a');
		expect(await run.handleCallback(called('a'), kling.checker())).toBe(true);
		expect(kling.requests).toBe(1);
		expect([...run.outcomes.keys()]).toEqual(['a']);
	});

	it('is answered before its task is checked again, which goes on for half a minute', async () => {
		const run = runOf(['a']);
		const checker = kling.checker();
		const startedAt = kling.clock.seconds;
		kling.overAt.set('a', kling.clock.now() + 3000);
		expect(await run.handleCallback(called('a'), checker)).toBe(true);
		expect(checker.understood).toBe(1);
		expect(kling.clock.seconds - startedAt).toBeLessThan(10);

		const other = runOf(['b']);
		const before = [kling.clock.seconds, kling.requests] as const;
		expect(await other.handleCallback(called('b'), kling.checker())).toBe(false);
		expect(kling.requests - before[1]).toBe(7);
		expect(kling.clock.seconds - before[0]).toBeGreaterThan(30);
	});

	it('waits for the video that is not listed yet, and not for ever', async () => {
		const run = runOf(['a', 'b']);
		let asked = 0;
		kling.finish('a');
		kling.says.set('b', () => task('b', 'completed', ++asked > 2 ? [VIDEO] : []));
		expect(await run.handleCallback(called('b'), kling.checker())).toBe(true);
		expect(run.outcomes.get('b')).toMatchObject({ task: { videos: [VIDEO] } });

		const other = runOf(['c']);
		kling.says.set('c', () => task('c', 'completed', []));
		expect(await other.handleCallback(called('c'), kling.checker())).toBe(true);
		expect(other.outcomes.get('c')).toMatchObject({ task: { videos: [] } });
	});

	it('takes a task for lost only if Kling does not know it for half a minute', async () => {
		const run = runOf(['a', 'b']);
		kling.finish('a');
		kling.says.set('b', () => ({ error: new KlingError('notFound', {}) }));
		const startedAt = kling.clock.seconds;
		expect(await run.handleCallback(called('a'), kling.checker())).toBe(true);
		expect(kling.clock.seconds - startedAt).toBeGreaterThan(15);
		expect(run.outcomes.get('b')).toHaveProperty('error');
	});

	it('is given back when Kling does not answer, and what is known stays', async () => {
		const run = runOf(['a', 'b']);
		kling.finish('a', 'b');
		kling.says.set('b', () => ({ error: new KlingError('timeout', {}) }));
		const checker = kling.checker();
		await expect(run.handleCallback(called('a'), checker)).rejects.toMatchObject({
			kind: 'timeout',
		});
		expect(checker.understood).toBe(0);
		kling.says.clear();
		const before = kling.requests;
		expect(await run.handleCallback(called('a'), kling.checker())).toBe(true);
		expect(kling.requests - before).toBe(1);
	});

	it('leaves it to another one to keep checking, for all tasks in one request', async () => {
		kling.perRequest = 500;
		const ids = idsOf(60);
		const run = runOf(ids);
		const first = run.handleCallback(called(ids[0]), kling.checker());
		const others = ids
			.slice(1)
			.map(async (id) => await run.handleCallback(called(id), kling.checker()));
		kling.overAt.set(ids[0] as string, kling.clock.now() + 10_000);
		for (const id of ids.slice(1)) kling.overAt.set(id, kling.clock.now() + 10_000);
		// One waits until no more come, the rest are done.
		await Promise.all(others);
		expect(await first).toBe(true);
		expect(kling.requests).toBeLessThanOrEqual(2 * 60);
	});

	it('is not misled by an answer of before it', async () => {
		const run = runOf(['a', 'b']);
		kling.finish('a');
		const first = run.handleCallback(called('a'), kling.checker());
		await kling.clock.sleep(50);
		kling.says.set('b', () => task('b', 'processing'));
		const second = run.handleCallback(called('b'), kling.checker());
		await kling.clock.sleep(60);
		kling.says.delete('b');
		kling.finish('b');
		expect(await second).toBe(true);
		expect(kling.clock.seconds).toBeLessThan(1);
		await first;
	});
});

describe('requests', () => {
	const MODES = [
		['where the list shows all tasks', 500],
		['where a request names twenty', 20],
		['where the list shows none', 1],
	] as const;

	describe.each([60, 1000])('for %d tasks', (count) => {
		it.each(MODES)('at once: at most two a callback and 20 at a time, %s', async (_name, shown) => {
			kling.perRequest = shown;
			const ids = idsOf(count);
			const run = runOf(ids);
			kling.finish(...ids);
			const all = ids.map(async (id) => await run.handleCallback(called(id), kling.checker()));
			expect(await Promise.race(all)).toBeDefined();
			expect(await Promise.all(all)).toContain(true);
			expect(kling.requests).toBeLessThanOrEqual(2 * count);
			expect(kling.most).toBeLessThanOrEqual(20);
		});

		it.each(MODES)('one after the other: at most two a callback, %s', async (_name, shown) => {
			kling.perRequest = shown;
			const ids = idsOf(count);
			const run = runOf(ids);
			const results: Array<Promise<boolean>> = [];
			for (const id of ids) {
				kling.finish(id);
				results.push(run.handleCallback(called(id), kling.checker()));
				await kling.clock.sleep(3000);
			}
			expect((await Promise.all(results)).at(-1)).toBe(true);
			// The first callback may check all of them, which counts for those to come.
			expect(kling.requests).toBeLessThanOrEqual(2 * count + Math.ceil(count / shown));
			expect(kling.most).toBeLessThanOrEqual(20);
		});
	});

	it('check the others when their callbacks were lost, soon after the last one', async () => {
		const ids = idsOf(60);
		const run = runOf(ids);
		const results: Array<Promise<boolean>> = [];
		kling.finish(...ids.slice(0, 6));
		for (const id of ids.slice(6)) {
			kling.finish(id);
			results.push(run.handleCallback(called(id), kling.checker()));
			await kling.clock.sleep(3000);
		}
		const lastAt = kling.clock.seconds;
		expect(await Promise.all(results)).toContain(true);
		expect(kling.clock.seconds - lastAt).toBeLessThan(90);
	});

	it('are none for what earlier callbacks have found out', async () => {
		const run = runOf(['a', 'b']);
		kling.finish('a', 'b');
		await run.handleCallback(called('a'), kling.checker());
		const before = kling.requests;
		expect(await run.handleCallback(called('b'), kling.checker())).toBe(true);
		expect(kling.requests).toBe(before);
	});
});

describe('a look', () => {
	it('checks everything once, and does not insist that its task is over', async () => {
		kling.perRequest = 500;
		const ids = idsOf(60);
		const run = runOf(ids);
		const before = kling.clock.seconds;
		const report = { taskId: 'task-0', isSelfCheck: true };
		expect(await run.handleCallback(report, kling.checker())).toBe(false);
		expect(kling.requests).toBe(1);
		expect(kling.clock.seconds - before).toBeLessThan(1);
		kling.finish(...ids);
		expect(await run.handleCallback(report, kling.checker())).toBe(true);
	});

	it('that is sent again and again costs what callbacks do, but for the first few', async () => {
		const costOf = async (isSelfCheck: boolean) => {
			kling = new Kling();
			const run = runOf(idsOf(60));
			const looked: Array<Promise<boolean>> = [];
			for (let n = 0; n < 100; n++) {
				looked.push(run.handleCallback({ taskId: 'task-0', isSelfCheck }, kling.checker()));
				await kling.clock.sleep(1000);
			}
			await Promise.all(looked);
			return kling.requests;
		};
		expect(await costOf(true)).toBeLessThanOrEqual((await costOf(false)) + 4 * 60);
	});
});

describe('what is remembered', () => {
	const LARGE = 'x'.repeat(100_000);

	const overWith = async (needsReply: boolean) => {
		const run = new SuspendedRun([{ id: 'a', format: 'v1', needsReply }]);
		kling.says.set('a', () => ({ task: { ...task('a', 'completed').task, raw: { LARGE } } }));
		expect(await run.handleCallback(called('a'), kling.checker())).toBe(true);
		return run;
	};

	it('are replies only where an item wants one, and they count', async () => {
		const [simple, whole] = [await overWith(false), await overWith(true)];
		expect(simple.outcomes.get('a')).toMatchObject({ task: { id: 'a', videos: [VIDEO] } });
		expect(JSON.stringify([...simple.outcomes])).not.toContain(LARGE);
		expect(whole.outcomes.get('a')).toMatchObject({ task: { raw: { LARGE } } });
		expect(simple.memory).toBeLessThan(10_000);
		expect(whole.memory).toBeGreaterThan(100_000);
	});

	it('is the reply that lists no video, whose error quotes it', async () => {
		const run = runOf(['a']);
		kling.says.set('a', () => ({ task: { ...task('a', 'completed', []).task, raw: { LARGE } } }));
		expect(await run.handleCallback(called('a'), kling.checker())).toBe(true);
		expect(run.outcomes.get('a')).toMatchObject({ task: { raw: { LARGE } } });
	});

	it('is nothing but the claim once the execution is resumed, also by those who still ask', async () => {
		const run = await overWith(true);
		const others = new SuspendedRun(idsOf(60).map((id) => ({ id, format: 'v1' })));
		const late = others.handleCallback(called('task-0'), kling.checker());
		for (const each of [run, others]) {
			each.resumption.claim(0, 0);
			each.resumption.handOver(0);
			each.forget();
		}
		expect(await late).toBe(false);
		for (const each of [run, others]) {
			expect(each.outcomes.size).toBe(0);
			expect(each.memory).toBeLessThan(2_000);
		}
	});
});
