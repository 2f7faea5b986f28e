/** Classifies what n8n's request helpers throw when no complete reply comes. */

import { TransportError } from '../api/http';

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
 * n8n wraps the network's error in a NodeApiError, so the chain of causes is followed down to the
 * first known code.
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
