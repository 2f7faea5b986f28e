import { type INode, NodeApiError } from 'n8n-workflow';

import { fromTransport } from '../../../../../nodes/shared/api/errors/klingError';
import type { TransportFailure, TransportProblem } from '../../../../../nodes/shared/api/http';
import { wordsOf } from '../../../../../nodes/shared/n8n/words/errors';
import { toTransportError } from '../../../../../nodes/shared/n8n/http/transportError';

type Facts = Record<string, unknown>;

function failed(facts: Facts, cause?: unknown): Error {
	const { message = '', ...others } = facts;
	return Object.assign(new Error(String(message), cause === undefined ? {} : { cause }), others);
}

/** As axios hands it on: its own error, without the call, around the network's. */
function axios(facts: Facts, others: Facts = {}): Error {
	const { message, code } = facts;
	return failed({ message, code, isAxiosError: true, ...others }, failed(facts));
}

const NODE = { name: 'Kling', type: 'kling', parameters: {} } as unknown as INode;

/** As n8n throws it. */
function n8n(error: Error): Error {
	return new NodeApiError(NODE, error as never);
}

/** As n8n 1 throws it, which loses the error inside. */
function n8n1(error: Error): Error {
	return Object.assign(n8n(error), { cause: undefined });
}

/** A host with several addresses, none of which could be connected to. */
function aggregate(code: string, ...calls: string[]): Error {
	const errors = calls.map((syscall) =>
		failed({ code, syscall, message: `${syscall} ${code} 10.1.2.3:443` }),
	);
	return Object.assign(new AggregateError(errors, ''), { code });
}

/** A request whose connection came as far as its socket says. */
const request = (socket: object | null) => ({ request: { socket } });

interface Verdict {
	failure: TransportFailure;
	problem?: TransportProblem;
}

const UNREACHABLE: Verdict = { failure: 'unreachable' };
const because = (problem: TransportProblem): Verdict => ({ failure: 'unreachable', problem });
const UNKNOWN: Verdict = { failure: 'interrupted' };
const TIMEOUT: Verdict = { failure: 'timeout' };

const CERTIFICATES = [
	'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
	'UNABLE_TO_GET_ISSUER_CERT',
	'UNABLE_TO_GET_CRL',
	'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
	'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'CERT_SIGNATURE_FAILURE',
	'CERT_NOT_YET_VALID',
	'CERT_HAS_EXPIRED',
	'CERT_CHAIN_TOO_LONG',
	'CERT_REVOKED',
	'CERT_UNTRUSTED',
	'CERT_REJECTED',
	'CRL_HAS_EXPIRED',
	'ERROR_IN_CERT_NOT_AFTER_FIELD',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'INVALID_CA',
	'INVALID_PURPOSE',
	'PATH_LENGTH_EXCEEDED',
	'HOSTNAME_MISMATCH',
	'ERR_TLS_CERT_ALTNAME_INVALID',
	'ERR_TLS_CERT_ALTNAME_FORMAT',
];

const REPORTS: ReadonlyArray<[report: string, thrown: unknown, verdict: Verdict]> = [
	...CERTIFICATES.map((code): [string, unknown, Verdict] => [
		`N1 ${code}`,
		n8n(axios({ code, message: 'no' })),
		because('certificate'),
	]),
	[
		'N1+ a certificate, by its words alone',
		n8n(failed({ message: 'unable to get local issuer certificate' })),
		because('certificate'),
	],
	[
		'N1+ a certificate, as n8n’s older helper says it',
		failed({ name: 'NodeSslError', message: 'SSL Issue' }),
		because('certificate'),
	],
	[
		'N1 EPROTO, https to a port of http',
		n8n(
			axios({
				code: 'EPROTO',
				syscall: 'write',
				message:
					'write EPROTO 80BC:error:0A00010B:SSL routines:ssl3_get_record:wrong version number',
			}),
		),
		because('protocol'),
	],
	[
		'N1+ ERR_SSL_WRONG_VERSION_NUMBER',
		n8n(axios({ code: 'ERR_SSL_WRONG_VERSION_NUMBER' })),
		because('protocol'),
	],
	[
		'N1+ ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
		axios({ code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' }),
		because('protocol'),
	],
	[
		'N1+ ERR_TLS_HANDSHAKE_TIMEOUT',
		axios({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' }),
		because('protocol'),
	],
	[
		'N1+ cut off while encryption was being agreed on',
		n8n(
			axios({
				code: 'ECONNRESET',
				message: 'Client network socket disconnected before secure TLS connection was established',
			}),
		),
		because('protocol'),
	],

	...['ECONNREFUSED', 'EHOSTUNREACH', 'ETIMEDOUT', 'EACCES', 'EPERM', 'ECONNRESET', 'E_NEW'].map(
		(code): [string, unknown, Verdict] => [
			`N1 connect ${code}`,
			n8n(axios({ code, syscall: 'connect', message: `connect ${code} 10.1.2.3:443` })),
			UNREACHABLE,
		],
	),
	[
		'N1+ connect ETIMEDOUT, of which n8n has kept the words only',
		{ name: 'NodeApiError', message: 'timed out', messages: ['connect ETIMEDOUT 10.1.2.3:443'] },
		UNREACHABLE,
	],
	[
		'N1+ getaddrinfo EBUSY',
		axios({ code: 'EBUSY', syscall: 'getaddrinfo', message: 'getaddrinfo EBUSY api.example.com' }),
		UNREACHABLE,
	],
	[
		'N1+ querySrv ETIMEOUT',
		axios({ code: 'ETIMEOUT', syscall: 'querySrv', message: 'querySrv ETIMEOUT api.example.com' }),
		UNREACHABLE,
	],
	['N1+ ENOTFOUND without its call', failed({ code: 'ENOTFOUND' }), UNREACHABLE],
	['N1+ EAI_AGAIN without its call', failed({ code: 'EAI_AGAIN' }), UNREACHABLE],
	['N1+ EAI_FAIL without its call', failed({ code: 'EAI_FAIL' }), UNREACHABLE],
	['N1+ EADDRNOTAVAIL without its call', failed({ code: 'EADDRNOTAVAIL' }), UNREACHABLE],
	['N1+ ENETDOWN without its call', failed({ code: 'ENETDOWN' }), UNREACHABLE],
	[
		'N1+ UND_ERR_CONNECT_TIMEOUT',
		failed({ message: 'fetch failed' }, failed({ code: 'UND_ERR_CONNECT_TIMEOUT' })),
		UNREACHABLE,
	],
	[
		'N1 AggregateError ETIMEDOUT without words',
		n8n(axios({ code: 'ETIMEDOUT', message: '' }, { cause: aggregate('ETIMEDOUT', 'connect') })),
		UNREACHABLE,
	],
	[
		'N1+ AggregateError of several addresses',
		aggregate('ECONNREFUSED', 'connect', 'connect', 'connect'),
		UNREACHABLE,
	],
	['N1+ AggregateError that has lost its errors', aggregate('ETIMEDOUT'), UNREACHABLE],
	[
		'N1+ AggregateError of which one was reading',
		aggregate('ECONNRESET', 'connect', 'read'),
		UNKNOWN,
	],

	[
		'N1 SsrfBlockedIpError',
		n8n(
			failed({
				name: 'SsrfBlockedIpError',
				message: 'The request was blocked because it resolves to a restricted IP address',
			}),
		),
		because('blocked'),
	],
	[
		'N1+ SsrfBlockedHostnameError',
		n8n(failed({ name: 'SsrfBlockedHostnameError', message: 'no' })),
		because('blocked'),
	],
	[
		'N1+ blocked, by n8n’s words alone',
		{
			message: 'Forbidden',
			description: 'This is a security measure to prevent Server-Side Request Forgery (SSRF).',
		},
		because('blocked'),
	],
	[
		'N1+ ERR_INVALID_URL',
		{ message: 'Invalid URL', errorResponse: { code: 'ERR_INVALID_URL', input: 'http://' } },
		because('address'),
	],
	[
		'N1+ ERR_UNESCAPED_CHARACTERS',
		failed({ code: 'ERR_UNESCAPED_CHARACTERS' }),
		because('address'),
	],
	[
		'N1+ another protocol',
		n8n(failed({ code: 'ERR_BAD_REQUEST', message: 'Unsupported protocol ftp:' })),
		because('address'),
	],
	[
		'N1+ a proxy that refuses',
		failed({
			code: 'ECONNRESET',
			message: 'tunneling socket could not be established, statusCode=407',
		}),
		because('proxy'),
	],
	[
		'N1+ a proxy that hangs up',
		n8n(axios({ message: 'Proxy connection ended before receiving CONNECT response' })),
		because('proxy'),
	],
	[
		'N1+ ERR_PROXY_CONNECTION_FAILED',
		failed({ code: 'ERR_PROXY_CONNECTION_FAILED' }),
		because('proxy'),
	],

	[
		'N1+ a time limit while connecting',
		n8n(axios({ code: 'ECONNABORTED', message: 'timeout' }, request({ _bytesDispatched: 0 }))),
		UNREACHABLE,
	],
	[
		'N1+ a time limit while waiting for a proxy',
		n8n(axios({ code: 'ECONNABORTED', message: 'timeout' }, request(null))),
		UNREACHABLE,
	],
	[
		'N1+ a time limit while encryption was being agreed on',
		n8n(
			axios(
				{ code: 'ECONNABORTED', message: 'timeout' },
				request({ _bytesDispatched: 250, secureConnecting: true }),
			),
		),
		UNREACHABLE,
	],
	[
		'a time limit while waiting for the reply',
		n8n(axios({ code: 'ECONNABORTED', message: 'timeout' }, request({ _bytesDispatched: 250 }))),
		TIMEOUT,
	],
	[
		'a time limit while waiting for an encrypted reply',
		n8n(
			axios(
				{ code: 'ECONNABORTED', message: 'timeout' },
				request({ _bytesDispatched: 0, secureConnecting: false }),
			),
		),
		TIMEOUT,
	],
	['ETIMEDOUT without a call', failed({ code: 'ETIMEDOUT' }), TIMEOUT],
	[
		'read ETIMEDOUT',
		axios({ code: 'ETIMEDOUT', syscall: 'read', message: 'read ETIMEDOUT' }),
		TIMEOUT,
	],
	['UND_ERR_HEADERS_TIMEOUT', failed({ code: 'UND_ERR_HEADERS_TIMEOUT' }), TIMEOUT],

	// The same codes while a reply was on its way: the request may have been carried out.
	...['ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EPIPE'].map(
		(code): [string, unknown, Verdict] => [
			`read ${code}`,
			n8n(axios({ code, syscall: 'read', message: `read ${code}` })),
			UNKNOWN,
		],
	),
	[
		'write EHOSTUNREACH without its call',
		axios({ code: 'EHOSTUNREACH', message: 'write EHOSTUNREACH' }),
		UNKNOWN,
	],
	['socket hang up', n8n(axios({ code: 'ECONNRESET', message: 'socket hang up' })), UNKNOWN],
	['ERR_STREAM_PREMATURE_CLOSE', failed({ code: 'ERR_STREAM_PREMATURE_CLOSE' }), UNKNOWN],
	[
		'a reply that is cut off',
		axios({ code: 'ERR_BAD_RESPONSE', message: 'stream has been aborted' }),
		UNKNOWN,
	],
	[
		'a record that is spoilt',
		axios({ code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC' }),
		UNKNOWN,
	],
	['encryption that ends early', axios({ code: 'ERR_SSL_UNEXPECTED_EOF_WHILE_READING' }), UNKNOWN],
	[
		'encryption that fails after it was agreed on',
		axios({ code: 'EPROTO' }, request({ secureConnecting: false })),
		UNKNOWN,
	],
	['HPE_INVALID_CONSTANT', axios({ code: 'HPE_INVALID_CONSTANT' }), UNKNOWN],
	[
		'a record that is spoilt, as older versions of Node say it',
		axios({
			code: 'EPROTO',
			syscall: 'write',
			message: 'write EPROTO 80BC:error:SSL routines:ssl3_read_bytes:sslv3 alert bad record mac',
		}),
		UNKNOWN,
	],
	['something new', failed({ code: 'E_NEW' }), UNKNOWN],

	[
		'N1 n8n 1, a certificate',
		n8n1(axios({ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', message: 'unable to get it' })),
		because('certificate'),
	],
	[
		'N1 n8n 1, EPROTO',
		n8n1(
			axios({
				code: 'EPROTO',
				syscall: 'write',
				message: 'write EPROTO 80BC:error:0A00010B:SSL routines:ssl3_get_record:wrong version',
			}),
		),
		because('protocol'),
	],
	[
		'N1 n8n 1, connect ETIMEDOUT',
		n8n1(
			axios({ code: 'ETIMEDOUT', syscall: 'connect', message: 'connect ETIMEDOUT 10.1.2.3:443' }),
		),
		UNREACHABLE,
	],
	[
		'N1 n8n 1, AggregateError',
		n8n1(axios({ code: 'ETIMEDOUT', message: '' }, { cause: aggregate('ETIMEDOUT', 'connect') })),
		UNREACHABLE,
	],
	[
		'N1+ n8n 1, ERR_INVALID_URL',
		n8n1(failed({ code: 'ERR_INVALID_URL', message: 'Invalid URL' })),
		because('address'),
	],
	[
		'n8n 1, read ETIMEDOUT',
		n8n1(axios({ code: 'ETIMEDOUT', syscall: 'read', message: 'read ETIMEDOUT' })),
		TIMEOUT,
	],
	[
		'n8n 1, socket hang up',
		n8n1(axios({ code: 'ECONNRESET', message: 'socket hang up' })),
		UNKNOWN,
	],
	[
		'n8n 1, Stop',
		n8n1(axios({ code: 'ERR_CANCELED', message: 'canceled' })),
		{ failure: 'aborted' },
	],
	[
		'Stop',
		n8n(axios({ code: 'ERR_CANCELED' }, request({ _bytesDispatched: 0 }))),
		{ failure: 'aborted' },
	],
	['Stop, of an AbortSignal', failed({ name: 'AbortError' }), { failure: 'aborted' }],
];

describe('a request without a reply', () => {
	it.each(REPORTS)('%s', (_report, thrown, verdict) => {
		const { failure, problem } = toTransportError(thrown);
		expect({ failure, problem }).toEqual({ problem: undefined, ...verdict });
	});

	it('is judged in bounded time, however its errors hang together', () => {
		const wide = Object.assign(new Error('wide'), {
			errors: Array.from({ length: 100_000 }, (_, n) => ({ message: `${n}` })),
		});
		const deep = failed({ message: 'deep' });
		deep.cause = failed({ message: 'deeper' }, deep);
		expect(toTransportError(wide).failure).toBe('interrupted');
		expect(toTransportError(deep).failure).toBe('interrupted');
	});
});

describe('what the network said', () => {
	it.each([
		[
			'of the innermost error',
			n8n(
				axios({
					code: 'ECONNREFUSED',
					syscall: 'connect',
					message: 'connect ECONNREFUSED ::1:443',
				}),
			),
			'connect ECONNREFUSED ::1:443',
		],
		[
			'of the last of several addresses',
			aggregate('ETIMEDOUT', 'connect'),
			'connect ETIMEDOUT 10.1.2.3:443',
		],
		[
			'where n8n 1 has put its own in their place',
			n8n1(
				axios({
					code: 'ECONNREFUSED',
					syscall: 'connect',
					message: 'connect ECONNREFUSED ::1:443',
				}),
			),
			'connect ECONNREFUSED ::1:443',
		],
		[
			'in one line',
			failed({ message: 'write EPROTO 80BC\n at ssl.c:350:\n' }),
			'write EPROTO 80BC at ssl.c:350:',
		],
		['its code if there is nothing else', failed({ code: 'EAI_AGAIN' }), 'EAI_AGAIN'],
		['no more than can be read', failed({ message: 'x'.repeat(5000) }), `${'x'.repeat(300)}…`],
	])('%s', (_name, thrown, detail) => {
		expect(toTransportError(thrown).detail).toBe(detail);
	});
});

describe('the advice', () => {
	const connection = { service: 'gateway', hasOwnBaseUrl: true } as const;
	it.each([
		['certificate', /NODE_EXTRA_CA_CERTS/],
		['blocked', /N8N_SSRF_ALLOWED_IP_RANGES/],
		['protocol', /'Base URL'.*http:\/\/ or https:\/\//],
		['proxy', /HTTPS_PROXY/],
		['address', /'Service' and 'Base URL'/],
		[undefined, /'Base URL'.*network connection/],
	] as const)('fits the problem: %s', (problem, advice) => {
		const thrown = Object.assign(
			toTransportError(failed({ code: 'ECONNREFUSED', message: 'its words' })),
			{ problem },
		);
		const words = wordsOf(fromTransport(thrown), { isCreating: true, connection });
		expect(words.message).toBe('Kling can’t be reached');
		expect(words.description).toMatch(advice);
		expect(words.description).toContain('"its words"');
	});

	it('names no field that the user does not have', () => {
		const thrown = toTransportError(failed({ code: 'EPROTO' }));
		const words = wordsOf(fromTransport(thrown), {
			connection: { service: 'official', hasOwnBaseUrl: false },
		});
		expect(words.description).not.toContain('Base URL');
	});
});
