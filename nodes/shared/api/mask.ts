/**
 * Keeps keys out of everything that is shown, logged or stored. Services quote the key they refuse,
 * and n8n stores errors and output in plain text for everybody who may open the execution.
 *
 * A connection's own keys are masked in whatever comes back, before anything reads it. Other
 * people's, such as the key of the account behind a relay, are known by their look only: they are
 * masked in messages, but not in data, where a video's address may carry a token of its own.
 */

import { tokenStart } from './auth';
import type { Connection } from './connection';
import { type Send, TransportError } from './http';

/** What stands in a key's place. */
const MASK = '***';

/** @returns the transport, with the connection's own keys masked in all that it brings back */
export function masked(send: Send, connection: Connection): Send {
	const mask = maskerOf(connection);
	return async (request) => {
		try {
			const reply = await send(request);
			return { ...reply, body: mask(reply.body) };
		} catch (error) {
			throw maskError(error, mask);
		}
	};
}

function maskError(error: unknown, mask: (text: string) => string): Error {
	if (!(error instanceof TransportError)) {
		return error instanceof Error ? error : new Error(mask(String(error)));
	}
	return new TransportError(error.failure, mask(error.detail), error.problem);
}

/** Shorter texts stand in replies by chance: they are keys only behind "Bearer". */
const LEAST_LENGTH = 8;

/** @returns what masks the connection's own keys in a text, in time that grows with the text alone */
export function maskerOf({
	authentication,
	webhookSecret,
}: Pick<Connection, 'authentication' | 'webhookSecret'>): (text: string) => string {
	const keys =
		authentication.kind === 'apiKey'
			? [authentication.apiKey]
			: [authentication.accessKey, authentication.secretKey];
	const secrets = [...keys, ...(webhookSecret === undefined ? [] : secretsIn(webhookSecret))];
	// The longest first: one may be a part of another.
	const sorted = [...new Set(secrets)].sort((one, other) => other.length - one.length);
	const long = sorted
		.filter(({ length }) => length >= LEAST_LENGTH)
		.map((key) => new RegExp(anySpellingOf(key), 'gi'));
	const short = sorted
		.filter(({ length }) => length < LEAST_LENGTH)
		.map((key) => new RegExp(`(\\bBearer\\s{1,10})${escaped(key)}(?![\\w-])`, 'gi'));
	const tokens =
		authentication.kind === 'apiKey'
			? undefined
			: new RegExp(`${escaped(tokenStart(authentication.accessKey))}[\\w.-]*`, 'g');
	return (text) => {
		let result = text;
		if (tokens) result = result.replace(tokens, MASK);
		for (const key of long) result = result.replace(key, MASK);
		for (const key of short) result = result.replace(key, `$1${MASK}`);
		return result;
	};
}

/** The secret with and without its prefix. */
function secretsIn(webhookSecret: string): string[] {
	return [webhookSecret, webhookSecret.replace(/^whsec_/, '')];
}

/**
 * A pattern for a key as it is, in JSON of any writer's (`\/`, `\u002F`), in JSON inside of JSON, in an
 * address or in HTML. Letters and digits are the same in all of them, which makes it quick to look for.
 */
function anySpellingOf(key: string): string {
	return [...key]
		.map((character) => (/\w/.test(character) ? character : spellingsOf(character)))
		.join('');
}

function spellingsOf(character: string): string {
	const units = [...Array(character.length).keys()].map((at) => hex(character.charCodeAt(at), 4));
	const bytes = [...Buffer.from(character)].map((byte) => hex(byte, 2));
	const code = character.codePointAt(0) ?? 0;
	const spellings = [
		`\\\\{0,9}${escaped(character)}`,
		units.map((unit) => `\\\\{1,9}u${unit}`).join(''),
		bytes.map((byte) => `%(?:25)?${byte}`).join(''),
		`&#(?:0{0,9}${code}|x0{0,9}${code.toString(16)});`,
	];
	return `(?:${spellings.join('|')})`;
}

function hex(code: number, digits: number): string {
	return code.toString(16).padStart(digits, '0');
}

function escaped(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** What a key may consist of, where it ends nobody knows. */
const VALUE = String.raw`[^\s"'\\&,;<>(){}[\]|*]+`;

/** What comes in front of a key: in JSON, also quoted in a text, in headers, in addresses. */
const NAMES = String.raw`(?:api|access|secret|private)[-_ ]?key(?:[-_ ]?id)?|(?:access|auth|api|session)[-_ ]?token|authorization|token|secret|password|passwd`;

/** Every one runs in linear time: no two parts that can match the same text stand side by side. */
const LOOKS = {
	/** Keys in the manner of OpenAI, Stripe and many relays. */
	prefixed: /(?<![A-Za-z0-9])[srp]k[-_][A-Za-z0-9_-]{6,}/g,
	/** Signed tokens, also cut off ones: base64url of `{"`. */
	token: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,2}/g,
	webhookSecret: /whsec_[A-Za-z0-9+/=_-]+/g,
	scheme: new RegExp(String.raw`\b(Bearer|Basic)(\s+|%20|\+)(${VALUE})`, 'gi'),
	named: new RegExp(
		String.raw`(?<![A-Za-z0-9])(${NAMES})((?: provided| is)?\\?["']?\s*[:=]\s*\\?["']?(?:(?:Bearer|Basic|Token|ApiKey|Key)\s+)?)(${VALUE})`,
		'gi',
	),
	inAddress: new RegExp(String.raw`([?&](?:key|sig|signature)=)(${VALUE})`, 'gi'),
} as const;

/** In characters. Nobody reads longer messages, but n8n would store them. */
const LONGEST_MESSAGE = 10_000;

/** Masks what looks like a key of anybody's, in a message that people read. Cuts off endless ones. */
export function maskKeys(message: string): string {
	const isEndless = message.length > LONGEST_MESSAGE;
	return (isEndless ? `${message.slice(0, LONGEST_MESSAGE)}…` : message)
		.replace(LOOKS.prefixed, MASK)
		.replace(LOOKS.token, MASK)
		.replace(LOOKS.webhookSecret, MASK)
		.replace(LOOKS.named, (whole: string, name: string, between: string, value: string) =>
			between.includes('=') || isKeyLike(value) ? name + between + MASK : whole,
		)
		.replace(LOOKS.scheme, (whole: string, scheme: string, between: string, value: string) =>
			isKeyLike(value) ? scheme + between + MASK : whole,
		)
		.replace(LOOKS.inAddress, `$1${MASK}`);
}

/** Whether it is no word, as in "Bearer token required" or "Authorization: missing". */
function isKeyLike(value: string): boolean {
	return value.length >= 20 || (value.length >= 6 && /\d|[a-z][A-Z]/.test(value));
}
