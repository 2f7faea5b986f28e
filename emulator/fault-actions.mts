/** What each fault does: one layer around the true route, which it may call before, after, or not at all. */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { KlingError, type KlingCode } from './errors.mts';
import type { ActionOf, ActionType, AnyAction } from './fault-schema.mts';
import { errorAnswer, json, type Answer, type Reply } from './http.mts';
import type { RecordedRequest } from './log.mts';
import type { TaskEffects } from './state.mts';
import { expiredLink } from './videos.mts';

/** The exchange a fault acts on. */
export interface Exchange {
	entry: RecordedRequest;
	response: ServerResponse;
	/** Filled by faults on tasks, before the true route runs. */
	effects: TaskEffects;
}

/** The client went away while a fault kept it waiting: there is nobody left to answer. */
export class ClientGone extends Error {}

/** Waits, forever when no time is given. @throws ClientGone as soon as the client hangs up */
async function pause({ response }: Exchange, ms?: number): Promise<void> {
	if (response.destroyed) throw new ClientGone();
	await new Promise<void>((resolve, reject) => {
		const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
		response.once('close', () => {
			clearTimeout(timer);
			reject(new ClientGone());
		});
	});
}

type Next = () => Promise<Answer>;
type Behaviour<Type extends ActionType> = (
	action: ActionOf<Type>,
	next: Next,
	exchange: Exchange,
) => Promise<Answer>;

/** Gives `answer` in the place of the true one, which after acceptance is computed and thrown away. */
async function replace(timing: 'before' | 'after', next: Next, answer: Answer): Promise<Answer> {
	if (timing === 'after') await next();
	return answer;
}

/** Changes the true answer, unless there is none. */
async function spoil(next: Next, change: (reply: Reply) => Answer): Promise<Answer> {
	const answer = await next();
	return answer.kind === 'reply' ? change(answer) : answer;
}

function lengthOf({ body }: Reply): number {
	return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}

/** Bytes made up as they are taken, behind a true MP4's first box so that the file is recognised. */
function* generatedBytes(length: number): Generator<Buffer> {
	const start = Buffer.from('00000018667479706d703432000000006d70343269736f6d', 'hex');
	const filling = Buffer.alloc(64 * 1024, 0x5a);
	yield start.subarray(0, length);
	for (let left = length - start.length; left > 0; left -= filling.length) {
		yield left < filling.length ? filling.subarray(0, left) : filling;
	}
}

const BEHAVIOURS: { [Type in ActionType]: Behaviour<Type> } = {
	reply: async ({ when: timing, status: code, body, headers: extra }, next) => {
		const answer = json(code, body);
		return await replace(timing, next, {
			...answer,
			headers: { ...answer.headers, ...lowerCased(extra) },
		});
	},
	'kling-error': async (action, next, { entry }) => {
		const answer = errorAnswer(
			entry.format,
			new KlingError(action.code ?? CODE_OF_STATUS[action.status ?? 500] ?? 5000, action.message),
		);
		return await replace(action.when, next, {
			...answer,
			status: action.status ?? answer.status,
			headers: { ...answer.headers, ...lowerCased(action.headers) },
		});
	},
	reset: async ({ when: timing }, next) => await replace(timing, next, { kind: 'reset' }),
	hang: async ({ when: timing, ms }, next, exchange) => {
		if (timing === 'before') {
			await pause(exchange, ms);
			return await next();
		}
		const answer = await next();
		await pause(exchange, ms);
		return answer;
	},
	slow: async ({ ms }, next, exchange) => {
		const answer = await next();
		await pause(exchange, ms);
		return answer;
	},
	html: async ({ when: timing, status: code }, next) =>
		await replace(timing, next, {
			kind: 'reply',
			status: code,
			headers: { 'content-type': 'text/html; charset=utf-8' },
			body: `<html>\r\n<head><title>${code}</title></head>\r\n<body>\r\n<center><h1>${code}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
		}),
	empty: async ({ when: timing, status: code }, next) =>
		await replace(timing, next, { kind: 'reply', status: code, headers: {}, body: '' }),
	truncate: async (_action, next) =>
		await spoil(next, (reply) => ({
			...reply,
			stop: { after: Math.floor(lengthOf(reply) / 2), by: 'close' },
		})),
	reshape: async ({ body }, next) =>
		await spoil(next, (reply) => ({ ...json(reply.status, body ?? null) })),
	rewrite: async ({ find, replace: replacement }, next) =>
		await spoil(next, (reply) => ({
			...reply,
			body:
				typeof reply.body === 'string'
					? reply.body.replaceAll(new RegExp(find, 'g'), replacement)
					: reply.body,
		})),
	trickle: async ({ ms }, next) =>
		await spoil(next, (reply) => ({ ...reply, stop: { by: 'trickle', ms } })),
	'string-code': async (_action, next) =>
		await spoil(next, (reply) => ({ ...reply, body: stringifyCode(reply) })),
	'fail-task': async ({ message }, next, { effects }) => {
		effects.failure = message;
		return await next();
	},
	'no-result': async (_action, next, { effects }) => {
		effects.noResult = true;
		return await next();
	},
	status: async ({ value }, next, { effects }) => {
		effects.statusWord = value;
		return await next();
	},
	cut: async (action, next) =>
		await spoil(next, (reply) => ({ ...reply, stop: { after: action.bytes, by: 'close' } })),
	stall: async (action, next) =>
		await spoil(next, (reply) => ({ ...reply, stop: { after: action.bytes, by: 'silence' } })),
	zero: async (_action, next) => await spoil(next, (reply) => shortened(reply, 0)),
	'short-length': async (_action, next) =>
		await spoil(next, (reply) => shortened(reply, Math.floor(lengthOf(reply) / 2))),
	expired: async () => expiredLink(),
	redirect: async ({ to }, _next, { entry, response }) => ({
		kind: 'reply',
		status: 302,
		headers: {
			// Another name of the same server, so that a client can be seen to change hosts.
			location: to ?? `http://localhost:${response.socket?.localPort}${entry.path}?redirected=1`,
		},
		body: '',
	}),
	big: async (action, next) =>
		await spoil(next, (reply) => ({
			...reply,
			body: {
				length: action.bytes,
				open: () => Readable.from(generatedBytes(action.bytes), { objectMode: false }),
			},
		})),
};

/** A reply that is whole as far as HTTP can tell, but holds only the first bytes of the file. */
function shortened(reply: Reply, length: number): Reply {
	const { body } = reply;
	if (typeof body === 'string') return reply;
	return {
		...reply,
		body: { length, open: () => Readable.from(firstBytes(body.open(), length)) },
	};
}

async function* firstBytes(source: Readable, length: number): AsyncGenerator<Buffer> {
	let left = length;
	for await (const chunk of source as AsyncIterable<Buffer>) {
		if (left <= 0) break;
		yield chunk.subarray(0, left);
		left -= chunk.length;
	}
}

function lowerCased(fields: Record<string, string>): Record<string, string> {
	return Object.fromEntries(
		Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]),
	);
}

/** The error that a bare status most likely stands for: its text is used, and its code where the format has codes. */
const CODE_OF_STATUS: Readonly<Record<number, KlingCode>> = {
	400: 1201,
	401: 1000,
	403: 1103,
	404: 1203,
	429: 1302,
	500: 5000,
	503: 5001,
	504: 5002,
};

/** The reply with its code as a string, as some gateways send it (docs/kling-api.md#error-codes). */
function stringifyCode({ body }: Reply): string | Reply['body'] {
	if (typeof body !== 'string') return body;
	return body.replace(/("code":)(-?\d+)/, '$1"$2"');
}

/**
 * Lets an action loose on an exchange. `next` is the true route.
 *
 * @throws ClientGone when the client gave up waiting
 */
export async function act(action: AnyAction, next: Next, exchange: Exchange): Promise<Answer> {
	const behaviour = BEHAVIOURS[action.type] as Behaviour<ActionType>;
	return await behaviour(action, next, exchange);
}
