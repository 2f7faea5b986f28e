/** Which addresses may carry a key, and which only exist inside one's own network. */

import { isOwnAddress } from './ipAddress';

/** Servers take no longer addresses; characters. */
export const LONGEST_URL = 8192;

/**
 * Reads an address. Not by `URL.canParse`, which in Node.js 20 refuses names with letters such as "ü" once
 * it was called often enough to be optimized.
 * @returns undefined when it is none
 */
export function toUrl(text: string, base?: string): URL | undefined {
	try {
		return new URL(text, base);
	} catch {
		return undefined;
	}
}

/** Whether nobody on the internet can read along: https, or an address in one's own network. */
export function isSafeUrl({ protocol, hostname }: URL): boolean {
	return protocol === 'https:' || (protocol === 'http:' && isOwnNetwork(hostname));
}

/** Whether a whole address, such as a base URL, is in one's own network. */
export function isInOwnNetwork(url: string): boolean {
	const parsed = toUrl(url);
	return parsed !== undefined && isOwnNetwork(parsed.hostname);
}

/**
 * Whether a host can only be in one's own network, because the internet has no such address or name.
 * Goes by what the host is called, not by what its name resolves to: public names that lead into
 * one's own network are the business of n8n's own protection (N8N_SSRF_PROTECTION_ENABLED).
 * @param hostname a name, or an address in any spelling that URLs know, such as `127.1`,
 * `0x7f000001` or `[::ffff:10.0.0.1]`
 */
export function isOwnNetwork(hostname: string): boolean {
	const host = normalize(hostname);
	return isOwnAddress(host) ?? isOwnName(host);
}

/**
 * The spelling that requests use: URL writes addresses in one way, and names in lower case. Dots at the
 * end, which only say that a name is complete, keep it from seeing an address.
 */
function normalize(hostname: string): string {
	const bare = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
	const written = withoutDots(hostOf(withoutDots(bare)));
	return withoutDots(hostOf(written));
}

function hostOf(host: string): string {
	return toUrl(`http://${host}`)?.hostname ?? host.toLowerCase();
}

function withoutDots(host: string): string {
	return host.replace(/\.+$/, '');
}

/**
 * What names end in that the public DNS does not have: reserved (RFC 6761, RFC 6762, RFC 8375,
 * ICANN's `internal`), or kept out of it because many networks
 * use them (RFC 6762, appendix G; those of clusters).
 */
const OWN_ENDINGS = [
	'localhost',
	'local',
	'localdomain',
	'internal',
	'intranet',
	'private',
	'corp',
	'lan',
	'home',
	'home.arpa',
	'test',
	'invalid',
	'svc',
	'consul',
	'docker',
];

/** `host.docker.internal` and its like end in `internal`. The public DNS has no hosts of one label. */
function isOwnName(name: string): boolean {
	return !name.includes('.') || OWN_ENDINGS.some((ending) => name.endsWith(`.${ending}`));
}
