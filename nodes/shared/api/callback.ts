/** Kling's callbacks: a task as it is, posted on every change of its status. Source: docs/kling-api.md#callbacks. */

import { createHmac, timingSafeEqual } from 'node:crypto';

import { readBareTask } from './formats/reply';
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

/**
 * Checks who sent a callback, by the Standard Webhooks scheme.
 * @param secret `whsec_…`
 * @param body the bytes as they came
 * @param now milliseconds since the epoch
 */
export function isSignatureValid(
	secret: string,
	headers: CallbackHeaders,
	body: Buffer,
	now: number,
): boolean {
	const id = deliveryId(headers);
	const timestamp = textOf(headers[HEADERS.timestamp]);
	const signatures = textOf(headers[HEADERS.signature]);
	if (!id || !timestamp || !signatures) return false;
	if (!(Math.abs(now / 1000 - Number(timestamp)) <= WINDOW)) return false;
	const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
	// With an empty key anybody could sign.
	if (key.length === 0) return false;
	const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
	return signatures.split(' ').some((signature) => {
		const [version, digest = ''] = signature.split(',');
		const given = Buffer.from(digest, 'base64');
		return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
	});
}

/**
 * Reads a callback's body.
 * @returns undefined when it is not about a task
 */
export function readCallback(body: Buffer): TaskReply | undefined {
	try {
		return readBareTask(JSON.parse(body.toString('utf8')));
	} catch {
		return undefined;
	}
}
