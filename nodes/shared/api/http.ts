/**
 * The seam between the Kling client and whatever carries its requests: n8n's request helpers in
 * production, plain functions in unit tests.
 */

export interface ApiRequest {
	method: 'GET' | 'POST';
	/** Below the base URL, starting with a slash. */
	path: string;
	/** Sent as JSON; bytes are that of one already. */
	body?: object | Uint8Array;
}

export interface ApiReply {
	/** HTTP status. */
	status: number;
	/** Names in lower case. */
	headers: Readonly<Record<string, string | undefined>>;
	/** The body's text as it came. */
	body: string;
}

/** Carries one request. @throws {TransportError} when no complete reply came back */
export type Send = (request: ApiRequest) => Promise<ApiReply>;

/**
 * - `unreachable`: no connection came about, or it broke before the whole request was sent;
 * - `interrupted`, `timeout`: the request may have been carried out, the reply is lost;
 * - `aborted`: the execution was stopped.
 */
export type TransportFailure = 'unreachable' | 'interrupted' | 'timeout' | 'aborted';

/**
 * What kept a connection from coming about, where that is known:
 * - `certificate`: the service's is not trusted, often because a proxy on the way put its own in place;
 * - `protocol`: no encryption was agreed on, as when an address of http is called with https;
 * - `blocked`: n8n's own protection against requests into internal networks;
 * - `proxy`: the proxy that n8n is set up with;
 * - `address`: it is none that can be connected to.
 */
export type TransportProblem = 'certificate' | 'protocol' | 'blocked' | 'proxy' | 'address';

export class TransportError extends Error {
	constructor(
		readonly failure: TransportFailure,
		/** The network layer's own words. */
		readonly detail: string,
		readonly problem?: TransportProblem,
	) {
		super(detail);
		this.name = 'TransportError';
	}
}
