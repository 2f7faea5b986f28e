/**
 * The seam between the Kling client and whatever carries its requests: n8n's request helpers in
 * production, plain functions in unit tests.
 */

export interface ApiRequest {
	method: 'GET' | 'POST';
	/** Below the base URL, starting with a slash. */
	path: string;
	/** Sent as JSON. */
	body?: object;
}

export interface ApiReply {
	/** HTTP status. */
	status: number;
	/** Names in lower case. */
	headers: Readonly<Record<string, string | undefined>>;
	/** The body's text as it came. */
	body: string;
}

/** Carries one request. @throws {TransportError} when no complete reply came back. */
export type Send = (request: ApiRequest) => Promise<ApiReply>;

/**
 * - `unreachable`: no connection came about, so nothing was sent;
 * - `interrupted`, `timeout`: the request may have been carried out, the reply is lost;
 * - `aborted`: the execution was stopped.
 */
export type TransportFailure = 'unreachable' | 'interrupted' | 'timeout' | 'aborted';

export class TransportError extends Error {
	constructor(
		readonly failure: TransportFailure,
		/** The network layer's own words. */
		readonly detail: string,
	) {
		super(detail);
		this.name = 'TransportError';
	}
}

/** Node's and axios' codes for a connection that never came about. */
const UNREACHABLE_CODES = new Set([
	'EAI_AGAIN',
	'ECONNREFUSED',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENOTFOUND',
	'CERT_HAS_EXPIRED',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'ERR_INVALID_URL',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const TIMEOUT_CODES = new Set(['ECONNABORTED', 'ETIMEDOUT']);

const ABORT_CODES = new Set(['ERR_CANCELED', 'ABORT_ERR']);

/**
 * Classifies whatever a request helper threw. n8n wraps the network's error in a NodeApiError, so
 * the chain of causes is followed down to the first known code.
 */
export function toTransportError(thrown: unknown): TransportError {
	if (thrown instanceof TransportError) return thrown;
	const codes: string[] = [];
	let detail = '';
	for (let link = thrown; isObject(link) && codes.length < 10; link = link.cause) {
		if (typeof link.message === 'string' && link.message !== '') detail = link.message;
		codes.push(typeof link.code === 'string' ? link.code : String(link.name));
	}
	const among = (known: ReadonlySet<string>) => codes.some((code) => known.has(code));
	if (among(ABORT_CODES)) return new TransportError('aborted', detail);
	if (among(UNREACHABLE_CODES)) return new TransportError('unreachable', detail);
	if (among(TIMEOUT_CODES)) return new TransportError('timeout', detail);
	return new TransportError('interrupted', detail);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
