import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import { type ApiReply, type ApiRequest, TransportError } from '../../../../nodes/shared/api/http';
import { StoppedError } from '../../../../nodes/shared/waiting/clock';
import { Poller, TimeLimitError } from '../../../../nodes/shared/waiting/poller';
import { VirtualClock } from '../../../../testkit/clocks/virtualClock.mts';
import { completed, created, gatewayClient, idOf, reply, task } from '../../gatewayReplies';

const MINUTE = 60_000;

type Answer = (id: string, nth: number) => ApiReply | Promise<ApiReply>;

/** A poller, and a list of its queries: the task and the second. */
function poll(
	answer: Answer,
	{ pollingInterval = 5000, signal }: { pollingInterval?: number; signal?: AbortSignal } = {},
) {
	const clock = new VirtualClock();
	const queries: Array<[string, number]> = [];
	const send = async (request: ApiRequest) => {
		const id = idOf(request);
		queries.push([id, clock.seconds]);
		return await answer(id, queries.filter(([asked]) => asked === id).length);
	};
	const poller = new Poller(gatewayClient(send, clock), { clock, pollingInterval, signal });
	const waitFor = async (id: string, limit = 60 * MINUTE) =>
		await poller.waitFor(created(id), clock.now() + limit);
	return { clock, queries, waitFor, seconds: () => queries.map(([, second]) => second) };
}

/** Completed at the nth query. */
const after =
	(nth: number): Answer =>
	(id, query) =>
		query < nth ? task(id, 'processing') : completed(id);

describe('polling', () => {
	it('checks every five seconds until the video is finished', async () => {
		const { waitFor, seconds } = poll(after(3));
		const finished = await waitFor('t');
		expect(finished).toMatchObject({ id: 't', status: 'completed', format: 'gateway' });
		expect(finished.videos).toHaveLength(1);
		expect(seconds()).toEqual([5, 10, 15]);
	});

	it('checks every ten seconds after two minutes', async () => {
		const { waitFor, seconds } = poll(after(28));
		await waitFor('t');
		expect(seconds().slice(22)).toEqual([115, 120, 130, 140, 150, 160]);
	});

	it('keeps to an interval that the user chose', async () => {
		const { waitFor, seconds } = poll(after(60), { pollingInterval: 3000 });
		await waitFor('t');
		expect(seconds().slice(-3)).toEqual([174, 177, 180]);
	});

	it('ends with a failed task as well', async () => {
		const { waitFor } = poll((id) => task(id, 'failed', { task_status_msg: 'no' }));
		expect(await waitFor('t')).toMatchObject({ status: 'failed', statusMessage: 'no' });
	});

	it('checks several tasks together, each until its own end', async () => {
		const { waitFor, queries } = poll((id, nth) => after(id === 'a' ? 1 : 2)(id, nth));
		const tasks = await Promise.all([waitFor('a'), waitFor('b')]);
		expect(tasks.map(({ id }) => id)).toEqual(['a', 'b']);
		expect(queries).toEqual([
			['a', 5],
			['b', 5],
			['b', 10],
		]);
	});

	it('starts again after a pause without tasks', async () => {
		const { waitFor, seconds } = poll(after(1));
		await waitFor('a');
		await waitFor('b');
		expect(seconds()).toEqual([5, 10]);
	});

	it('has at most five checks on their way', async () => {
		let open = 0;
		let most = 0;
		const { clock, waitFor } = poll(async (id) => {
			most = Math.max(most, ++open);
			await clock.sleep(100);
			open--;
			return completed(id);
		});
		await Promise.all(Array.from({ length: 12 }, async (_, n) => await waitFor(`t-${n}`)));
		expect(most).toBe(5);
	});

	it('is held up by a check that is not answered for no longer than that takes to be given up', async () => {
		const { clock, waitFor, queries } = poll(async (id, nth) => {
			if (id === 'quick' || nth > 1) return await after(2)(id, nth);
			await clock.sleep(20_000);
			throw new TransportError('timeout', 'ETIMEDOUT');
		});
		const [slow, quick] = await Promise.all([waitFor('slow'), waitFor('quick')]);
		expect([slow.status, quick.status]).toEqual(['completed', 'completed']);
		expect(queries).toEqual([
			['slow', 5],
			['quick', 5],
			['slow', 30],
			['quick', 30],
		]);
	});
});

describe('a lost check', () => {
	it.each<[string, () => ApiReply]>([
		['500', () => reply('', 500)],
		['503', () => reply('', 503)],
		['429', () => reply({ code: 1302 }, 429)],
		['a web page', () => reply('<html></html>')],
		['a web page with 403', () => reply('<html></html>', 403)],
		['an empty reply', () => reply('')],
		['half a reply', () => reply('{"task_id"')],
		['another shape', () => reply({ hello: 'world' })],
		[
			'a connection that broke',
			() => {
				throw new TransportError('interrupted', 'ECONNRESET');
			},
		],
		[
			'a host that cannot be reached',
			() => {
				throw new TransportError('unreachable', 'ECONNREFUSED');
			},
		],
		[
			'no answer in time',
			() => {
				throw new TransportError('timeout', 'ETIMEDOUT');
			},
		],
	])('because of %s is repeated', async (_name, lose) => {
		const { waitFor, seconds } = poll((id, nth) => (nth < 4 ? lose() : completed(id)));
		expect((await waitFor('t')).status).toBe('completed');
		expect(seconds()).toEqual([5, 10, 15, 20]);
	});
});

describe('a final answer', () => {
	it.each([
		['400', reply('', 400)],
		['401', reply('', 401)],
		['403', reply({ code: 1103 }, 403)],
		['404', reply({ code: 1203 }, 404)],
		['1101 over 429', reply({ code: 1101 }, 429)],
	])('%s ends the wait for its task only', async (_name, answer) => {
		const { waitFor, queries } = poll((id, nth) => (id === 'bad' ? answer : after(3)(id, nth)));
		const outcomes = await Promise.allSettled([waitFor('bad'), waitFor('good')]);
		expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
		expect((outcomes[0] as PromiseRejectedResult).reason).toBeInstanceOf(KlingError);
		expect(queries.filter(([id]) => id === 'bad')).toEqual([['bad', 5]]);
	});
});

describe('a completed task without a video', () => {
	it('is checked three times', async () => {
		const { waitFor, seconds } = poll((id) => task(id, 'completed'));
		expect(await waitFor('t')).toMatchObject({ status: 'completed', videos: [] });
		expect(seconds()).toEqual([5, 10, 15]);
	});

	it('may get its video meanwhile', async () => {
		const { waitFor } = poll((id, nth) => (nth < 3 ? task(id, 'succeed') : completed(id)));
		expect((await waitFor('t')).videos).toHaveLength(1);
	});
});

describe('the time limit', () => {
	it('is preceded by a last check on the very moment', async () => {
		const { waitFor, seconds } = poll((id) => task(id, 'processing'));
		const error = await waitFor('t', 12_000).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(TimeLimitError);
		expect((error as TimeLimitError).lastTask).toMatchObject({ id: 't', status: 'processing' });
		expect((error as TimeLimitError).trouble).toBeUndefined();
		expect(seconds()).toEqual([5, 10, 12]);
	});

	it('tells why the last check brought nothing', async () => {
		const { waitFor } = poll((id, nth) => (nth < 2 ? task(id, 'processing') : reply('', 500)));
		const error = await waitFor('t', 12_000).catch((thrown: unknown) => thrown);
		expect((error as TimeLimitError).lastTask.status).toBe('processing');
		expect((error as TimeLimitError).trouble).toBeInstanceOf(KlingError);
	});

	it('forgets trouble that has passed', async () => {
		const { waitFor } = poll((id, nth) => (nth === 1 ? reply('', 500) : task(id, 'processing')));
		const error = await waitFor('t', 12_000).catch((thrown: unknown) => thrown);
		expect((error as TimeLimitError).trouble).toBeUndefined();
	});

	it('of one task leaves the others alone', async () => {
		const { waitFor } = poll((id, nth) =>
			id === 'a' ? task(id, 'processing') : after(9)(id, nth),
		);
		const outcomes = await Promise.allSettled([waitFor('a', 7000), waitFor('b')]);
		expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
	});
});

describe('Stop', () => {
	it('ends the pauses of all tasks, and nothing is checked any more', async () => {
		const stop = new AbortController();
		const { clock, waitFor, queries } = poll((id) => task(id, 'processing'), {
			signal: stop.signal,
		});
		const waiting = Promise.allSettled([waitFor('a'), waitFor('b')]);
		await clock.sleep(12_000);
		stop.abort();
		const outcomes = await waiting;
		expect(clock.seconds).toBe(12);
		for (const outcome of outcomes) {
			expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(StoppedError);
		}
		await clock.sleep(MINUTE);
		expect(queries).toHaveLength(4);
	});

	it('is not taken for a lost check when it breaks one off', async () => {
		const { waitFor, queries } = poll(() => {
			throw new TransportError('aborted', 'canceled');
		});
		await expect(waitFor('t')).rejects.toMatchObject({ kind: 'aborted' });
		expect(queries).toHaveLength(1);
	});
});
