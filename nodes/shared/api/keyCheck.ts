/**
 * Finds out whether the Kling API is at an address and knows the key there, with at most three
 * requests, which cost nothing and create nothing.
 */

import { randomInt } from 'node:crypto';

import { accountRequest, readAccount } from './account';
import { type Connection, inOtherRegion, type Region } from './connection';
import { isKnownCode } from './errors/codes';
import { type ErrorKind, MEANINGS } from './errors/kinds';
import { KlingError, noAccount, otherShape } from './errors/klingError';
import { meaningOf } from './errors/explainedError';
import { FORMATS } from './formats';
import type { ApiRequest, Send } from './http';
import {
	differ,
	isAboutKey,
	isAboutRoute,
	isAboutTask,
	isKeyRejected,
	isKlingLike,
	isRefusal,
	react,
	type Reaction,
} from './reaction';

/** What the check came to. */
export type KeyCheck =
	/** The service knows the key. */
	| { is: 'accepted' }
	/** The service speaks the Kling API, but answers the same whatever the key. */
	| { is: 'unproven' }
	/** Kling knows the key in its other region. */
	| { is: 'otherRegion'; region: Region }
	| { is: 'failed'; error: unknown };

/** No service ever gave out this task ID. */
const IMPOSSIBLE_TASK = 'n8n-credential-test';

/**
 * Asks for the account, which only a good key is told of. Where that is not known, asks for a task
 * that cannot exist, and again with a wrong key: if the answers differ, the key made the difference.
 * @param sendAs the transport that signs as a connection says
 */
export async function checkKey(
	connection: Connection,
	sendAs: (connection: Connection) => Send,
	now: () => number = Date.now,
): Promise<KeyCheck> {
	const byAccount =
		connection.service === 'official' ? await askForAccount(connection, sendAs, now) : undefined;
	if (byAccount) return byAccount;
	const [format = 'v1'] = connection.formats;
	const [request] = FORMATS[format].find(IMPOSSIBLE_TASK);
	const ask = async (as: Connection) => await react(sendAs(as), request as ApiRequest, now);
	const reaction = await ask(connection);
	return judge(reaction) ?? compare(reaction, await ask(withWrongKey(connection)));
}

/** @returns nothing where the answer tells nothing of the key */
async function askForAccount(
	connection: Connection,
	sendAs: (connection: Connection) => Send,
	now: () => number,
): Promise<KeyCheck | undefined> {
	const ask = async (as: Connection) => await reactWithAccount(sendAs(as), now);
	const { error } = await ask(connection);
	if (provesKey(error)) return { is: 'accepted' };
	if (!(error instanceof KlingError) || isUnanswered(error)) return { is: 'failed', error };
	const other = inOtherRegion(connection);
	if (!other) return isKlingsVerdict(error) ? { is: 'failed', error } : undefined;
	if (isKeyRejected(error) && provesKey((await ask(other.connection)).error)) {
		return { is: 'otherRegion', region: other.region };
	}
	return isUnknownRoute(error) ? undefined : { is: 'failed', error };
}

async function reactWithAccount(send: Send, now: () => number): Promise<Reaction> {
	const reaction = await react(send, accountRequest(now()), now);
	const { reply, json, error } = reaction;
	if (error !== undefined || !reply || readAccount(json)) return reaction;
	return { reply, error: noAccount(reply.status, reply.body) };
}

/** An unpaid balance, an empty pack or a rate limit is only told to whoever has a good key. */
function provesKey(error: unknown): boolean {
	return error === undefined || meaningOf(error).provesKey === true;
}

/** Nothing came back at all. */
function isUnanswered({ facts }: KlingError): boolean {
	return facts.httpStatus === undefined;
}

/**
 * Whether a relay passes on what Kling says. Relays know little of the account, and answer in words
 * of their own what they do not know.
 */
function isKlingsVerdict(error: KlingError): boolean {
	return isKlingsCode(error.facts.code) && !isUnknownRoute(error);
}

function isKlingsCode(code: number | undefined): boolean {
	return code !== undefined && isKnownCode(code);
}

function isUnknownRoute({ kind }: KlingError): boolean {
	const { checking } = MEANINGS[kind];
	return checking === 'absent' || checking === 'notUnderstood' || kind === 'unsupported';
}

/** What is wrong, whatever the key is worth. */
const FINAL_KINDS: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
	'accountRestricted',
	'ipNotAllowed',
	'noPermission',
	'redirected',
	'tokenEarly',
	'tokenExpired',
]);

/** @returns nothing where only a comparison can tell */
function judge(reaction: Reaction): KeyCheck | undefined {
	const { reply, error } = reaction;
	if (error === undefined) return undefined;
	if (!(error instanceof KlingError)) return { is: 'failed', error };
	if (provesKey(error) && isKlingsCode(error.facts.code)) return { is: 'accepted' };
	if (isUnanswered(error) || isKeyRejected(error)) return { is: 'failed', error };
	if (FINAL_KINDS.has(error.kind) && !isAboutTask(reaction)) return { is: 'failed', error };
	// A proxy's page for a service in trouble is no wrong address.
	const isWebPage = /^\s*</.test(reply?.body ?? '') && (error.facts.httpStatus ?? 0) < 500;
	if (isWebPage) return { is: 'failed', error };
	return isAboutRoute(reaction) ? notTheApi(error) : undefined;
}

/** @param control the reaction to a wrong key */
function compare(reaction: Reaction, control: Reaction): KeyCheck {
	if (isRefusal(control) && differ(reaction, control)) return { is: 'accepted' };
	const { error, reply } = reaction;
	if (isAboutKey(reaction)) {
		const facts = error instanceof KlingError ? error.facts : { httpStatus: reply?.status };
		return { is: 'failed', error: new KlingError('badKey', facts) };
	}
	if (isKlingLike(reaction)) return { is: 'unproven' };
	if (!(error instanceof KlingError)) {
		// Carried out, but whatever it was, it is no task.
		const flaw = { is: 'noTask' } as const;
		return { is: 'failed', error: otherShape(reply?.status ?? 0, reply?.body ?? '', flaw) };
	}
	if (provesKey(error)) return { is: 'unproven' };
	// What a service in trouble answers otherwise nobody knows.
	const isInTrouble = MEANINGS[error.kind].checking === 'unanswered';
	return isInTrouble ? { is: 'failed', error } : notTheApi(error);
}

function notTheApi({ facts }: KlingError): KeyCheck {
	return { is: 'failed', error: new KlingError('notTheApi', facts) };
}

/** The same connection with a key of the same shape that nobody has. */
function withWrongKey(connection: Connection): Connection {
	const { authentication } = connection;
	return {
		...connection,
		authentication:
			authentication.kind === 'apiKey'
				? { ...authentication, apiKey: otherThan(authentication.apiKey) }
				: { ...authentication, secretKey: otherThan(authentication.secretKey) },
	};
}

/** Random characters of the same kinds; a prefix such as "sk-" stays. */
function otherThan(key: string): string {
	const start = /^[a-z]{1,5}[-_]/i.exec(key)?.[0].length ?? 0;
	const rest = key
		.slice(start)
		.replace(/\d/g, () => pick('0123456789'))
		.replace(/[a-z]/g, () => pick('abcdefghijklmnopqrstuvwxyz'))
		.replace(/[A-Z]/g, () => pick('ABCDEFGHIJKLMNOPQRSTUVWXYZ'));
	const other = key.slice(0, start) + rest;
	// A key may be so short, or so odd, that chance brings it back.
	return other === key ? `${key}x` : other;
}

function pick(characters: string): string {
	return characters.charAt(randomInt(characters.length));
}
