/** The Kling client, whose requests n8n's helpers carry. */

import type {
	ICredentialTestFunctions,
	IExecuteFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
	IWebhookFunctions,
} from 'n8n-workflow';

import { authorization } from '../../api/auth';
import { KlingClient } from '../../api/client';
import type { Connection } from '../../api/connection';
import { ExplainedError } from '../../api/errors/explainedError';
import type { ApiReply, ApiRequest, Send } from '../../api/http';
import { masked } from '../../api/mask';
import { lengthOf } from '../../utils/pieces';
import { linksOf } from './errorChain';
import { readText } from './replyText';
import { withinLimit } from './timeLimit';
import { toTransportError } from './transportError';

/** What n8n hands a node when it runs, and when a webhook of its is called. */
export type NodeContext = IExecuteFunctions | IWebhookFunctions;

/**
 * How long a request may take in addition to its upload, from the first byte sent to the last one received; milliseconds.
 * Kling answers within seconds; what takes longer is lost on the way. A lost check holds up those of
 * the other tasks of its batch, a creation is not given up so easily.
 */
const TIMEOUTS = { GET: 20_000, POST: 60_000 } as const;

/** The slowest upload that is waited for, some 0.4 Mbit/s: images have up to 67 MB. Bytes per second. */
const SLOWEST_UPLOAD = 50_000;

/** A second more for each that a body takes at that pace. */
function timeoutOf({ method, body }: ApiRequest): number {
	return TIMEOUTS[method] + Math.floor(lengthOf(body) / SLOWEST_UPLOAD) * 1000;
}

/** Somebody looks at the Test button, and up to three requests follow one another. Milliseconds. */
const TEST_TIMEOUT = 10_000;

export const CREDENTIAL = 'klingApi';

/**
 * The Kling API through the node's credential.
 * @param around wraps the transport, to count requests
 */
export function connect(
	context: NodeContext,
	connection: Connection,
	around: (send: Send) => Send = (send) => send,
): KlingClient {
	return new KlingClient(connection, around(sendAsNode(context, connection)));
}

/**
 * Sends through the node's credential: n8n decrypts it, signs the request and cancels it when the
 * execution is stopped. Every HTTP status comes back as a reply; only a missing reply throws.
 */
export function sendAsNode(context: NodeContext, connection: Connection): Send {
	const send: Send = async (request) =>
		await carry(timeoutOf(request), cancelSignalOf(context), async (signal) => {
			const options = toHttpOptions(connection, request);
			return (await context.helpers.httpRequestWithAuthentication.call(
				withCancelSignal(context, signal),
				CREDENTIAL,
				{ ...options, abortSignal: signal },
			)) as IN8nHttpFullResponse;
		});
	return masked(send, connection);
}

/** Aborted when the execution is stopped. Nobody stops a webhook. */
export function cancelSignalOf(context: NodeContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}

/** The same context to n8n's helpers, which cancel signed requests with its signal, whatever their options say. */
function withCancelSignal<Context extends NodeContext>(
	context: Context,
	signal: AbortSignal,
): Context {
	return Object.create(context, {
		getExecutionCancelSignal: { value: () => signal },
	}) as Context;
}

function toHttpOptions(connection: Connection, request: ApiRequest): IHttpRequestOptions {
	return {
		method: request.method,
		url: `${connection.baseUrl}${request.path}`,
		headers: {
			Accept: 'application/json',
			...(request.body instanceof Uint8Array && { 'Content-Type': 'application/json' }),
		},
		body: request.body,
		// So that a reply without end is not collected. Replies that are not JSON are quoted as they came.
		encoding: 'stream',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// A redirection must neither repeat a paid POST nor carry the key to another host.
		disableFollowRedirect: true,
		timeout: timeoutOf(request),
	};
}

/**
 * Sends for the credential's Test button. There n8n offers its older request helper only, and
 * leaves the signing to the test.
 */
export function sendForTest(
	helpers: ICredentialTestFunctions['helpers'],
	connection: Connection,
): Send {
	const send: Send = async ({ method, path }) =>
		await carry(
			TEST_TIMEOUT,
			undefined,
			async () =>
				(await helpers.request({
					method,
					uri: `${connection.baseUrl}${path}`,
					headers: {
						Accept: 'application/json',
						Authorization: authorization(connection, Date.now()),
					},
					resolveWithFullResponse: true,
					simple: false,
					followRedirect: false,
					useStream: true,
					timeout: TEST_TIMEOUT,
				})) as IN8nHttpFullResponse,
		);
	return masked(send, connection);
}

/**
 * @param limit milliseconds
 * @throws {TransportError}
 * @throws {ExplainedError} when the credential could not sign the request
 */
async function carry(
	limit: number,
	stopSignal: AbortSignal | undefined,
	send: (signal: AbortSignal) => Promise<IN8nHttpFullResponse>,
): Promise<ApiReply> {
	try {
		return await withinLimit({ limit, stopSignal }, async ({ signal }) => {
			const { statusCode, headers, body } = await send(signal);
			return {
				status: statusCode,
				headers: lowerCased(headers),
				body: await readText(body, signal),
			};
		});
	} catch (error) {
		throw ownErrorIn(error) ?? toTransportError(error);
	}
}

/** n8n wraps what the credential throws like what the network does. */
function ownErrorIn(thrown: unknown): ExplainedError | undefined {
	return linksOf(thrown)
		.map(({ error }) => error)
		.find((error) => error instanceof ExplainedError);
}

function lowerCased(headers: object): Record<string, string> {
	const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
	return Object.fromEntries(named) as Record<string, string>;
}
