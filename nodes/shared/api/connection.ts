/** Where the Kling API is and who asks: the credential, checked, and the header it stands for. */

import { createHmac } from 'node:crypto';

import { z } from 'zod';

import type { FormatName } from './models';

export type Service = 'official' | 'gateway';

export interface Connection {
	service: Service;
	/** Without a trailing slash; may carry a path prefix. */
	baseUrl: string;
	authentication:
		| { kind: 'apiKey'; apiKey: string }
		| { kind: 'accessKey'; accessKey: string; secretKey: string };
	/**
	 * The service only passes Kling's API on: it may not know tasks by the user's own IDs, so that
	 * not finding one there proves nothing.
	 */
	isRelay: boolean;
	/** Verifies callbacks; absent when the credential has none. */
	webhookSecret?: string;
	/** The wire formats it can use, the preferred one first. */
	formats: readonly FormatName[];
}

/** The credential cannot be used as it is filled in. The message names the field. */
export class CredentialError extends Error {
	constructor(message: string) {
		super(message);
		this.name = 'CredentialError';
	}
}

/** Kling's own hosts. Source: kling-api.md, section 1. */
const HOSTS = {
	global: 'https://api-singapore.klingai.com',
	china: 'https://api-beijing.klingai.com',
} as const;

/**
 * Checks the decrypted credential.
 * @throws {CredentialError}
 */
export function toConnection(credential: unknown): Connection {
	const fields = parse(credentialSchema, credential);
	const service = fields.service;
	const host = service === 'official' && fields.region !== 'custom' && HOSTS[fields.region];
	const baseUrl = host || checkBaseUrl(fields.baseUrl);
	// Kling's own hosts have no prefix; services that pass its API on do (kling-api.md, section 10).
	const isRelay = new URL(baseUrl).pathname !== '/';
	const common = { service, baseUrl, isRelay, webhookSecret: fields.webhookSecret };
	if (service === 'official' && fields.authentication === 'accessKey') {
		const keys = parse(accessKeySchema, fields);
		// Kling takes signed tokens on its older routes only (kling-api.md, section 1.2).
		return { ...common, authentication: { kind: 'accessKey', ...keys }, formats: ['v1'] };
	}
	const { apiKey } = parse(apiKeySchema, fields);
	const formats = service === 'official' ? (['v1', 'path'] as const) : (['gateway'] as const);
	return { ...common, authentication: { kind: 'apiKey', apiKey }, formats };
}

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

/** How long a token is valid, and how far Kling's clock may be behind; in seconds (kling-api.md, 1.2). */
const TOKEN_LIFETIME = 1800;
const TOKEN_LEEWAY = 5;

function signToken(
	{ accessKey, secretKey }: { accessKey: string; secretKey: string },
	now: number,
): string {
	const header = { alg: 'HS256', typ: 'JWT' };
	const claims = { iss: accessKey, exp: now + TOKEN_LIFETIME, nbf: now - TOKEN_LEEWAY };
	const content = [header, claims]
		.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
		.join('.');
	return `${content}.${createHmac('sha256', secretKey).update(content).digest('base64url')}`;
}

const credentialSchema = z.object({
	service: z.enum(['official', 'gateway']).default('official'),
	region: z.enum(['global', 'china', 'custom']).default('global'),
	baseUrl: z.string().default(''),
	authentication: z.enum(['apiKey', 'accessKey']).default('apiKey'),
	apiKey: z.string().default(''),
	accessKey: z.string().default(''),
	secretKey: z.string().default(''),
	webhookSecret: z
		.string()
		.transform((text) => text.trim() || undefined)
		.optional(),
});

const apiKeySchema = z.object({ apiKey: secret('API Key') });

const accessKeySchema = z.object({
	accessKey: secret('Access Key'),
	secretKey: secret('Secret Key'),
});

/** People paste keys together with "Bearer " and with white space from the page they copied them from. */
function secret(field: string) {
	return z
		.string()
		.transform((text) =>
			text
				.trim()
				.replace(/^Bearer(\s+|$)/i, '')
				.replace(/\s/g, ''),
		)
		.pipe(z.string().min(1, `'${field}' in the Kling API credential is empty`));
}

function parse<Schema extends z.ZodTypeAny>(schema: Schema, value: unknown): z.output<Schema> {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	throw new CredentialError(
		issue?.code === 'too_small'
			? issue.message
			: `The Kling API credential has an unusable value in its field '${issue?.path.join('.')}'`,
	);
}

function checkBaseUrl(text: string): string {
	const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
	const isPlain = url && !url.username && !url.password && !url.search && !url.hash;
	if (!isPlain || !['http:', 'https:'].includes(url.protocol)) {
		throw new CredentialError(
			"'Base URL' in the Kling API credential must be an address such as https://api.example.com or https://api.example.com/kling",
		);
	}
	if (!isSafeAddress(url)) {
		throw new CredentialError(
			"'Base URL' in the Kling API credential must start with https://, or your key would cross the internet unencrypted; http:// is for addresses in your own network",
		);
	}
	return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Whether nobody on the internet can read along: https, or an address in one's own network. */
export function isSafeAddress({ protocol, hostname }: URL): boolean {
	return protocol === 'https:' || (protocol === 'http:' && isOwnNetwork(hostname));
}

/** Loopback, private and link-local addresses, and host names of a single label. */
export function isOwnNetwork(hostname: string): boolean {
	if (hostname.startsWith('[')) {
		return /^\[(::1|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/.test(hostname);
	}
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
