import '../testkit/clocks/inVirtualTime.mts';
import { time } from '../testkit/clocks/virtualTime.mts';
import type { Fault, FaultAction } from './index.mts';
import { call, GENERATION_MS, networkError, residentBytes, startTestEmulator } from './testing.mts';

const GATEWAY_BODY = { model_name: 'kling-v1-6', mode: 'std', prompt: 'a cat' };
const V1_BODY = { model_name: 'kling-v3', prompt: 'a cat' };

let emulator: Awaited<ReturnType<typeof startTestEmulator>>;
let gateway: string;
let v1: string;

beforeAll(async () => {
	emulator = await startTestEmulator();
	gateway = `${emulator.gatewayUrl}/v1/videos/text2video`;
	v1 = `${emulator.url}/v1/videos/text2video`;
});
beforeEach(() => emulator.reset());
afterAll(async () => await emulator.close());

const create = async () => await call('POST', v1, { body: V1_BODY });
const taskId = async () => (await create()).json.data.task_id as string;
const last = () => emulator.requests().at(-1);

describe('which requests a fault hits', () => {
	const teapot = (match: Fault['match'], times?: Fault['times']) =>
		emulator.addFault({ match, times, action: { type: 'reply', status: 418 } });

	it('one by default, then the truth is back', async () => {
		teapot({ route: 'create' });
		expect([(await create()).status, (await create()).status]).toEqual([418, 200]);
		expect(emulator.requests().map(({ fault }) => fault)).toEqual(['reply', undefined]);
	});

	it('after letting some pass, several, or all for good', async () => {
		teapot({ route: 'create', skip: 1 }, 2);
		const statuses = [await create(), await create(), await create(), await create()];
		expect(statuses.map(({ status }) => status)).toEqual([200, 418, 418, 200]);
		teapot({}, 'forever');
		expect([(await create()).status, (await create()).status]).toEqual([418, 418]);
		emulator.clearFaults();
		expect((await create()).status).toBe(200);
	});

	it('by route, format, and by what the request contains', async () => {
		teapot({ route: 'query' });
		teapot({ format: 'gateway' });
		teapot({ contains: 'a dog' });
		expect((await create()).status).toBe(200);
		expect((await call('POST', v1, { body: { ...V1_BODY, prompt: 'a dog' } })).status).toBe(418);
		expect((await call('POST', gateway, { body: GATEWAY_BODY })).status).toBe(418);
		expect((await call('GET', `${v1}/1`)).status).toBe(418);
	});

	it('in the order of their injection, and none that was taken away', async () => {
		teapot({});
		const remove = teapot({});
		emulator.addFault({ action: { type: 'html', status: 503 } });
		remove();
		const statuses = [await create(), await create(), await create()];
		expect(statuses.map(({ status }) => status)).toEqual([418, 503, 200]);
	});
});

describe('replies in the place of the true one', () => {
	it('gives Kling errors the shape of the format, with headers and words of choice', async () => {
		const action: FaultAction = {
			type: 'kling-error',
			code: 1302,
			headers: { 'Retry-After': '2' },
		};
		emulator.addFault({ times: 2, action });
		const official = await create();
		expect(official.status).toBe(429);
		expect(official.json).toMatchObject({ code: 1302, request_id: expect.any(String) });
		expect(official.headers.get('retry-after')).toBe('2');
		const flat = await call('POST', gateway, { body: GATEWAY_BODY });
		expect([flat.status, flat.json]).toEqual([
			429,
			{ error: { message: 'Request too frequent', code: 429 } },
		]);
		emulator.addFault({ action: { type: 'kling-error', status: 500, message: 'oh' } });
		const bare = await call('POST', gateway, { body: GATEWAY_BODY });
		expect([bare.status, bare.json]).toEqual([500, { error: { message: 'oh', code: 500 } }]);
		expect(emulator.tasks()).toEqual([]);
	});

	it('can come after the task was made and paid', async () => {
		emulator.addFault({ action: { type: 'kling-error', code: 5002, when: 'after' } });
		expect((await create()).status).toBe(504);
		expect(emulator.tasks()).toHaveLength(1);
	});

	it('sends what it is given, HTML, or nothing', async () => {
		emulator.addFault({ action: { type: 'reply', status: 200, body: { code: '0', data: null } } });
		expect((await create()).json).toEqual({ code: '0', data: null });
		emulator.addFault({ action: { type: 'html', status: 502 } });
		const html = await create();
		expect([html.status, html.headers.get('content-type')]).toEqual([
			502,
			'text/html; charset=utf-8',
		]);
		emulator.addFault({ action: { type: 'empty' } });
		const empty = await create();
		expect([empty.status, empty.text]).toEqual([200, '']);
	});

	it('changes the true reply', async () => {
		emulator.addFault({ action: { type: 'string-code' } });
		expect((await create()).json).toMatchObject({
			code: '0',
			data: { task_id: expect.anything() },
		});
		emulator.addFault({ action: { type: 'reshape', body: { code: 0, data: {} } } });
		expect((await create()).json).toEqual({ code: 0, data: {} });
		expect(emulator.tasks()).toHaveLength(2);
	});
});

describe('broken connections', () => {
	it.each([
		['before', 0],
		['after', 1],
	] as const)('resets the socket %s acceptance', async (when, tasks) => {
		emulator.addFault({ action: { type: 'reset', when } });
		expect(await networkError(create())).toBe('ECONNRESET');
		expect(emulator.tasks()).toHaveLength(tasks);
		expect(last()).toMatchObject({ outcome: 'reset' });
		expect(last()?.status).toBeUndefined();
	});

	it.each([
		['before', 0],
		['after', 1],
	] as const)('hangs %s acceptance until the client goes away', async (when, tasks) => {
		emulator.addFault({ action: { type: 'hang', when } });
		const signal = AbortSignal.timeout(100);
		const hanging = networkError(call('POST', v1, { body: V1_BODY, signal }));
		expect(await time.during(hanging)).toBe('TimeoutError');
		await time.until(() => last()?.outcome === 'disconnected');
		expect(emulator.tasks()).toHaveLength(tasks);
	});

	it('is slow, but has made the task at once', async () => {
		emulator.addFault({ action: { type: 'slow', ms: 100 } });
		const started = time.now();
		const reply = create();
		await time.until(() => emulator.tasks().length === 1);
		expect(time.now()).toBe(started);
		expect((await time.during(reply)).status).toBe(200);
		expect(time.now()).toBe(started + 100);
	});

	it('cuts the true reply off in the middle', async () => {
		emulator.addFault({ action: { type: 'truncate' } });
		const response = await fetch(v1, {
			method: 'POST',
			headers: { authorization: 'Bearer emulator-api-key', 'content-type': 'application/json' },
			body: JSON.stringify(V1_BODY),
		});
		expect(response.status).toBe(200);
		expect(Number(response.headers.get('content-length'))).toBeGreaterThan(100);
		expect(await networkError(response.text())).toBe('UND_ERR_SOCKET');
		expect(emulator.tasks()).toHaveLength(1);
	});

	it('does not keep a closing emulator waiting', async () => {
		const other = await startTestEmulator();
		other.addFault({ action: { type: 'hang' } });
		const hanging = networkError(call('GET', `${other.url}/v1/videos/text2video/1`));
		await time.until(() => other.requests().length === 1);
		await other.close();
		expect(await hanging).toBe('UND_ERR_SOCKET');
	});
});

describe('tasks that do not do as they should', () => {
	const query = async (id: string) => (await call('GET', `${v1}/${id}`)).json.data;

	it('fail at their end when the creation was hit, at once when a query was', async () => {
		emulator.addFault({ match: { route: 'create' }, action: { type: 'fail-task', message: 'no' } });
		const doomed = await taskId();
		expect(await query(doomed)).toMatchObject({ task_status: 'submitted' });
		emulator.clock.advance(GENERATION_MS);
		expect(await query(doomed)).toMatchObject({ task_status: 'failed', task_status_msg: 'no' });

		const sudden = await taskId();
		emulator.addFault({ match: { route: 'query' }, action: { type: 'fail-task', message: 'now' } });
		expect(await query(sudden)).toMatchObject({ task_status: 'failed', task_status_msg: 'now' });
		expect(await query(sudden)).toMatchObject({ task_status: 'failed' });
	});

	it('succeed without a video: in one reply, or for good', async () => {
		const id = await taskId();
		emulator.addFault({ match: { route: 'create' }, action: { type: 'no-result' } });
		const empty = await taskId();
		emulator.clock.advance(GENERATION_MS);
		emulator.addFault({ match: { route: 'query' }, action: { type: 'no-result' } });
		expect(await query(id)).not.toHaveProperty('task_result');
		expect(await query(id)).toHaveProperty('task_result');
		expect(await query(empty)).toMatchObject({ task_status: 'succeed' });
		expect(await query(empty)).not.toHaveProperty('task_result');
	});

	it('say a status that nobody knows', async () => {
		const id = await taskId();
		emulator.addFault({ match: { route: 'query' }, action: { type: 'status', value: 'paused' } });
		expect(await query(id)).toMatchObject({ task_status: 'paused' });
		expect(await query(id)).toMatchObject({ task_status: 'submitted' });
	});
});

describe('the video host in trouble', () => {
	let url: string;
	let size: number;

	beforeEach(async () => {
		url = `${emulator.url}/videos/${await taskId()}.mp4`;
		emulator.clock.advance(GENERATION_MS);
		size = (await (await fetch(url)).arrayBuffer()).byteLength;
	});

	/** Content-Length as announced, and the bytes that arrived until the end or the error. */
	const download = async (init?: RequestInit) => {
		const response = await fetch(url, init);
		let bytes = 0;
		let error: string | undefined;
		try {
			for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
				bytes += chunk.length;
			}
		} catch (caught) {
			error = (caught as Error).name;
		}
		return { announced: Number(response.headers.get('content-length')), bytes, error };
	};

	it('cuts the file after some bytes', async () => {
		emulator.addFault({ action: { type: 'cut', bytes: 1000 } });
		expect(await download()).toEqual({ announced: size, bytes: 1000, error: 'TypeError' });
		expect(last()).toMatchObject({ status: 200, outcome: 'reset' });
		expect(await download()).toEqual({ announced: size, bytes: size });
	});

	it('stops sending without a word', async () => {
		emulator.addFault({ action: { type: 'stall', bytes: 1000 } });
		const { bytes, error } = await time.during(download({ signal: AbortSignal.timeout(150) }));
		expect([bytes, error]).toEqual([1000, 'TimeoutError']);
		await time.until(() => last()?.outcome === 'disconnected');
	});

	it('sends nothing, or half, as if it were all', async () => {
		emulator.addFault({ action: { type: 'zero' } });
		expect(await download()).toEqual({ announced: 0, bytes: 0 });
		emulator.addFault({ action: { type: 'short-length' } });
		const half = Math.floor(size / 2);
		expect(await download()).toEqual({ announced: half, bytes: half });
	});

	it('lets links expire', async () => {
		emulator.addFault({ action: { type: 'expired' } });
		expect((await call('GET', url, { authorization: '' })).status).toBe(403);
	});

	it('redirects to another host name', async () => {
		emulator.addFault({ action: { type: 'redirect' } });
		const { status, headers } = await call('GET', url, { authorization: '' });
		expect(status).toBe(302);
		expect(headers.get('location')).toMatch(/^http:\/\/localhost:\d+\/videos\/\d+\.mp4/);
		expect((await fetch(headers.get('location') ?? '')).status).toBe(200);
	});

	it('streams big files without holding them', async () => {
		const bytes = 400_000_000;
		emulator.addFault({ action: { type: 'big', bytes } });
		const before = residentBytes();
		expect(await download()).toEqual({ announced: bytes, bytes });
		expect(residentBytes() - before).toBeLessThan(bytes / 2);
	});
});

describe('faults that make no sense', () => {
	it.each([
		['an unknown action', { action: { type: 'explode' } }, 'action.type: '],
		['a missing setting', { action: { type: 'slow' } }, 'action.ms: Required'],
		['a misspelt setting', { action: { type: 'reset', wen: 'after' } }, "'wen'"],
		['a code nobody knows', { action: { type: 'kling-error', code: 9 } }, 'must be one of 1000, '],
		['an error without a code', { action: { type: 'kling-error' } }, 'code or status'],
		[
			'a route it cannot hit',
			{ match: { route: 'create' }, action: { type: 'zero' } },
			'goes with video',
		],
		['no times', { times: 0, action: { type: 'reset' } }, 'times: '],
	])('are refused: %s', async (_what, fault, message) => {
		expect(() => emulator.addFault(fault as Fault)).toThrow(message);
		const reply = await call('POST', `${emulator.url}/__emulator/faults`, { body: fault });
		expect([reply.status, reply.json.error]).toEqual([400, expect.stringContaining(message)]);
		expect(emulator.faults()).toEqual([]);
	});
});

describe('the control routes', () => {
	it('inject, show and clear faults', async () => {
		const faults = `${emulator.url}/__emulator/faults`;
		const fault = { match: { route: 'create' }, times: 'forever', action: { type: 'reset' } };
		expect((await call('POST', faults, { body: [fault, fault] })).json).toHaveLength(2);
		expect(await networkError(create())).toBe('ECONNRESET');
		expect((await call('DELETE', faults)).status).toBe(204);
		expect((await create()).status).toBe(200);
	});

	it('show requests and tasks, stay out of the log, and start afresh', async () => {
		const id = await taskId();
		const control = `${emulator.url}/__emulator`;
		expect((await call('GET', `${control}/requests`)).json).toMatchObject([{ taskIds: [id] }]);
		expect((await call('GET', `${control}/tasks`)).json).toMatchObject([{ id, format: 'v1' }]);
		expect((await call('POST', `${control}/reset`)).status).toBe(204);
		expect((await call('GET', `${control}/requests`)).json).toEqual([]);
		expect((await call('GET', `${control}/tasks`)).json).toEqual([]);
	});

	it('do not exist in an emulator without faults', async () => {
		const plain = await startTestEmulator({ faults: false });
		expect((await call('GET', `${plain.url}/__emulator/requests`)).status).toBe(404);
		expect(() => plain.addFault({ action: { type: 'reset' } })).toThrow('without faults');
		await plain.close();
	});
});
