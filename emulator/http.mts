/** How the emulator's routes are described, answered and sent: everything between fastify and the API's own rules. */
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { KLING_ERRORS, KlingError } from './errors.mts';
import type { Format, RecordedRequest, RouteName } from './log.mts';
import type { Task, TaskEffects } from './state.mts';

/** One route of the API. `handle` may throw KlingError. */
export interface Endpoint {
	method: 'GET' | 'POST';
	/** With fastify's `:parameters`. */
	path: string;
	route: RouteName;
	/** Decides the shape of errors; absent means Kling's own. */
	format?: Format;
	/** How it refuses; absent means as its format does. */
	refuse?: (error: KlingError) => TextReply;
	/** The task a path belongs to, where no account needs to ask for it. */
	owner?: (params: Call['params']) => Task | undefined;
	handle: (call: Call) => Answer | Promise<Answer>;
}

/** One request, as a handler sees it. */
export interface Call {
	params: Readonly<Record<string, string>>;
	query: URLSearchParams;
	entry: RecordedRequest;
	/** What an injected fault does to the tasks of this call. */
	effects: TaskEffects;
}

/** A body that need not be held in memory. */
export interface Stream {
	/** Bytes. */
	length: number;
	open: () => Readable;
}

export interface Reply {
	kind: 'reply';
	status: number;
	headers: Record<string, string>;
	body: string | Stream;
	/**
	 * The body stops after so many bytes: the connection is closed, or left open and silent. Or it never ends: a blank
	 * every so many ms.
	 */
	stop?: { after: number; by: 'close' | 'silence' } | { by: 'trickle'; ms: number };
}

/** A reply that is in memory as a whole. */
export interface TextReply extends Reply {
	body: string;
}

/** What becomes of a request: a reply, or a connection reset without one. */
export type Answer = Reply | { kind: 'reset' };

/** A JSON reply. A string is sent as it is, so that it can be bad JSON. */
export function json(status: number, body: unknown): TextReply {
	return {
		kind: 'reply',
		status,
		headers: { 'content-type': 'application/json; charset=utf-8' },
		body: typeof body === 'string' ? body : JSON.stringify(body),
	};
}

/** Kling's envelope around a good reply (docs/kling-api.md#replies). */
export function envelope(data: unknown): Reply {
	return json(200, { code: 0, message: 'SUCCEED', request_id: randomUUID(), data });
}

/**
 * A refusal in the format's own shape. The gateway format lists HTTP statuses and no body; the small
 * `{"error": {message, code}}` is what most gateways of this kind answer.
 */
export function errorAnswer(format: Format | undefined, { code, message }: KlingError): TextReply {
	const fact = KLING_ERRORS[code];
	return format === 'gateway'
		? json(fact.gateway, { error: { message, code: fact.gateway } })
		: json(fact.http, { code, message, request_id: randomUUID() });
}

/**
 * The request's JSON, judged by a schema.
 *
 * @throws KlingError 1200 when it is no JSON, 1201 with the first offence when it does not fit
 */
export function parseBody<Fields>(
	{ body, headers, json: parsed }: RecordedRequest,
	schema: z.ZodType<Fields, z.ZodTypeDef, unknown>,
): Fields {
	if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
		throw new KlingError(1200, 'Content-Type must be application/json');
	}
	if (parsed === undefined) {
		throw new KlingError(1200, body === '' ? 'The body is empty' : 'The body is not valid JSON');
	}
	return check(parsed, schema);
}

/**
 * @throws KlingError 1201 naming the first field that does not fit, in the manner seen on the live API (
 * `contents[0].text: size must be between 0 and 3072`)
 */
export function check<Fields>(
	value: unknown,
	schema: z.ZodType<Fields, z.ZodTypeDef, unknown>,
): Fields {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const issue = result.error.issues[0];
	const where = (issue?.path ?? [])
		.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
		.join('')
		.replace(/^\./, '');
	throw new KlingError(1201, where ? `${where}: ${issue?.message}` : issue?.message);
}

/** A text of at most `max` characters, counted as code points: a character outside the BMP is one, not two. */
export function text(max: number): z.ZodType<string> {
	return z
		.string()
		.refine((value) => [...value].length <= max, `size must be between 0 and ${max}`);
}

/** A text with something in it. */
export function filledText(max: number): z.ZodType<string> {
	return text(max).refine((value) => value.trim() !== '', 'must not be blank');
}

/** Sends an answer. What leaves by fastify is noted in the log by its hook, what goes around it is noted here. */
export async function transmit(
	reply: FastifyReply,
	answer: Answer,
	entry: RecordedRequest,
): Promise<unknown> {
	if (answer.kind === 'reset') {
		entry.outcome = 'reset';
		reply.hijack();
		reply.raw.socket?.resetAndDestroy();
		return reply;
	}
	const { status, headers, body, stop } = answer;
	if (!stop && typeof body === 'string') return await sendReply(reply, { ...answer, body });
	entry.status = status;
	entry.outcome = stop?.by === 'close' ? 'reset' : 'replied';
	reply.hijack();
	if (stop?.by === 'trickle') {
		reply.raw.writeHead(status, headers);
		const timer = setInterval(() => reply.raw.write(' '), stop.ms);
		reply.raw.once('close', () => clearInterval(timer));
		return reply;
	}
	const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
	reply.raw.writeHead(status, { ...headers, 'content-length': length });
	await writeBytes(reply.raw, body, length, stop?.after);
	if (stop?.by === 'close') reply.raw.socket?.destroySoon();
	return reply;
}

export async function sendReply(
	reply: FastifyReply,
	{ status, headers, body }: TextReply,
): Promise<unknown> {
	reply.code(status).headers(headers);
	return await reply.send(body === '' ? undefined : body);
}

/**
 * Writes the first bytes of a body, no faster than the client takes them.
 *
 * @param length of the body, bytes. The reply ends together with its last byte: a client that has read all may be
 * gone before a stream says that it is at its end, and did not disconnect early
 */
async function writeBytes(
	raw: ServerResponse,
	body: string | Stream,
	length: number,
	bytes = length,
) {
	raw.flushHeaders();
	const source = typeof body === 'string' ? Readable.from([Buffer.from(body)]) : body.open();
	let sent = 0;
	for await (const chunk of source as AsyncIterable<Buffer>) {
		const part = chunk.subarray(0, bytes - sent);
		sent += part.length;
		if (sent >= length) raw.end(part);
		else if (part.length > 0 && !raw.write(part)) await drained(raw);
		if (sent >= bytes || raw.destroyed) break;
	}
	if (bytes === length && !raw.writableEnded) raw.end();
}

/** Waits until the client has taken what was written, or is gone. */
async function drained(raw: ServerResponse): Promise<void> {
	if (raw.destroyed) return;
	await new Promise<void>((resolve) => {
		const done = () => {
			raw.off('drain', done).off('close', done);
			resolve();
		};
		raw.on('drain', done).on('close', done);
	});
}
