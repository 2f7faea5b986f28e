import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import type { ErrorKind } from '../../../../nodes/shared/api/errors/kinds';
import { FORMATS } from '../../../../nodes/shared/api/formats';
import type { ApiRequest } from '../../../../nodes/shared/api/http';
import type { FormatName } from '../../../../nodes/shared/api/routes';
import { type Refreshed, Refresher } from '../../../../nodes/shared/api/refresh';
import { knownById, type Task } from '../../../../nodes/shared/api/task';
import { URL } from '../../gatewayReplies';
import { VirtualClock } from '../../../../testkit/clocks/virtualClock.mts';

/** A Kling that has these tasks, all completed, and keeps a list of what it is asked. */
class Kling {
	readonly asked: string[] = [];

	/** What the requests for many tasks end in, in their order. */
	failures: Array<ErrorKind | undefined> = [];

	/** The tasks that a request for many brings; absent: all. */
	listed?: string[];

	/** The newest tasks, which fill a page of ordinary size. */
	newest?: string[];

	/** The tasks of which it does not tell the video. */
	vague = new Set<string>();

	readonly refresher = new Refresher({
		askForTask: async ({ format, id }, request) => {
			this.asked.push(`one ${format}`);
			expect(idsOf(request)).toEqual([id]);
			return this.task(format, id);
		},
		askForTasks: async (format, request) => {
			this.asked.push(`many ${format}`);
			const failure = this.failures.shift();
			if (failure) throw new KlingError(failure);
			const isWide = /pageSize=500\b/.test(request.path);
			const ids =
				this.listed ??
				(isWide ? undefined : this.newest) ??
				(format === 'v1' ? this.ids : idsOf(request));
			return ids.map((id) => this.task(format, id));
		},
	});

	constructor(private readonly ids: string[]) {}

	async refresh(...tasks: Array<[string, FormatName]>): Promise<string[]> {
		const refreshed = this.refresher.refresh(
			tasks.map(([id, format]) => knownById({ id, format })),
		);
		return (await Promise.all(refreshed)).map(described);
	}

	private task(format: FormatName, id: string): Task {
		if (!this.ids.includes(id)) throw new KlingError('notFound');
		const videos = this.vague.has(id) ? [] : [{ url: URL }];
		return { ...knownById({ id, format }), status: 'completed', videos };
	}
}

function described(refreshed: Refreshed): string {
	return 'task' in refreshed
		? `${refreshed.task.id} ${refreshed.task.status}`
		: (refreshed.error as KlingError).kind;
}

function idsOf({ path }: ApiRequest): string[] {
	return (/[=/]([^=/]*)$/.exec(path)?.[1] ?? '').split(',');
}

const of = (format: FormatName, ...ids: string[]) =>
	ids.map((id): [string, FormatName] => [id, format]);

describe('checking many tasks', () => {
	it('asks nothing further once nobody waits for it', async () => {
		const kling = new Kling(['a', 'b', 'c']);
		kling.failures = ['notFound'];
		const givenUp = new AbortController();
		const refreshed = kling.refresher.refresh(
			['a', 'b'].map((id) => knownById({ id, format: 'v1' })),
			givenUp.signal,
		);
		givenUp.abort();
		expect((await Promise.all(refreshed)).map(described)).toEqual(['aborted', 'aborted']);
		expect(kling.asked).toEqual(['many v1']);
	});

	it('takes one request per format that can, and keeps the order', async () => {
		const kling = new Kling(['a', 'b', 'c', 'd', 'e']);
		const outcomes = await kling.refresh(
			['a', 'path'],
			['b', 'v1'],
			['c', 'gateway'],
			['d', 'path'],
			['e', 'v1'],
		);
		expect(outcomes).toEqual(['a', 'b', 'c', 'd', 'e'].map((id) => `${id} completed`));
		expect(kling.asked.sort()).toEqual(['many path', 'many v1', 'one gateway']);
	});

	it('takes the request for one where there is one, and none for none', async () => {
		const kling = new Kling(['a']);
		expect(await kling.refresh(['a', 'path'])).toEqual(['a completed']);
		expect(await kling.refresh()).toEqual([]);
		expect(kling.asked).toEqual(['one path']);
	});

	it('is parted where a request has a limit', async () => {
		const limit = FORMATS.path.many?.limit ?? 0;
		const ids = Array.from({ length: 2 * limit + 2 }, (_, n) => `t${n}`);
		const kling = new Kling(ids);
		const outcomes = await kling.refresh(...of('path', ...ids));
		expect(outcomes).toEqual(ids.map((id) => `${id} completed`));
		expect(kling.asked).toEqual(['many path', 'many path', 'many path']);
	});

	it('asks one by one for what the list does not hold', async () => {
		const kling = new Kling(['a', 'b', 'c']);
		kling.listed = ['a', 'b'];
		expect(await kling.refresh(...of('v1', 'a', 'b', 'c', 'gone'))).toEqual([
			'a completed',
			'b completed',
			'c completed',
			'notFound',
		]);
		expect(kling.asked).toEqual(['many v1', 'one v1', 'one v1']);
	});

	it('asks for a larger page, and goes on to, when the tasks of others fill the usual one', async () => {
		const newest = Array.from({ length: 30 }, (_, n) => `other ${n}`);
		const kling = new Kling(['a', 'b', 'c', ...newest]);
		kling.newest = newest;
		const expected = ['a completed', 'b completed', 'c completed'];
		expect(await kling.refresh(...of('v1', 'a', 'b', 'c'))).toEqual(expected);
		expect(kling.asked).toEqual(['many v1', 'many v1']);
		expect(await kling.refresh(...of('v1', 'a', 'b', 'c'))).toEqual(expected);
		expect(kling.asked).toEqual(['many v1', 'many v1', 'many v1']);
	});

	it('asks one by one when the larger page does not hold them either', async () => {
		const newest = Array.from({ length: 30 }, (_, n) => `other ${n}`);
		const kling = new Kling(['a', 'b', 'c', ...newest]);
		kling.listed = newest;
		await kling.refresh(...of('v1', 'a', 'b', 'c'));
		await kling.refresh(...of('v1', 'a', 'b', 'c'));
		expect(kling.asked).toEqual(['many v1', 'many v1', ...Array<string>(6).fill('one v1')]);
	});

	it('does not ask again for a list that holds little of it', async () => {
		const kling = new Kling(['a', 'b', 'c']);
		kling.listed = ['a'];
		await kling.refresh(...of('v1', 'a', 'b', 'c'));
		kling.asked.length = 0;
		await kling.refresh(...of('v1', 'a', 'b', 'c'));
		expect(kling.asked).toEqual(['one v1', 'one v1', 'one v1']);
	});

	it.each<ErrorKind>(['notFound', 'unsupported', 'badKey', 'webPage', 'notTheApi', 'otherShape'])(
		'asks one by one, and for no list again, when the answer is %s',
		async (kind) => {
			const kling = new Kling(['a', 'b']);
			kling.failures = [kind];
			expect(await kling.refresh(...of('path', 'a', 'b'))).toEqual(['a completed', 'b completed']);
			expect(await kling.refresh(...of('path', 'a', 'b'))).toEqual(['a completed', 'b completed']);
			expect(kling.asked).toEqual(['many path', ...Array<string>(4).fill('one path')]);
		},
	);

	it.each<ErrorKind>([
		'timeout',
		'serverError',
		'proxyError',
		'interrupted',
		'rateLimited',
		'busy',
	])(
		'leaves it at that when the request is lost once, and asks one by one after the second time: %s',
		async (kind) => {
			const kling = new Kling(['a', 'b']);
			kling.failures = [kind, kind];
			for (let nth = 0; nth < 2; nth++) {
				expect(await kling.refresh(...of('path', 'a', 'b'))).toEqual([kind, kind]);
			}
			expect(await kling.refresh(...of('path', 'a', 'b'))).toEqual(['a completed', 'b completed']);
			expect(kling.asked).toEqual(['many path', 'many path', 'one path', 'one path']);
		},
	);

	it('forgets a lost request after one that was answered', async () => {
		const kling = new Kling(['a', 'b']);
		kling.failures = ['timeout', undefined, 'timeout', undefined];
		for (let nth = 0; nth < 4; nth++) await kling.refresh(...of('path', 'a', 'b'));
		expect(kling.asked).toEqual(Array<string>(4).fill('many path'));
	});

	it('asks one by one for what the list is vague about: a finished task without its video', async () => {
		const kling = new Kling(['a', 'b', 'c']);
		kling.vague.add('b');
		expect(await kling.refresh(...of('path', 'a', 'b', 'c'))).toEqual([
			'a completed',
			'b completed',
			'c completed',
		]);
		expect(kling.asked).toEqual(['many path', 'one path']);
	});

	it('asks for half as many at once when the service refuses more, and remembers that', async () => {
		const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
		const kling = new Kling(ids);
		kling.failures = ['badParameter'];
		for (let nth = 0; nth < 2; nth++) {
			expect(await kling.refresh(...of('path', ...ids))).toEqual(
				ids.map((id) => `${id} completed`),
			);
		}
		expect(kling.asked).toEqual(Array<string>(5).fill('many path'));
	});

	it('tells each outcome as soon as it is there', async () => {
		const clock = new VirtualClock();
		const refresher = new Refresher({
			askForTask: async (task) => {
				await clock.sleep(task.id === 'slow' ? 20_000 : 1000);
				return task;
			},
			askForTasks: async () => [],
		});
		const tasks = ['slow', 'quick'].map((id) => knownById({ id, format: 'gateway' }));
		const [slow, quick] = refresher.refresh(tasks);
		await quick;
		expect(clock.seconds).toBe(1);
		await slow;
		expect(clock.seconds).toBe(20);
	});

	it('asks nothing further when it is stopped', async () => {
		const kling = new Kling(['a', 'b']);
		kling.failures = ['aborted'];
		expect(await kling.refresh(...of('path', 'a', 'b'))).toEqual(['aborted', 'aborted']);
		expect(kling.asked).toEqual(['many path']);
	});

	it('has at most five single requests under way', async () => {
		const clock = new VirtualClock();
		let open = 0;
		let most = 0;
		const refresher = new Refresher({
			askForTask: async (task) => {
				most = Math.max(most, ++open);
				await clock.sleep(1000);
				open--;
				return task;
			},
			askForTasks: async () => [],
		});
		const tasks = Array.from({ length: 12 }, (_, n) =>
			knownById({ id: String(n), format: 'gateway' }),
		);
		await Promise.all(refresher.refresh(tasks));
		expect([most, clock.seconds]).toEqual([5, 3]);
	});
});

it('an exception reaches the tasks that it is about, and no other', async () => {
	// As older builds stored them: half a character, and a format that is none.
	const kling = new Kling(['1', '2', '3', '4', '5']);
	const tasks: Array<[string, string]> = [
		...['1', '2', '3', '4', '5', '\uD83D'].map((id): [string, string] => [id, 'path']),
		['1', '__proto__'],
		['2', 'of a later version'],
		['3', 'of a later version'],
	];
	const outcomes = await Promise.all(
		kling.refresher.refresh(
			tasks.map(([id, format]) => knownById({ id, format: format as FormatName })),
		),
	);
	expect(outcomes.map((outcome) => 'task' in outcome)).toEqual([
		...[true, true, true, true, true, false],
		...[false, false, false],
	]);
});
