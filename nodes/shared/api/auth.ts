/** The header that a request is signed with, and which requests are. */

import { createHmac } from 'node:crypto';

import { type Connection, CredentialError } from './connection';
import { toUrl } from '../utils/url';

/** Where a request goes, in the words of n8n's two request helpers. */
export interface RequestTarget {
	url?: unknown;
	/** The older helper's name for it, which n8n's HTTP Request node uses. */
	uri?: unknown;
	baseURL?: unknown;
}

/**
 * Makes sure that the key goes nowhere but to the origin of the base URL. n8n lets its HTTP Request
 * node sign any request with this credential.
 * @throws {CredentialError} for every other origin, and for an address that cannot be read
 */
export function refuseForeignUrl({ baseUrl }: Connection, target: RequestTarget): void {
	const { origin } = new URL(baseUrl);
	const { url, uri, baseURL } = target;
	const base = baseURL === undefined ? undefined : String(baseURL);
	// All that is given must agree: which one counts differs between n8n's helpers and versions.
	const given = [base, ...[url, uri].filter((each) => each !== undefined).map(String)];
	const targets = given.filter((each) => each !== undefined).map((each) => toUrl(each, base));
	const isOwn =
		targets.length > 0 &&
		targets.every((each) => each?.origin === origin && !each.username && !each.password);
	if (!isOwn) throw new CredentialError('baseUrl', 'foreignUrl', origin);
}

/**
 * What n8n's two request helpers know of a request that leaves it where its address says. Whatever is
 * not among it may carry the key elsewhere, or let others read along, now or in a later n8n: a proxy,
 * an agent, a socket, a certificate that is not checked.
 */
const HARMLESS_OPTIONS: ReadonlySet<string> = new Set([
	// Judged by refuseForeignUrl.
	'url',
	'uri',
	'baseURL',
	// What is sent. Of the headers see below.
	'method',
	'headers',
	'qs',
	'qsStringifyOptions',
	'useQuerystring',
	'arrayFormat',
	'body',
	'form',
	'formData',
	'json',
	// What comes back, and until when.
	'gzip',
	'encoding',
	'useStream',
	'simple',
	'ignoreHttpStatusErrors',
	'resolveWithFullResponse',
	'returnFullResponse',
	'timeout',
	'abortSignal',
	// Limits where it may go.
	'allowedDomains',
	// Overruled by WITHOUT_REDIRECTS.
	'followRedirect',
	'followAllRedirects',
	'disableFollowRedirect',
	'maxRedirects',
	'sendCredentialsOnCrossOriginRedirect',
	// On, that is: off is refused.
	'rejectUnauthorized',
]);

/** A service answers TRACE with the request, key included. */
const METHODS = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/i;

/**
 * Makes sure that nothing in a request leads the key away from its address.
 * @param request the options of either of n8n's request helpers
 * @throws {CredentialError} which names the first option that does, or that nobody here knows
 */
export function refuseUnsafeOptions({ baseUrl }: Connection, request: object): void {
	const options = request as Readonly<Record<string, unknown>>;
	const { method, headers, rejectUnauthorized } = options;
	// Inherited ones count, too, because the helpers read them like the others.
	for (const name in options) {
		if (!HARMLESS_OPTIONS.has(name) && !isOff(options[name])) throw unsafeOption(name);
	}
	if (rejectUnauthorized === false) throw unsafeOption('rejectUnauthorized');
	if (!isOff(method) && !METHODS.test(String(method))) throw unsafeOption('method');
	// A server of many hosts, such as a content network's, goes by this header.
	const { host } = new URL(baseUrl);
	for (const [name, value] of Object.entries(Object(headers ?? {}) as object)) {
		const isHost = name.trim().toLowerCase() === 'host';
		if (isHost && String(value).toLowerCase() !== host) throw unsafeOption('Host');
	}
}

function unsafeOption(name: string): CredentialError {
	return new CredentialError('baseUrl', 'unsafeOption', name);
}

/** As the options have it of a node that does not use it. */
function isOff(value: unknown): boolean {
	return value === undefined || value === null || value === false || value === '';
}

/**
 * Keeps n8n's helpers, in all their versions, from following a redirection with the key: some send it
 * to whatever host the redirection names.
 */
export const WITHOUT_REDIRECTS = {
	disableFollowRedirect: true,
	// The older helper's names for it.
	followRedirect: false,
	followAllRedirects: false,
} as const;

/**
 * The value of the Authorization header. A token is signed for every single request, so none can
 * expire between two of them.
 * @param now milliseconds since the epoch
 */
export function authorization({ authentication }: Connection, now: number): string {
	return authentication.kind === 'apiKey'
		? `Bearer ${authentication.apiKey}`
		: `Bearer ${signToken(authentication, Math.floor(now / 1000))}`;
}

/**
 * How long a token is valid, and how far Kling's clock may be behind; in seconds.
 * Source: docs/kling-api.md#authentication.
 */
const TOKEN_LIFETIME = 1800;
const TOKEN_LEEWAY = 5;

const HEADER = { alg: 'HS256', typ: 'JWT' };

function encode(part: object): string {
	return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** What all tokens of an access key begin with, whenever they are signed. */
export function tokenStart(accessKey: string): string {
	const claims = Buffer.from(`{"iss":${JSON.stringify(accessKey)},`);
	// Three bytes make four characters: what is left depends on the bytes behind it.
	const whole = claims.subarray(0, claims.length - (claims.length % 3));
	return `${encode(HEADER)}.${whole.toString('base64url')}`;
}

/** @param now seconds since the epoch */
function signToken(
	{ accessKey, secretKey }: { accessKey: string; secretKey: string },
	now: number,
): string {
	const claims = { iss: accessKey, exp: now + TOKEN_LIFETIME, nbf: now - TOKEN_LEEWAY };
	const content = `${encode(HEADER)}.${encode(claims)}`;
	return `${content}.${createHmac('sha256', secretKey).update(content).digest('base64url')}`;
}
