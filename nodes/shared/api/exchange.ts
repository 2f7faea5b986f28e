/** One request and its reply: sent, judged, and read as JSON. */

import { fromTransport, type KlingError, refusal, unreadable } from './errors/klingError';
import { readVerdict, type Verdict } from './formats/verdict';
import { type ApiReply, type ApiRequest, type Send, TransportError } from './http';
import { parseJson } from './json';

/** The reply to a request that was carried out. */
export interface Answer {
	json: unknown;
	reply: ApiReply;
}

/** A reply of whatever kind. */
export interface Received {
	/** Undefined when the reply is no JSON. */
	json: unknown;
	verdict: Verdict;
	reply: ApiReply;
}

/**
 * @param now milliseconds since the epoch
 * @throws {KlingError} when Kling refuses, does not answer, or answers in a way nobody can read
 */
export async function exchange(
	send: Send,
	request: ApiRequest,
	now: () => number,
): Promise<Answer> {
	return answerIn(await receive(send, request), now());
}

/** @throws {KlingError} when no complete reply came */
export async function receive(send: Send, request: ApiRequest): Promise<Received> {
	const reply = await carry(send, request);
	const json = parseJson(reply.body);
	return { json, verdict: readVerdict(json, reply.status), reply };
}

/**
 * @param now milliseconds since the epoch
 * @throws {KlingError} when it is a refusal, or no JSON
 */
export function answerIn({ json, verdict, reply }: Received, now: number): Answer {
	// A code other than 0 is a refusal even under HTTP 200 (docs/kling-api.md#error-codes).
	if (verdict.isRefusal) {
		const retryAfter = readRetryAfter(reply.headers['retry-after'], now);
		throw refusal(reply.status, { ...verdict, retryAfter }, reply.body);
	}
	if (json === undefined) throw unreadable(reply.status, reply.body);
	return { json, reply };
}

/** @throws {KlingError} */
async function carry(send: Send, request: ApiRequest): Promise<ApiReply> {
	try {
		return await send(request);
	} catch (error) {
		throw toKlingError(error);
	}
}

/** What is no transport error, such as a credential that cannot sign, is passed on as it is. */
function toKlingError(error: unknown): KlingError | Error {
	if (error instanceof TransportError) return fromTransport(error);
	return error instanceof Error ? error : new Error(String(error));
}

/** @returns milliseconds, from seconds or an HTTP date (RFC 9110, section 10.2.3) */
function readRetryAfter(header: string | undefined, now: number): number | undefined {
	if (header === undefined) return undefined;
	const pause = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
	return pause > 0 ? pause : undefined;
}
