import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import { type ApiReply, type ApiRequest, TransportError } from '../../../../nodes/shared/api/http';
import { StoppedError } from '../../../../nodes/shared/engine/clock';
import { Poller, TimeLimitError } from '../../../../nodes/shared/engine/poller';
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

	it('of one task is not held up by a check of another that is not answered', async () => {
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
			['quick', 10],
			['slow', 30],
		]);
	});

	it('starts for a task that comes in the very moment in which the last one ends', async () => {
		for (let turns = 0; turns < 60; turns++) {
			const { clock, waitFor } = poll(after(1));
			await waitFor('a');
			for (let turn = 0; turn < turns; turn++) await null;
			const late = clock.sleep(60 * MINUTE).then(() => `never, after ${turns} turns`);
			const end = await Promise.race([waitFor('b').then(({ status }) => status), late]);
			expect(end).toBe('completed');
		}
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
		// Rarer from the second one on.
		expect(seconds()).toEqual([5, 10, 20, 40]);
	});
});

describe('an outage', () => {
	const DOWN: Answer = () => reply('', 503);

	it('is waited out for a quarter of an hour, with fewer and fewer checks', async () => {
		const { waitFor, seconds } = poll(DOWN);
		await expect(waitFor('t')).rejects.toMatchObject({ kind: 'proxyError' });
		expect(seconds().slice(0, 7)).toEqual([5, 10, 20, 40, 80, 140, 200]);
		expect(seconds().at(-1)).toBe(920);
		expect(seconds()).toHaveLength(19);
	});

	it('is over with the first answer', async () => {
		const { waitFor, seconds } = poll((id, nth) =>
			nth < 5 || (nth > 5 && nth < 8)
				? reply('', 503)
				: task(id, nth < 9 ? 'processing' : 'succeed'),
		);
		await waitFor('t');
		expect(seconds().slice(0, 8)).toEqual([5, 10, 20, 40, 80, 85, 90, 100]);
	});

	it('never makes the checks more frequent than the user wants them', async () => {
		const { waitFor, seconds } = poll((id, nth) => (nth < 4 ? reply('', 503) : completed(id)), {
			pollingInterval: 2 * MINUTE,
		});
		await waitFor('t');
		expect(seconds()).toEqual([120, 240, 360, 480]);
	});

	it('of one task’s checks leaves the others alone', async () => {
		const { waitFor, queries } = poll((id, nth) =>
			id === 'down' ? reply('', 503) : after(4)(id, nth),
		);
		const outcomes = await Promise.allSettled([waitFor('down'), waitFor('up')]);
		expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
		expect(queries.filter(([id]) => id === 'up').map(([, second]) => second)).toEqual([
			5, 10, 15, 20,
		]);
	});
});

describe('"no such task"', () => {
	const GONE = [reply('', 400), reply({ code: 1203 }, 404), reply('', 404)];

	it.each(GONE)('is doubted for a minute, and then believed: %j', async (answer) => {
		const { waitFor, seconds } = poll(() => answer);
		await expect(waitFor('t')).rejects.toBeInstanceOf(KlingError);
		expect(seconds()).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65]);
	});

	it('may be said of a new task by a server that does not know it yet', async () => {
		const { waitFor, seconds } = poll((id, nth) => (nth < 3 ? reply('', 404) : completed(id)));
		expect((await waitFor('t')).status).toBe('completed');
		expect(seconds()).toEqual([5, 10, 15]);
	});

	it('is doubted again after each answer that knows the task', async () => {
		const { waitFor } = poll((id, nth) => {
			if (nth === 30) return completed(id);
			return nth % 5 === 0 ? task(id, 'processing') : reply('', 404);
		});
		expect((await waitFor('t')).status).toBe('completed');
	});

	it('of one task leaves the others alone', async () => {
		const { waitFor } = poll((id, nth) => (id === 'gone' ? reply('', 404) : after(20)(id, nth)));
		const outcomes = await Promise.allSettled([waitFor('gone'), waitFor('good')]);
		expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
	});
});

describe('a final answer', () => {
	it.each([
		['401', reply('', 401)],
		['403', reply({ code: 1103 }, 403)],
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

	it('does not wait for longer than a moment for the last check', async () => {
		const { clock, waitFor } = poll(async (id) => {
			await clock.sleep(60_000);
			return completed(id);
		});
		const error = await waitFor('t', 7000).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(TimeLimitError);
		// The check of the fifth second is given up at the end of ten seconds, after the limit.
		expect(clock.seconds).toBe(15);
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
