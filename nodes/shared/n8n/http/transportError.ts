/**
 * Classifies what n8n's request helpers throw when no complete reply comes. Money depends on it: a
 * request that was never sent may be repeated, one that perhaps was must not be.
 */

import { TransportError, type TransportProblem } from '../../api/http';
import { type ChainLink, linksOf } from './errorChain';

/** Tells one kind of failure from its errors. */
interface Kind {
	code?: RegExp;
	name?: RegExp;
	syscall?: RegExp;
	text?: RegExp;
	/** Code and text of what is not of this kind all the same. */
	butNot?: RegExp;
}

const ABORTED: Kind = {
	code: /^(ERR_CANCELED|ABORT_ERR)$/,
	name: /^(ABORT_ERR|AbortError|CanceledError)$/,
};

const TIMEOUT: Kind = {
	code: /^(ECONNABORTED|ESOCKETTIMEDOUT|ETIMEDOUT|UND_ERR_(BODY|HEADERS)_TIMEOUT)$/,
	name: /^TimeoutError$/,
};

/** Codes of encryption that fails. */
const ENCRYPTION = /^(EPROTO$|ERR_(SSL|OSSL|TLS)_)/;

/** Failures before anything was sent, the most telling first. */
const UNSENT: ReadonlyArray<Kind & { problem?: TransportProblem }> = [
	{
		problem: 'blocked',
		name: /ssrf/i,
		text: /\bssrf\b|request was blocked because/i,
	},
	{
		problem: 'certificate',
		// Node has OpenSSL's verdicts on certificates as codes, without a common prefix.
		code: /^(ERR_TLS_CERT|CERT_|CRL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_|ERROR_IN_(CERT|CRL)_|HOSTNAME_MISMATCH$|INVALID_(CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$)/,
		name: /^NodeSslError$/,
		text: /self[- ]signed certificate|issuer certificate|first certificate|certificate has expired|certificate is not yet valid|certificate's altnames/i,
	},
	{
		problem: 'protocol',
		code: ENCRYPTION,
		text: /before secure TLS connection was established|:SSL routines:/,
		// What goes wrong with single records goes wrong after the encryption was agreed on.
		butNot: /bad.record|decrypt|unexpected.eof|close.notify/i,
	},
	{
		problem: 'proxy',
		code: /^(ERR_(PROXY|TUNNEL)|UND_ERR_PRX)/,
		text: /tunneling socket could not be established|proxy connection (ended|timed out)|proxy response|socks\w* (proxy |connection|authentication)/i,
	},
	{
		problem: 'address',
		code: /^ERR_(INVALID_(URL|PROTOCOL|CHAR|HTTP_TOKEN|DOMAIN_NAME|IP_ADDRESS)|UNESCAPED_CHARACTERS|HTTP_INVALID_HEADER_VALUE|SOCKET_BAD_PORT)$/,
		text: /^(unsupported protocol|domain not allowed)/im,
	},
	{
		code: /^(EAI_\w+|EADDRNOTAVAIL|EAFNOSUPPORT|ECONNREFUSED|EHOSTDOWN|EHOSTUNREACH|ENETDOWN|ENETUNREACH|ENODATA|ENOTFOUND|ESERVFAIL|ERR_SOCKET_CONNECTION_TIMEOUT|UND_ERR_CONNECT_TIMEOUT)$/,
		syscall: /^(connect|bind|getaddrinfo|getnameinfo|query\w*)$/i,
	},
];

/** n8n wraps the network's error: the whole chain counts. What is of no known kind may have been sent. */
export function toTransportError(thrown: unknown): TransportError {
	if (thrown instanceof TransportError) return thrown;
	const links = linksOf(thrown);
	const detail = detailOf(links);
	const isAny = (kind: Kind) => links.some((link) => isOf(kind, link));
	if (isAny(ABORTED)) return new TransportError('aborted', detail);
	const unsent = UNSENT.find(isAny);
	if (wasNeverSent(thrown) || (unsent && !wasPerhapsSent(links))) {
		return new TransportError('unreachable', detail, unsent?.problem);
	}
	return new TransportError(isAny(TIMEOUT) ? 'timeout' : 'interrupted', detail);
}

/** Whether the request's connection proves that it was not sent, or not whole, whatever ended it. */
export function wasNeverSent(thrown: unknown): boolean {
	return linksOf(thrown).some(({ wasSent }) => wasSent === false);
}

/** The same codes stand for a connection that broke later: then Node was reading or writing. */
function wasPerhapsSent(links: readonly ChainLink[]): boolean {
	return links.some(
		({ wasSent, syscall, code }) =>
			wasSent === true || (/^(read|write|shutdown)/.test(syscall) && !ENCRYPTION.test(code)),
	);
}

function isOf({ code, name, syscall, text, butNot }: Kind, link: ChainLink): boolean {
	if (butNot?.test(`${link.code}\n${link.text}`)) return false;
	return Boolean(
		code?.test(link.code) ||
			name?.test(link.name) ||
			syscall?.test(link.syscall) ||
			text?.test(link.text),
	);
}

/** Long enough for any network's words; some hold a whole certificate. */
const LONGEST_DETAIL = 300;

/** The words of the innermost error, which know best. */
function detailOf(links: readonly ChainLink[]): string {
	const words = links.map(({ message }) => message.replace(/\s+/g, ' ').trim()).filter(Boolean);
	const detail = words.at(-1) ?? links.find(({ code }) => code !== '')?.code ?? '';
	return detail.length > LONGEST_DETAIL ? `${detail.slice(0, LONGEST_DETAIL)}…` : detail;
}
