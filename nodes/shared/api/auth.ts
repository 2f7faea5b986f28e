/** The header that a request is signed with. */

import { createHmac } from 'node:crypto';

import type { Connection } from './connection';

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

/** @param now seconds since the epoch */
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
