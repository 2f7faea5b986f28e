/** Where the Kling API is and who asks: the credential, checked. */

import { createHash } from 'node:crypto';

import { z } from 'zod';

import { isSafeUrl, toUrl } from '../utils/url';
import { CredentialError, type CredentialProblem } from './errors/credentialError';
import type { FormatName } from './routes';

export { CredentialError } from './errors/credentialError';

export type Service = 'official' | 'gateway';

export interface Connection {
	service: Service;
	/** Without a trailing slash; may carry a path prefix. */
	baseUrl: string;
	/** The user typed the base URL; otherwise it follows from the region. */
	hasOwnBaseUrl: boolean;
	authentication:
		| { kind: 'apiKey'; apiKey: string }
		| { kind: 'accessKey'; accessKey: string; secretKey: string };
	/**
	 * The service only passes Kling's API on: it may not know tasks by the user's own IDs, so that
	 * not finding one there proves nothing.
	 */
	isRelay: boolean;
	/** It stands behind a prefix, as relays of one format do: the others it answers as it likes. */
	mayLackFormats: boolean;
	/** Verifies callbacks, once webhookKey (callback.ts) has read it; absent when the credential has none. */
	webhookSecret?: string;
	/** The wire formats in which it asks for tasks, the most likely one first. */
	formats: readonly FormatName[];
}

/** What an API key of each service can be used for. */
export const API_KEY_FORMATS: Readonly<Record<Service, readonly FormatName[]>> = {
	official: ['v1', 'path', 'v1-image'],
	gateway: ['gateway'],
};

/** Kling's own hosts. Source: docs/kling-api.md#hosts. */
const HOSTS = {
	global: 'https://api-singapore.klingai.com',
	china: 'https://api-beijing.klingai.com',
} as const;

/** Where an account of Kling AI can be registered. */
export type Region = keyof typeof HOSTS;

/** The same keys at Kling's other host; nothing where the connection is not at one of Kling's own. */
export function inOtherRegion(
	connection: Connection,
): { region: Region; connection: Connection } | undefined {
	const at = Object.values<string>(HOSTS);
	if (!at.includes(connection.baseUrl)) return undefined;
	const region = connection.baseUrl === HOSTS.global ? 'china' : 'global';
	return { region, connection: { ...connection, baseUrl: HOSTS[region] } };
}

/**
 * Tells accounts apart without giving a key away: what is stored under it belongs to this account.
 * Another key of the same account counts as another account, because nothing tells.
 */
export function accountOf({ baseUrl, authentication }: Connection): string {
	const key = authentication.kind === 'apiKey' ? authentication.apiKey : authentication.accessKey;
	const identity = JSON.stringify([baseUrl, authentication.kind, key]);
	return createHash('sha256').update(identity).digest('hex').slice(0, 12);
}

/**
 * Checks the decrypted credential.
 * @throws {CredentialError}
 */
export function toConnection(credential: unknown): Connection {
	const fields = parse(credentialSchema, credential);
	const service = fields.service;
	const host = service === 'official' && fields.region !== 'custom' && HOSTS[fields.region];
	const baseUrl = host || checkBaseUrl(fields.baseUrl);
	// Whatever is not at Kling's own hosts may be a relay (docs/kling-api.md#relays).
	const isRelay = !Object.values<string>(HOSTS).includes(baseUrl);
	const common = {
		service,
		baseUrl,
		hasOwnBaseUrl: !host,
		isRelay,
		mayLackFormats: new URL(baseUrl).pathname !== '/',
		// Elsewhere the form hides the field, but n8n may still have what once stood in it.
		webhookSecret: service === 'official' ? fields.webhookSecret : undefined,
	};
	if (service === 'official' && fields.authentication === 'accessKey') {
		const keys = parse(accessKeySchema, fields);
		// Kling takes signed tokens on its older routes only (docs/kling-api.md#authentication).
		return {
			...common,
			authentication: { kind: 'accessKey', ...keys },
			formats: ['v1', 'v1-image'],
		};
	}
	const { apiKey } = parse(apiKeySchema, fields);
	const formats = API_KEY_FORMATS[service];
	return { ...common, authentication: { kind: 'apiKey', apiKey }, formats };
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

/**
 * People paste keys together with "Bearer ", and with white space and invisible characters from the
 * page they copied them from.
 */
const keySchema = z
	.string()
	.transform((text) =>
		text
			.trim()
			.replace(/^Bearer(\s+|$)/i, '')
			.replace(/[\s\p{Cc}\p{Cf}]/gu, ''),
	)
	.pipe(z.string().min(1));

/** What an HTTP header can carry: not the "…" of a page that shows a part of the key only. */
const apiKeySchema = z.object({ apiKey: keySchema.pipe(z.string().regex(/^[!-~]+$/)) });

const accessKeySchema = z.object({ accessKey: keySchema, secretKey: keySchema });

/** @throws {CredentialError} */
function parse<Schema extends z.ZodTypeAny>(schema: Schema, value: unknown): z.output<Schema> {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	const field = issue?.path.join('.') ?? '';
	throw new CredentialError(field, PROBLEMS[issue?.code ?? ''] ?? 'unsupported');
}

/** By zod's code for it. */
const PROBLEMS: Readonly<Record<string, CredentialProblem>> = {
	too_small: 'empty',
	invalid_string: 'noKey',
	invalid_format: 'noKey',
};

/** @throws {CredentialError} */
function checkBaseUrl(text: string): string {
	const url = toUrl(text.trim());
	const isPlain = url && !url.username && !url.password && !url.search && !url.hash;
	if (!isPlain || !['http:', 'https:'].includes(url.protocol)) {
		throw new CredentialError('baseUrl', 'noUrl');
	}
	if (!isSafeUrl(url)) throw new CredentialError('baseUrl', 'unencrypted');
	return `${url.origin}${url.pathname.replace(ROUTES, '').replace(/\/+$/, '')}`;
}

/**
 * What people copy along from a service's documentation: the routes that requests add by themselves, and
 * those of the other APIs that relays have. A `/v1` in front of anything else belongs to the address.
 */
const ROUTES =
	/\/+(v1(\/+(videos|images|audio|chat|models|account|completions|embeddings|responses)(\/.*)?)?|videos\/+(text|image)2video(\/.*)?|(text|image)-to-video(\/.*)?|tasks(\/.*)?|account\/+costs)\/*$/i;
