/** Carries the Kling client's requests with n8n's request helpers. */

import type {
	ICredentialTestFunctions,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';

import { authorization } from '../api/auth';
import { type Connection, CredentialError } from '../api/connection';
import type { ApiReply, ApiRequest, Send } from '../api/http';
import { masked } from '../api/mask';
import type { NodeContext } from './context';
import { toTransportError } from './transportError';

/**
 * Kling answers within seconds; what takes longer is lost on the way. A lost check holds up those
 * of the other tasks of its batch, a creation is not given up so easily. Milliseconds.
 */
const TIMEOUTS = { GET: 20_000, POST: 60_000 } as const;

/** Somebody looks at the Test button, and up to three requests follow one another. Milliseconds. */
const TEST_TIMEOUT = 10_000;

export const CREDENTIAL = 'klingApi';

/**
 * Sends through the node's credential: n8n decrypts it, signs the request and cancels it when the
 * execution is stopped. Every HTTP status comes back as a reply; only a missing reply throws.
 */
export function sendAsNode(context: NodeContext, connection: Connection): Send {
	return masked(async (request) => {
		try {
			const reply = (await context.helpers.httpRequestWithAuthentication.call(
				context,
				CREDENTIAL,
				toHttpOptions(connection, request),
			)) as IN8nHttpFullResponse;
			return toReply(reply.statusCode, reply.headers, reply.body);
		} catch (error) {
			throw credentialErrorIn(error) ?? toTransportError(error);
		}
	}, connection);
}

/**
 * Why the request was not signed, which n8n wraps in an error of its own. It is signed with the
 * credential as it is now, which may have been edited since the run began.
 */
function credentialErrorIn(thrown: unknown): CredentialError | undefined {
	const { cause } = thrown instanceof Error ? thrown : {};
	return [thrown, cause].find((each) => each instanceof CredentialError);
}

function toHttpOptions(connection: Connection, request: ApiRequest): IHttpRequestOptions {
	return {
		method: request.method,
		url: `${connection.baseUrl}${request.path}`,
		headers: { Accept: 'application/json' },
		body: request.body,
		// The text as it came, so that replies that are not JSON can be told apart and quoted.
		encoding: 'text',
		returnFullResponse: true,
		ignoreHttpStatusErrors: true,
		// A redirection must neither repeat a paid POST nor carry the key to another host.
		disableFollowRedirect: true,
		timeout: TIMEOUTS[request.method],
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
	return masked(async ({ method, path }) => {
		try {
			const reply = (await helpers.request({
				method,
				uri: `${connection.baseUrl}${path}`,
				headers: {
					Accept: 'application/json',
					Authorization: authorization(connection, Date.now()),
				},
				resolveWithFullResponse: true,
				simple: false,
				followRedirect: false,
				timeout: TEST_TIMEOUT,
			})) as IN8nHttpFullResponse;
			return toReply(reply.statusCode, reply.headers, reply.body);
		} catch (error) {
			throw toTransportError(error);
		}
	}, connection);
}

function toReply(status: number, headers: object, body: unknown): ApiReply {
	const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
	return {
		status,
		headers: Object.fromEntries(named) as Record<string, string>,
		body: typeof body === 'string' ? body : '',
	};
}
