import { KlingClient } from '../../../../nodes/shared/api/client';
import { provesNothingCreated } from '../../../../nodes/shared/api/errors/creation';
import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import type { ApiReply, ApiRequest } from '../../../../nodes/shared/api/http';
import type { FormatName } from '../../../../nodes/shared/api/routes';
import { reply, REQUEST, TARGET, task } from '../../gatewayReplies';

const MODEL_IDS: Partial<Record<FormatName, string>> = { v1: 'kling-v2-6', path: 'kling-2.6' };

/** Nothing to note. */
const onLeaving = () => {};

const PAGE = '<html>Welcome</html>';
const NO_TASK = reply({ code: 1203, message: 'no such task' }, 404);

/** A client and the requests it makes, "GET /path". */
function clientOf(
	answer: (request: ApiRequest, nth: number) => ApiReply,
	{ formats = ['v1', 'path'], isRelay = false }: { formats?: FormatName[]; isRelay?: boolean } = {},
) {
	const asked: string[] = [];
	const send = async (request: ApiRequest) => {
		asked.push(`${request.method} ${request.path}`);
		return answer(request, asked.length);
	};
	return {
		client: new KlingClient({ formats, isRelay, mayLackFormats: isRelay }, send, () => 0),
		asked,
	};
}

const kindOf = async (promise: Promise<unknown>) => {
	const error: unknown = await promise.catch((thrown: unknown) => thrown);
	expect(error).toBeInstanceOf(KlingError);
	return (error as KlingError).kind;
};

/** A reply about a task, which may bear an external task ID. */
const taskIn = (format: FormatName, id: string, externalId?: string): ApiReply =>
	format === 'path'
		? reply({ code: 0, data: [{ id, status: 'succeeded', external_id: externalId }] })
		: reply({
				code: 0,
				data: {
					task_id: id,
					task_status: 'succeed',
					task_info: { external_task_id: externalId },
				},
			});

const isPath = ({ path }: ApiRequest) => path.startsWith('/tasks');

describe('create', () => {
	it('makes the request of the target’s format, and knows the task by it', async () => {
		const { client, asked } = clientOf(() => task('t', 'submitted'));
		expect(await client.create(REQUEST, TARGET, onLeaving)).toMatchObject({
			id: 't',
			format: 'gateway',
		});
		expect(asked).toEqual(['POST /v1/videos/text2video']);
	});

	it('has all prepared before the request leaves', async () => {
		const { client, asked } = clientOf(() => task('t', 'submitted'));
		// Half of a surrogate pair: no address can carry it.
		const unusable = { ...TARGET, format: 'path', id: '\uD800' } as const;
		let hasLeft = false;
		const leaving = () => {
			expect(asked).toEqual([]);
			hasLeft = true;
		};
		await expect(client.create(REQUEST, unusable, leaving)).rejects.toThrow();
		expect(hasLeft).toBe(false);
		await client.create(REQUEST, TARGET, leaving);
		expect(hasLeft).toBe(true);
	});

	it.each<[string, unknown]>([
		['text', 'text'],
		['nothing', {}],
		['an empty envelope', { code: 0, message: 'SUCCEED', data: null }],
		['an empty list', { code: 0, data: [] }],
		['the ID of the request only', { id: 'request', code: 0, data: null }],
	])('is of unknown outcome when the reply holds %s', async (_name, body) => {
		const { client } = clientOf(() => reply(JSON.stringify(body)));
		const error: unknown = await client
			.create(REQUEST, TARGET, onLeaving)
			.catch((thrown: unknown) => thrown);
		expect(error).toMatchObject({ kind: 'otherShape', facts: { httpStatus: 200 } });
		expect(provesNothingCreated(error)).toBe(false);
	});
});

describe('find', () => {
	it('asks in each format until one has the task', async () => {
		const { client, asked } = clientOf((request) =>
			isPath(request) ? taskIn('path', 't') : NO_TASK,
		);
		expect(await client.find('t')).toMatchObject({ id: 't', status: 'completed', format: 'path' });
		expect(asked).toEqual(['GET /v1/videos/text2video/t', 'GET /tasks?task_ids=t']);
	});

	it('asks by the external task ID as well', async () => {
		const { client, asked } = clientOf(({ path }) => {
			if (path.includes('external_task_ids')) return taskIn('path', 't', 'a b');
			return path.startsWith('/tasks') ? reply({ code: 0, data: [] }) : NO_TASK;
		});
		expect(await client.find('a b')).toMatchObject({ id: 't', format: 'path' });
		expect(asked).toEqual([
			'GET /v1/videos/text2video/a%20b',
			'GET /tasks?task_ids=a%20b',
			'GET /tasks?external_task_ids=a%20b',
		]);
	});

	it('tells the first answer when no format has it', async () => {
		const { client } = clientOf((request) =>
			isPath(request) ? reply({ code: 1202 }, 404) : NO_TASK,
		);
		expect(await kindOf(client.find('t'))).toBe('notFound');
	});

	it('ends with an answer that is no "no such task"', async () => {
		const { client, asked } = clientOf(() => reply('', 500));
		expect(await kindOf(client.find('t'))).toBe('serverError');
		expect(asked).toHaveLength(1);
	});

	it.each<[string, ApiReply]>([
		['a page', reply(PAGE)],
		['a page where nothing is', reply(PAGE, 404)],
		['a redirection to a page', reply(PAGE, 302)],
		['JSON of its own', reply({ hello: 'world' })],
		['that the method is not supported', reply({ code: 1202 }, 404)],
	])('at a relay goes by its other answer when one format brings %s', async (_name, answer) => {
		const { client } = clientOf((request) => (isPath(request) ? answer : NO_TASK), {
			isRelay: true,
		});
		expect(await kindOf(client.find('t'))).toBe('notFound');
	});

	it('at Kling takes a page for what it is', async () => {
		const { client } = clientOf((request) => (isPath(request) ? reply(PAGE) : NO_TASK));
		expect(await kindOf(client.find('t'))).toBe('webPage');
	});
});

describe('findByExternalId', () => {
	const found = async (answer: ApiReply, format: FormatName = 'v1', isRelay = false) =>
		await clientOf(() => answer, { isRelay }).client.findByExternalId({
			format,
			modelId: MODEL_IDS[format] ?? '',
			externalTaskId: 'mine',
		});

	it.each(['v1', 'path'] as const)('finds the task that bears the ID: %s', async (format) => {
		for (const isRelay of [false, true]) {
			expect(await found(taskIn(format, 't', 'mine'), format, isRelay)).toMatchObject({
				is: 'created',
				task: { id: 't', format, externalTaskId: 'mine' },
			});
		}
	});

	it('takes no task that bears another ID', async () => {
		expect(await found(taskIn('v1', 't', 'another'))).toEqual({ is: 'unknown' });
	});

	it('takes a task that bears none from Kling, and not from a relay, which may not know such IDs', async () => {
		expect(await found(taskIn('v1', 't'))).toMatchObject({ is: 'created', task: { id: 't' } });
		expect(await found(taskIn('v1', 't'), 'v1', true)).toEqual({ is: 'unknown' });
	});

	it.each<[FormatName, ApiReply]>([
		['v1', NO_TASK],
		['path', reply({ code: 0, data: [] })],
	])('knows that there is none when that is said in Kling’s words: %s', async (format, answer) => {
		expect(await found(answer, format)).toEqual({ is: 'notCreated' });
		expect(await found(answer, format, true)).toEqual({ is: 'notCreated' });
	});

	it.each([
		reply('', 400),
		reply('', 404),
		reply({ error: { message: 'task not found' } }, 404),
		reply({ code: 0, data: null }),
	])('knows that at Kling only when a relay could say it of anything: %j', async (answer) => {
		expect(await found(answer)).toEqual({ is: 'notCreated' });
		expect(await found(answer, 'v1', true)).toEqual({ is: 'unknown' });
	});

	describe.each(['kling-4.0', 'a-model-of-tomorrow'])('of %s', (modelId) => {
		const NONE = reply({ code: 0, data: [] });
		const sent = { format: 'path', modelId, externalTaskId: 'mine' } as const;
		const target = { ...TARGET, format: 'path', id: modelId } as const;

		it('relies on no external ID that it may ignore silently', async () => {
			const { client } = clientOf(() => NONE);
			expect(await client.findByExternalId(sent)).toEqual({ is: 'unknown' });
		});

		it.each([
			['relies on it once a reply has brought it back', 'mine', 'notCreated'],
			['does not rely on it once a reply has left it out', undefined, 'unknown'],
		])('%s', async (_name, externalId, is) => {
			const { client } = clientOf((_request, nth) =>
				nth === 1 ? taskIn('path', 't', externalId) : NONE,
			);
			await client.create({ ...REQUEST, externalTaskId: 'mine' }, target, onLeaving);
			expect(await client.findByExternalId(sent)).toEqual({ is });
		});
	});

	it('asks nothing where the format has no such IDs', async () => {
		const { client, asked } = clientOf(() => NO_TASK);
		const sent = { format: 'gateway', modelId: 'kling-v2-6', externalTaskId: 'mine' } as const;
		expect(await client.findByExternalId(sent)).toEqual({ is: 'unknown' });
		expect(asked).toEqual([]);
	});

	it('takes a route that is not supported for no answer about the task', async () => {
		expect(await kindOf(found(reply({ code: 1202 }, 404)))).toBe('unsupported');
	});

	it('passes on what is no answer', async () => {
		expect(await kindOf(found(reply('', 503)))).toBe('proxyError');
	});
});

describe('list', () => {
	const v1List = (...ids: string[]) =>
		reply({
			code: 0,
			data: ids.map((id, index) => ({
				task_id: id,
				task_status: 'succeed',
				created_at: 10 * (index + 1),
			})),
		});
	const pathList = (...ids: string[]) =>
		reply({
			code: 0,
			data: {
				result: ids.map((id, index) => ({
					id,
					status: 'succeeded',
					create_time: 10 * (index + 1) + 5,
				})),
			},
		});

	it('joins the lists of all formats, the newest first', async () => {
		const { client } = clientOf((request) =>
			isPath(request) ? pathList('p1', 'p2') : v1List('a', 'b', 'c'),
		);
		const ids = (await client.list(4)).map(({ id }) => id);
		expect(ids).toEqual(['c', 'p2', 'b', 'p1']);
	});

	it('at a relay does without a format that it does not understand', async () => {
		const { client } = clientOf(
			(request) => (isPath(request) ? reply(PAGE, 301) : v1List('a', 'b')),
			{ isRelay: true },
		);
		expect((await client.list(10)).map(({ id }) => id)).toEqual(['b', 'a']);
	});

	it.each([Infinity, 50])('of a service that has ever more ends: limit %d', async (limit) => {
		let asked = 0;
		const { client } = clientOf((request) => {
			const page = Number(/pageNum=(\d+)/.exec(request.path)?.[1]);
			const size = Number(/pageSize=(\d+)/.exec(request.path)?.[1]);
			asked++;
			return isPath(request)
				? pathList()
				: v1List(...Array.from({ length: size }, (_, n) => `${page}-${n % 10}`));
		});
		let cuts = 0;
		// A status that never comes.
		const filters = limit === 50 ? { statuses: ['submitted' as const] } : {};
		const tasks = await client.list(limit, filters, () => cuts++);
		expect(asked).toBeLessThanOrEqual(600);
		expect(cuts).toBeGreaterThan(0);
		expect(tasks.length > 1000).toBe(limit === Infinity);
	});

	it('fails when no format has one', async () => {
		const { client } = clientOf(() => reply(PAGE), { isRelay: true });
		expect(await kindOf(client.list(10))).toBe('webPage');
	});

	it('fails with an answer that says nothing on the list', async () => {
		const { client } = clientOf((request) => (isPath(request) ? reply('', 401) : v1List('a')));
		expect(await kindOf(client.list(10))).toBe('badKey');
	});
});

describe('account', () => {
	it('tells the packs, and what is left of those in use', async () => {
		const packs = [
			{ resource_pack_name: 'one', remaining_quantity: 7, status: 'online' },
			{ resource_pack_name: 'two', remaining_quantity: 7, status: 'expired' },
		];
		const { client } = clientOf(() =>
			reply({ code: 0, data: { code: 0, resource_pack_subscribe_infos: packs } }),
		);
		expect(await client.account()).toMatchObject({
			packs: [
				{ name: 'one', remaining: 7, status: 'online' },
				{ name: 'two', remaining: 7, status: 'expired' },
			],
			remaining: 7,
		});
	});

	it('fails when the reply tells nothing of an account', async () => {
		const { client } = clientOf(() => reply({ code: 0, data: null }));
		await expect(client.account()).rejects.toMatchObject({
			kind: 'unreadable',
			facts: { flaw: { is: 'noAccount' } },
		});
	});
});
