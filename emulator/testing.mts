/** What the emulator's own tests need: a clock to turn, a client that hides nothing, a receiver of callbacks. */
import { fastify } from 'fastify';
import { once } from 'node:events';
import { createServer, get, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { SignJWT } from 'jose';
import { SettableClock } from '../testkit/clocks/settableClock.mts';
import { eventually } from '../testkit/eventually.mts';
import { listenOnLoopback } from '../testkit/network/loopback.mts';
import { transmit } from './http.mts';
import { RequestLog, type RecordedRequest } from './log.mts';
import {
	EMULATOR_ACCESS_KEY,
	EMULATOR_API_KEY,
	EMULATOR_SECRET_KEY,
	signatureHeaders,
	startEmulator,
	type Emulator,
	type EmulatorOptions,
} from './index.mts';

/** Queue and generation time of the emulators under test, ms. */
export const QUEUE_MS = 10_000;
export const GENERATION_MS = 60_000;

/** Kling's own example of a callback's signature (docs/kling-api.md#signatures). */
export const SIGNATURE_VECTOR = {
	secret: 'whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=',
	id: '9876543210',
	timestamp: 1_781_080_794,
	body: '{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}',
	signature: 'v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4=',
};

/** The headers of a callback that somebody made up, knowing this secret. */
export function forgedHeaders(
	body: string,
	secret: string,
	ageSeconds = 0,
): Record<string, string> {
	return signatureHeaders(secret, 'forged', Math.floor(Date.now() / 1000) - ageSeconds, body);
}

/** When the emulators under test are started: a time from a log of the real API, in milliseconds. */
const START = 1_774_805_076_166;

/** An emulator on a clock that moves only when told to. */
export async function startTestEmulator(
	options: Partial<EmulatorOptions> = {},
): Promise<Emulator & { clock: SettableClock }> {
	const clock = new SettableClock(START);
	const emulator = await startEmulator({
		now: () => clock.now(),
		queueMs: QUEUE_MS,
		generationMs: GENERATION_MS,
		accountIntervalMs: 0,
		...options,
	});
	return { ...emulator, clock };
}

export interface Received {
	status: number;
	headers: Headers;
	text: string;
	/** Parsed, or undefined when it is no JSON. Tests say what they expect of it. */
	json: any;
}

/** One request, with the default account's key unless told otherwise (`''` sends no Authorization at all). */
export async function call(
	method: string,
	url: string,
	{
		body,
		authorization = `Bearer ${EMULATOR_API_KEY}`,
		headers = {},
		signal,
	}: {
		body?: unknown;
		authorization?: string;
		headers?: Record<string, string>;
		signal?: AbortSignal;
	} = {},
): Promise<Received> {
	const response = await fetch(url, {
		method,
		redirect: 'manual',
		headers: {
			...(authorization && { authorization }),
			...(body !== undefined && { 'content-type': 'application/json' }),
			...headers,
		},
		body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
		signal,
	});
	const text = await response.text();
	return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** The code of the network error that a call ends with. */
export async function networkError(failing: Promise<unknown>): Promise<string> {
	try {
		await failing;
	} catch (error) {
		const { cause, message, name } = error as Error & { cause?: { code?: string } };
		return cause?.code ?? (name === 'TypeError' ? message : name);
	}
	throw new Error('the call did not fail');
}

/** A token as Kling's documents make it, with changes. `now` in ms. */
export async function token(
	now: number,
	{
		claims = {},
		secret = EMULATOR_SECRET_KEY,
		alg = 'HS256',
	}: { claims?: Record<string, unknown>; secret?: string; alg?: string } = {},
): Promise<string> {
	const seconds = Math.floor(now / 1000);
	const payload = { iss: EMULATOR_ACCESS_KEY, exp: seconds + 1800, nbf: seconds - 5, ...claims };
	return await new SignJWT(payload)
		.setProtectedHeader({ alg, typ: 'JWT' })
		.sign(new TextEncoder().encode(secret));
}

/** Something that callbacks can be sent to. */
export async function startReceiver(status = 200) {
	const received: Array<{ headers: IncomingHttpHeaders; body: string }> = [];
	let next: number[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
			response.writeHead(next.shift() ?? status, { connection: 'close' }).end();
		});
	});
	const { port, close } = await listenOnLoopback(server);
	return {
		url: `http://127.0.0.1:${port}/callback`,
		received,
		/** What it answers to the next ones. */
		answerWith(statuses: readonly number[]) {
			next = [...statuses];
		},
		close,
	};
}

/** Memory of this process. */
export function residentBytes(): number {
	return process.memoryUsage().rss;
}

/**
 * A client takes a stream that is sent to it, and goes away with the last byte.
 *
 * @param length of the stream, bytes
 * @returns what the log has of it
 */
export async function readAndLeave(
	length: number,
	stream: () => AsyncIterable<Buffer>,
): Promise<RecordedRequest> {
	const ended: RecordedRequest[] = [];
	const log = new RequestLog(Date.now, (entry) => ended.push(entry));
	const app = fastify();
	app.addHook('onRequest', async ({ raw }, reply) => log.begin(raw, reply.raw));
	app.get('/', async ({ raw }, reply) => {
		const body = { length, open: () => Readable.from(stream()) };
		return await transmit(reply, { kind: 'reply', status: 200, headers: {}, body }, log.of(raw));
	});
	await app.listen({ host: '127.0.0.1', port: 0 });
	const { port } = app.server.address() as AddressInfo;

	const request = get({ port, agent: false });
	const [response] = (await once(request, 'response')) as [IncomingMessage];
	let bytes = 0;
	for await (const chunk of response as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		if (bytes === length) break; // which ends the connection
	}
	await eventually(() => ended.length > 0);
	await app.close();
	return ended[0]!;
}
