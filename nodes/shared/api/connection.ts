/** Where the Kling API is and who asks: the credential, checked. */

import { z } from 'zod';

import { isSafeUrl } from '../utils/url';
import { UserError } from './errors/userError';
import type { FormatName } from './models';

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
	/** Verifies callbacks; absent when the credential has none. */
	webhookSecret?: string;
	/** The wire formats it can use, the preferred one first. */
	formats: readonly FormatName[];
}

/** What is wrong with a field of the credential. */
export type CredentialProblem = 'empty' | 'unsupported' | 'noUrl' | 'unencrypted';

/** The credential cannot be used as it is filled in. */
export class CredentialError extends UserError<'credential'> {
	constructor(
		/** The field's internal name. */
		readonly field: string,
		readonly problem: CredentialProblem,
	) {
		super('credential', `The field ${field} of the Kling API credential is ${problem}`);
		this.name = 'CredentialError';
	}
}

/** Kling's own hosts. Source: docs/kling-api.md#hosts. */
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
	// Whatever is not at Kling's own hosts may be a relay (docs/kling-api.md#relays).
	const isRelay = !Object.values<string>(HOSTS).includes(baseUrl);
	const common = {
		service,
		baseUrl,
		hasOwnBaseUrl: !host,
		isRelay,
		webhookSecret: fields.webhookSecret,
	};
	if (service === 'official' && fields.authentication === 'accessKey') {
		const keys = parse(accessKeySchema, fields);
		// Kling takes signed tokens on its older routes only (docs/kling-api.md#authentication).
		return { ...common, authentication: { kind: 'accessKey', ...keys }, formats: ['v1'] };
	}
	const { apiKey } = parse(apiKeySchema, fields);
	const formats = service === 'official' ? (['v1', 'path'] as const) : (['gateway'] as const);
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

/** People paste keys together with "Bearer " and with white space from the page they copied them from. */
const keySchema = z
	.string()
	.transform((text) =>
		text
			.trim()
			.replace(/^Bearer(\s+|$)/i, '')
			.replace(/\s/g, ''),
	)
	.pipe(z.string().min(1));

const apiKeySchema = z.object({ apiKey: keySchema });

const accessKeySchema = z.object({ accessKey: keySchema, secretKey: keySchema });

/** @throws {CredentialError} */
function parse<Schema extends z.ZodTypeAny>(schema: Schema, value: unknown): z.output<Schema> {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	const field = issue?.path.join('.') ?? '';
	throw new CredentialError(field, issue?.code === 'too_small' ? 'empty' : 'unsupported');
}

/** @throws {CredentialError} */
function checkBaseUrl(text: string): string {
	const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
	const isPlain = url && !url.username && !url.password && !url.search && !url.hash;
	if (!isPlain || !['http:', 'https:'].includes(url.protocol)) {
		throw new CredentialError('baseUrl', 'noUrl');
	}
	if (!isSafeUrl(url)) throw new CredentialError('baseUrl', 'unencrypted');
	return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}
