import { type IHttpRequestOptions, type INode, NodeApiError, sleep } from 'n8n-workflow';

import { CredentialError, toConnection } from '../../../../../nodes/shared/api/connection';
import { type ApiReply, TransportError } from '../../../../../nodes/shared/api/http';
import {
	type NodeContext,
	sendAsNode,
	sendForTest,
} from '../../../../../nodes/shared/n8n/http/send';

const CONNECTION = toConnection({
	service: 'gateway',
	baseUrl: 'https://kling.example/v',
	apiKey: 'key',
});

/** How much faster than real the limits pass here. */
const SPEED = 500;

/** The limits that were set; milliseconds. */
let limits: number[] = [];

beforeEach(() => {
	limits = [];
	const timeout = AbortSignal.timeout.bind(AbortSignal);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		limits.push(ms);
		return timeout(Math.ceil(ms / SPEED));
	});
});
afterEach(() => jest.restoreAllMocks());

type Options = Omit<IHttpRequestOptions, 'abortSignal'> & { abortSignal?: AbortSignal };

type Helper = (options: Options) => Promise<unknown>;

/** How n8n's helper for signed requests treats the signal: it takes the context's if there is one. */
function nodeContext(helper: Helper, stopSignal?: AbortSignal): NodeContext {
	return {
		getExecutionCancelSignal: () => stopSignal,
		helpers: {
			async httpRequestWithAuthentication(
				this: { getExecutionCancelSignal(): AbortSignal },
				_type: string,
				options: Options,
			) {
				return await helper({ ...options, abortSignal: this.getExecutionCancelSignal() });
			},
		},
	} as unknown as NodeContext;
}

/** A webhook's context has no signal. */
function webhookContext(helper: Helper): NodeContext {
	return {
		helpers: {
			httpRequestWithAuthentication: async (_type: string, options: Options) =>
				await helper(options),
		},
	} as unknown as NodeContext;
}

type Sender = (helper: Helper, method?: 'GET' | 'POST') => Promise<ApiReply>;

const WAYS: Array<[way: string, send: Sender]> = [
	[
		'a node',
		async (helper, method = 'GET') =>
			await sendAsNode(nodeContext(helper), CONNECTION)({ method, path: '/x' }),
	],
	[
		'a webhook',
		async (helper, method = 'GET') =>
			await sendAsNode(webhookContext(helper), CONNECTION)({ method, path: '/x' }),
	],
	[
		'the credential’s test',
		async (helper, method = 'GET') => {
			const request = async (options: object) => await helper(options as Options);
			return await sendForTest({ request } as never, CONNECTION)({ method, path: '/x' });
		},
	],
];

const headers = { 'Content-Type': 'application/json', 'Retry-After': 3 };

/** A reply with this body. */
function reply(body: unknown): Helper {
	return async () => await Promise.resolve({ statusCode: 200, headers, body });
}

/** A body as n8n streams it. */
function stream(chunks: () => AsyncGenerator<Uint8Array>) {
	const ended = { value: false };
	const iterable = {
		ended,
		destroy: () => {
			ended.value = true;
		},
		async *[Symbol.asyncIterator]() {
			try {
				for await (const chunk of chunks()) {
					if (ended.value) throw new Error('Premature close');
					yield chunk;
				}
			} finally {
				ended.value = true;
			}
		},
	};
	return iterable;
}

const text = (value: string) => Buffer.from(value);

async function failureOf(work: Promise<unknown>): Promise<TransportError> {
	const error: unknown = await work.catch((thrown: unknown) => thrown);
	if (!(error instanceof TransportError)) throw new Error(`No transport error: ${String(error)}`);
	return error;
}

/** Replies that never come to an end by themselves. */
const ENDLESS: Array<[report: string, helper: () => Helper]> = [
	[
		'N7 a byte every few seconds',
		() =>
			reply(
				stream(async function* () {
					for (;;) {
						yield text(' ');
						await sleep(5);
					}
				}),
			),
	],
	[
		'N7+ a stream of bytes that is fast and never ends',
		() =>
			reply(
				stream(async function* () {
					for (;;) {
						yield Buffer.alloc(10);
						await sleep(0);
					}
				}),
			),
	],
	[
		'N7+ a reply that stops half-way',
		() =>
			reply(
				stream(async function* () {
					yield text('{"code":');
					await new Promise(() => {});
				}),
			),
	],
	['N7+ no reply', () => async () => await new Promise(() => {})],
	[
		'N7+ no reply, the request heeds its signal',
		() =>
			async ({ abortSignal }) =>
				await new Promise((_, reject) => {
					abortSignal?.addEventListener('abort', () =>
						reject(Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' })),
					);
				}),
	],
];

describe.each(WAYS)('a request of %s', (way, send) => {
	/** Seconds. Somebody looks at the Test button, and its requests are GETs. */
	const [get, post] = way === 'the credential’s test' ? [10, 10] : [20, 60];

	it.each(ENDLESS)('%s: ends at its limit', async (_report, helper) => {
		const error = await failureOf(send(helper()));
		expect([error.failure, error.detail]).toEqual([
			'timeout',
			`no complete reply within ${get} seconds`,
		]);
	});

	it.each([
		['GET', get * 1000],
		['POST', post * 1000],
	] as const)('%s has a limit of %d ms', async (method, limit) => {
		await send(reply('{}'), method);
		expect(limits).toEqual([limit]);
	});

	it('is over with its reply', async () => {
		const body = stream(async function* () {
			yield text('\uFEFF{"a":"ü');
			yield text('é"}');
		});
		expect(await send(reply(body))).toEqual({
			status: 200,
			headers: { 'content-type': 'application/json', 'retry-after': '3' },
			body: '{"a":"üé"}',
		});
	});

	it('takes text where n8n has read the reply already, and nothing where there is none', async () => {
		expect((await send(reply('{"a":1}'))).body).toBe('{"a":1}');
		expect((await send(reply(undefined))).body).toBe('');
	});

	it('does not collect a reply without end', async () => {
		const body = stream(async function* () {
			for (;;) yield Buffer.alloc(1_000_000);
		});
		const error = await failureOf(send(reply(body)));
		expect([error.failure, error.detail]).toEqual([
			'interrupted',
			'the reply is larger than 4000000 bytes',
		]);
		expect(body.ended.value).toBe(true);
	});

	it('tells why there was no reply', async () => {
		const error = await failureOf(
			send(async () => {
				throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
			}),
		);
		expect(error.failure).toBe('unreachable');
	});

	if (way !== 'the credential’s test') {
		it('is canceled at its limit', async () => {
			const seen: AbortSignal[] = [];
			await failureOf(
				send(async ({ abortSignal }) => {
					if (abortSignal) seen.push(abortSignal);
					return await new Promise(() => {});
				}),
			);
			expect(seen.map(({ aborted }) => aborted)).toEqual([true]);
		});

		it('that was still connecting at its limit was never sent', async () => {
			const error = await failureOf(
				send(
					async ({ abortSignal }) =>
						await new Promise((_, reject) => {
							abortSignal?.addEventListener('abort', () =>
								reject(
									Object.assign(new Error('canceled'), {
										code: 'ERR_CANCELED',
										request: { socket: { _bytesDispatched: 0 } },
									}),
								),
							);
						}),
					'POST',
				),
			);
			expect([error.failure, error.detail]).toEqual([
				'unreachable',
				'no connection within 60 seconds',
			]);
		});

		it('passes on what the credential throws, whatever n8n wraps around it', async () => {
			const own = new CredentialError('apiKey', 'empty');
			const node = { name: 'Kling', type: 'kling', parameters: {} } as unknown as INode;
			await expect(
				send(async () => {
					throw new NodeApiError(node, own as never);
				}),
			).rejects.toBe(own);
		});
	}
});

describe('Stop', () => {
	it.each<[string, Helper]>([
		['that heeds its signal', ENDLESS[4]?.[1]() as Helper],
		['that does not', ENDLESS[3]?.[1]() as Helper],
		['whose reply trickles', ENDLESS[0]?.[1]() as Helper],
	])('ends a request %s at once, and is no timeout', async (_name, helper) => {
		const stop = new AbortController();
		const sent = sendAsNode(
			nodeContext(helper, stop.signal),
			CONNECTION,
		)({
			method: 'POST',
			path: '/x',
		});
		const failed = failureOf(sent);
		stop.abort();
		expect((await failed).failure).toBe('aborted');
	});

	it('ends a request before it begins', async () => {
		const context = nodeContext(ENDLESS[4]?.[1]() as Helper, AbortSignal.abort());
		const failed = await failureOf(sendAsNode(context, CONNECTION)({ method: 'GET', path: '/x' }));
		expect(failed.failure).toBe('aborted');
	});

	it('is listened for once, however many requests there are, and not after them', async () => {
		const { signal } = new AbortController();
		const counts = { now: 0, most: 0 };
		const add = signal.addEventListener.bind(signal);
		const remove = signal.removeEventListener.bind(signal);
		jest.spyOn(signal, 'addEventListener').mockImplementation((...args) => {
			counts.most = Math.max(counts.most, ++counts.now);
			add(...args);
		});
		jest.spyOn(signal, 'removeEventListener').mockImplementation((...args) => {
			counts.now--;
			remove(...args);
		});
		const send = sendAsNode(
			nodeContext(async () => {
				await sleep(2);
				return { statusCode: 200, headers: {}, body: '{}' };
			}, signal),
			CONNECTION,
		);
		await Promise.all(
			Array.from({ length: 50 }, async () => await send({ method: 'GET', path: '/' })),
		);
		expect(counts).toEqual({ now: 0, most: 1 });
		await send({ method: 'GET', path: '/' });
		expect(counts).toEqual({ now: 0, most: 1 });
	});
});

describe('the limit of a creation', () => {
	it.each([
		['without images', 10_000, 60],
		['with 13 MB of images', 13_000_000, 60 + 260],
	])('%s grows with its body', async (_name, length, seconds) => {
		const body = { image: 'x'.repeat(length), settings: { duration: 5 } };
		let timeout: number | undefined;
		const helper: Helper = async (options) => {
			({ timeout } = options);
			return await reply(stream(async function* () {}))(options);
		};
		await sendAsNode(nodeContext(helper), CONNECTION)({ method: 'POST', path: '/x', body });
		expect(timeout).toBe(seconds * 1000);
		expect(limits).toContain(seconds * 1000);
	});
});
