/** Kling's callbacks: a task as it is, posted on every change of its status. Source: docs/kling-api.md#callbacks. */

import { createHmac, timingSafeEqual } from 'node:crypto';

import { CredentialError } from './errors/credentialError';
import { readCallbackBody } from './formats/reply';
import type { TaskReply } from './task';

/** Header names in lower case, as Node delivers them. */
export type CallbackHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The headers of the Standard Webhooks scheme. */
const HEADERS = {
	/** Unique for each delivery. */
	id: 'webhook-id',
	/** Seconds since the epoch. */
	timestamp: 'webhook-timestamp',
	/** One or several `v1,<base64>`, parted by blanks: two while a secret is being replaced. */
	signature: 'webhook-signature',
} as const;

/** What tells a delivery from its repetitions; absent when callbacks are not signed. */
export function deliveryId(headers: CallbackHeaders): string | undefined {
	return textOf(headers[HEADERS.id]);
}

function textOf(header: string | string[] | undefined): string | undefined {
	return typeof header === 'string' && header !== '' ? header : undefined;
}

/** How old a signature may be, so that a recorded callback cannot be sent again later; in seconds. */
const WINDOW = 5 * 60;

/** So many bytes cannot be found by guessing, nor with a copy of a signed callback at hand. */
const LEAST_KEY_LENGTH = 16;

/**
 * Reads the credential's Webhook Secret.
 * @param secret `whsec_…`, the rest in Base64; its padding may be missing
 * @returns the key's bytes
 * @throws {CredentialError} when it is not Base64, or so short that anybody could sign
 */
export function webhookKey(secret: string): Buffer {
	const [, text = '', padding = ''] =
		/^(?:whsec_)?([A-Za-z0-9+/]*)(={0,2})$/.exec(secret.trim()) ?? [];
	const key = Buffer.from(text, 'base64');
	// Node skips what it cannot decode: only what comes out whole was Base64.
	const isWhole = text.length % 4 !== 1 && (padding === '' || (text + padding).length % 4 === 0);
	if (!isWhole || key.length < LEAST_KEY_LENGTH) {
		throw new CredentialError('webhookSecret', 'weakSecret');
	}
	return key;
}

/**
 * The headers with which Kling would sign a callback.
 * @param secret `whsec_…`
 * @param id unique for each delivery
 * @param now milliseconds since the epoch
 */
export function signatureHeaders(
	secret: string,
	id: string,
	body: Buffer,
	now: number,
): Record<string, string> {
	const timestamp = String(Math.floor(now / 1000));
	const digest = digestOf(webhookKey(secret), id, timestamp, body).toString('base64');
	return {
		[HEADERS.id]: id,
		[HEADERS.timestamp]: timestamp,
		[HEADERS.signature]: `v1,${digest}`,
	};
}

function digestOf(key: Buffer, id: string, timestamp: string, body: Buffer): Buffer {
	return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}

/**
 * Checks who sent a callback, by the Standard Webhooks scheme.
 * @param key of webhookKey
 * @param body the bytes as they came
 * @param now milliseconds since the epoch
 */
export function isSignatureValid(
	key: Buffer,
	headers: CallbackHeaders,
	body: Buffer,
	now: number,
): boolean {
	const id = deliveryId(headers);
	const timestamp = textOf(headers[HEADERS.timestamp]);
	const signatures = textOf(headers[HEADERS.signature]);
	if (!id || !timestamp || !signatures) return false;
	if (!(Math.abs(now / 1000 - Number(timestamp)) <= WINDOW)) return false;
	const expected = digestOf(key, id, timestamp, body);
	return signatures.split(' ').some((signature) => {
		const [version, digest = ''] = signature.split(',');
		const given = Buffer.from(digest, 'base64');
		return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
	});
}

/**
 * Reads a callback's body.
 * @param mask keeps the connection's own keys out of what is read
 * @returns undefined when it is not about a task, or larger than any callback
 */
export function readCallback(body: Buffer, mask?: (text: string) => string): TaskReply | undefined {
	return readCallbackBody(body, mask);
}
