/** The Kling API as functions: create and query tasks in one wire format over an injected transport. */

import { z } from 'zod';

import { fromTransport, refusal, unreadable } from './errors';
import { type Format, ShapeError, wire } from './formats/format';
import { type ApiReply, type ApiRequest, type Send, toTransportError } from './http';
import type { VideoRequest } from './request';
import type { Task } from './task';

export class KlingClient {
	constructor(
		private readonly format: Format,
		private readonly send: Send,
	) {}

	/**
	 * Starts a video. This is what costs money.
	 * @param modelId the model's name in the client's format
	 * @throws {KlingError} with `retry: 'maybe'` when the video may have been started all the same
	 */
	async create(request: VideoRequest, modelId: string): Promise<Task> {
		return await this.ask(this.format.create(request, modelId));
	}

	/** Queries a task. @throws {KlingError} */
	async get(taskId: string): Promise<Task> {
		return await this.ask(this.format.get(taskId));
	}

	private async ask(request: ApiRequest): Promise<Task> {
		const reply = await this.carry(request);
		const json = parseJson(reply.body);
		const said = readVerdict(json, reply.status);
		// A code other than 0 is a refusal even under HTTP 200 (kling-api.md, section 6, trap b).
		if (reply.status < 200 || reply.status >= 300 || said.code !== undefined) {
			const retryAfter = readRetryAfter(reply.headers['retry-after'], Date.now());
			throw refusal(reply.status, { ...said, retryAfter }, reply.body);
		}
		if (json === undefined) throw unreadable(reply.status, reply.body);
		return this.readTask(json, reply);
	}

	private async carry(request: ApiRequest): Promise<ApiReply> {
		try {
			return await this.send(request);
		} catch (error) {
			throw fromTransport(toTransportError(error));
		}
	}

	private readTask(json: unknown, reply: ApiReply): Task {
		try {
			return this.format.readTask(json);
		} catch (error) {
			const flaw = error instanceof ShapeError ? error.message : 'it cannot be understood';
			throw unreadable(reply.status, reply.body, flaw);
		}
	}
}

interface Verdict {
	/** Kling's service code, unless it says that all is well. */
	code?: number;
	message?: string;
	requestId?: string;
}

const verdictSchema = z.object({ code: wire.number, message: wire.text, requestId: wire.text });

/** Finds code, words and request ID where Kling and the gateways put them. */
function readVerdict(json: unknown, httpStatus: number): Verdict {
	const reply = fieldsOf(json);
	const nested = fieldsOf(reply.error);
	const { code, message, requestId } = verdictSchema.parse({
		code: reply.code ?? nested.code,
		message: [reply.message, reply.msg, nested.message, reply.error].find(isText),
		requestId: reply.request_id ?? nested.request_id,
	});
	// Some gateways repeat the HTTP status as the code: no fact of its own.
	const saysNothing = code === 0 || code === httpStatus;
	return { code: saysNothing ? undefined : code, message, requestId };
}

/** @returns milliseconds, from seconds or an HTTP date (RFC 9110, section 10.2.3) */
function readRetryAfter(header: string | undefined, now: number): number | undefined {
	if (header === undefined) return undefined;
	const pause = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
	return pause > 0 ? pause : undefined;
}

function isText(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

function fieldsOf(json: unknown): Record<string, unknown> {
	return typeof json === 'object' && json !== null ? { ...json } : {};
}

function parseJson(body: string): unknown {
	try {
		return JSON.parse(body) as unknown;
	} catch {
		return undefined;
	}
}
