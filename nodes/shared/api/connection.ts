/** Where the Kling API is and who asks: the credential, checked, and the headers it stands for. */

import { z } from 'zod';

export interface Connection {
	/** Without a trailing slash; may carry a path prefix. */
	baseUrl: string;
	apiKey: string;
}

/** The credential cannot be used as it is filled in. The message names the field. */
export class CredentialError extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'CredentialError';
	}
}

const credentialSchema = z.object({
	baseUrl: z.string().transform((text) => text.trim()),
	apiKey: z
		.string()
		.transform(cleanKey)
		.pipe(z.string().min(1, "Fill in 'API Key' in the Kling API credential")),
});

/**
 * Checks the decrypted credential.
 * @throws {CredentialError}
 */
export function toConnection(credential: unknown): Connection {
	const result = credentialSchema.safeParse(credential);
	if (!result.success) {
		throw new CredentialError(
			result.error.issues[0]?.message ?? 'The Kling API credential is empty',
		);
	}
	return { baseUrl: checkBaseUrl(result.data.baseUrl), apiKey: result.data.apiKey };
}

/** The value of the Authorization header. */
export function authorization(connection: Connection): string {
	return `Bearer ${connection.apiKey}`;
}

/** People paste keys together with "Bearer " and with white space from the page they copied them from. */
function cleanKey(text: string): string {
	return text
		.replace(/\s+/g, ' ')
		.trim()
		.replace(/^Bearer /i, '')
		.replace(/\s/g, '');
}

function checkBaseUrl(text: string): string {
	const url = parseUrl(text);
	if (
		!url ||
		!['http:', 'https:'].includes(url.protocol) ||
		url.username ||
		url.search ||
		url.hash
	) {
		throw new CredentialError(
			"'Base URL' in the Kling API credential must be an address such as https://api.example.com or https://api.example.com/kling",
		);
	}
	if (url.protocol === 'http:' && !isOwnNetwork(url.hostname)) {
		throw new CredentialError(
			"'Base URL' in the Kling API credential must start with https://: your API key would cross the internet unencrypted. http:// is for addresses in your own network",
		);
	}
	return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function parseUrl(text: string): URL | undefined {
	return URL.canParse(text) ? new URL(text) : undefined;
}

/** Loopback, private and link-local addresses, and host names without a dot. */
function isOwnNetwork(hostname: string): boolean {
	if (hostname.startsWith('['))
		return /^\[(::1|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/.test(hostname);
	const octets = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(hostname);
	if (!octets) return !hostname.includes('.') || hostname.endsWith('.localhost');
	const [first, second] = [Number(octets[1]), Number(octets[2])];
	return (
		first === 127 ||
		first === 10 ||
		(first === 172 && second >= 16 && second <= 31) ||
		(first === 192 && second === 168) ||
		(first === 169 && second === 254)
	);
}
