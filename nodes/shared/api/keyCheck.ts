/**
 * Finds out whether the Kling API is at an address and knows the key there, with at most three
 * requests, which cost nothing and create nothing.
 */

import { randomInt } from 'node:crypto';

import { attempt } from '../utils/attempt';
import { accountRequest, readAccount } from './account';
import { type Connection, inOtherRegion, type Region } from './connection';
import { isAboutRoute, isKnownCode } from './errors/codes';
import { meaningOf } from './errors/explainedError';
import type { ErrorKind } from './errors/kinds';
import { isWebPage, KlingError, noAccount, otherShape } from './errors/klingError';
import { answerIn, receive } from './exchange';
import { FORMATS } from './formats';
import type { ApiRequest, Send } from './http';

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
	const ask = async (as: Connection, request: ApiRequest) =>
		await replyTo(sendAs(as), request, now);
	const checked = await attempt(
		async () =>
			(await checkByAccount(connection, ask, now())) ?? (await checkByTask(connection, ask)),
	);
	return checked.ok ? checked.value : { is: 'failed', error: checked.error };
}

/** @throws {KlingError} when no complete reply came */
type Ask = (as: Connection, request: ApiRequest) => Promise<Reply>;

/** What a service answers, and what that is about, in whatever words. */
interface Reply {
	status: number;
	body: string;
	json: unknown;
	/** Absent when the request was carried out. */
	error?: KlingError;
	isAboutKey: boolean;
	/** It is JSON that says something of a task. */
	isAboutTask: boolean;
}

async function replyTo(send: Send, request: ApiRequest, now: () => number): Promise<Reply> {
	const received = await receive(send, request);
	const { status, body } = received.reply;
	const answer = await attempt(() => answerIn(received, now()));
	const error = answer.ok ? undefined : (answer.error as KlingError);
	const words = wordsIn(body);
	return {
		status,
		body,
		json: received.json,
		error,
		isAboutKey: isKeyRejected(error) || ABOUT_KEYS.test(words),
		isAboutTask: isObject(body) && ABOUT_TASKS.test(words),
	};
}

/** @returns nothing where the answer tells nothing of the key */
async function checkByAccount(
	connection: Connection,
	ask: Ask,
	now: number,
): Promise<KeyCheck | undefined> {
	if (connection.service !== 'official') return undefined;
	const request = accountRequest(now);
	const error = refusalOfAccount(await ask(connection, request));
	if (provesKey(error)) return { is: 'accepted' };
	const other = inOtherRegion(connection);
	if (other && isKeyRejected(error)) {
		const there = await attempt(ask(other.connection, request));
		if (there.ok && provesKey(refusalOfAccount(there.value))) {
			return { is: 'otherRegion', region: other.region };
		}
	}
	const { checking, isAboutRoute: lacksRoute } = meaningOf(error);
	if (checking === 'absent' || checking === 'notUnderstood' || lacksRoute) return undefined;
	// Relays know little of the account, and answer in words of their own what they do not know.
	return other || isInKlingsWords(error) ? { is: 'failed', error } : undefined;
}

function refusalOfAccount({ status, body, json, error }: Reply): KlingError | undefined {
	return error ?? (readAccount(json) ? undefined : noAccount(status, body));
}

async function checkByTask(connection: Connection, ask: Ask): Promise<KeyCheck> {
	const [format = 'v1'] = connection.formats;
	const [request] = FORMATS[format].find(IMPOSSIBLE_TASK) as [ApiRequest];
	const reply = await ask(connection, request);
	const verdict = judge(reply);
	if (verdict) return verdict;
	const control = await attempt(ask(withWrongKey(connection), request));
	return control.ok && refusesOther(control.value, reply) ? { is: 'accepted' } : explain(reply);
}

/** What is wrong, whatever the key is worth, unless it is said of the task. */
const FINAL_KINDS: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
	'accountRestricted',
	'ipNotAllowed',
	'noPermission',
	'redirected',
	'tokenEarly',
	'tokenExpired',
]);

/** @returns nothing where only a comparison can tell */
function judge({ status, body, error, isAboutTask }: Reply): KeyCheck | undefined {
	if (!error) return undefined;
	if (provesKey(error) && isInKlingsWords(error)) return { is: 'accepted' };
	// A proxy's page for a service in trouble is no wrong address.
	const isOtherPage = isWebPage(body) && status < 500;
	const isFinal = FINAL_KINDS.has(error.kind) && !isAboutTask;
	if (isKeyRejected(error) || isFinal || isOtherPage) return { is: 'failed', error };
	const lacksRoute = status === 405 || (isAboutRoute(excerptOf(body)) && !isAboutTask);
	return lacksRoute ? notTheApi(error) : undefined;
}

/**
 * Whether the reply to a wrong key refuses what the other one does not, and not only for the moment.
 * Words count only as far as they are about a key: the same answer comes with another request ID or
 * time each time.
 */
function refusesOther(control: Reply, reply: Reply): boolean {
	const isPassing = control.status >= 500 || control.status === 408 || control.status === 429;
	const isRefusal = control.isAboutKey || (control.error !== undefined && !isPassing);
	return (
		isRefusal &&
		(reply.status !== control.status ||
			reply.error?.facts.code !== control.error?.facts.code ||
			reply.isAboutKey !== control.isAboutKey)
	);
}

/** A reply that is the same whatever the key. */
function explain(reply: Reply): KeyCheck {
	const { status, body, error, isAboutKey } = reply;
	if (isAboutKey) {
		const facts = error?.facts ?? { httpStatus: status };
		return { is: 'failed', error: new KlingError('badKey', facts) };
	}
	if (isKlingLike(reply)) return { is: 'unproven' };
	// Carried out, but whatever it was, it is no task.
	if (!error) return { is: 'failed', error: otherShape(status, body, { is: 'noTask' }) };
	if (provesKey(error)) return { is: 'unproven' };
	// A service in trouble may answer anything.
	const isInTrouble = meaningOf(error).checking === 'unanswered';
	return isInTrouble ? { is: 'failed', error } : notTheApi(error);
}

function notTheApi({ facts }: KlingError): KeyCheck {
	return { is: 'failed', error: new KlingError('notTheApi', facts) };
}

/** An unpaid balance, an empty pack or a rate limit is only told to whoever has a good key. */
function provesKey(error: KlingError | undefined): boolean {
	return error === undefined || meaningOf(error).provesKey === true;
}

function isKeyRejected(error: KlingError | undefined): boolean {
	return error?.kind === 'badKey' || error?.kind === 'missingKey';
}

function isInKlingsWords(error: KlingError | undefined): boolean {
	return isKnownCode(error?.facts.code);
}

/** Whether it is a Kling API's answer: its envelope, one of its codes, or words about a task. */
function isKlingLike({ body, error, isAboutTask }: Reply): boolean {
	if (isAboutTask) return true;
	if (!isObject(body)) return false;
	return error
		? isInKlingsWords(error)
		: /"code"\s*:\s*(0|"0"|"success")\s*[,}]/i.test(excerptOf(body));
}

const ABOUT_KEYS =
	/api[-_ ]?key|token|credential|unauthori[sz]ed|authenticat|authori[sz]ation|access denied|密钥|令牌|鉴权|认证|未授权/i;

const ABOUT_TASKS =
	/(?<![a-z])(task|job)s?(?![a-z])|任务|(video|generation|record|视频).{0,20}(not found|not exist|n['’]t exist|unknown|不存在|未找到)/i;

function isObject(body: string): boolean {
	return /^\s*\{/.test(body);
}

/** In characters: what a reply is about stands at its beginning. */
const EXCERPT_LENGTH = 2000;

function excerptOf(body: string): string {
	return body.slice(0, EXCERPT_LENGTH);
}

/** What a reply says, without the addresses and IDs that it quotes. */
function wordsIn(body: string): string {
	return excerptOf(body)
		.replaceAll('\\/', '/')
		.replace(/[\w.:-]*\/[\w./:?=&%-]*/g, '')
		.replace(/\bn8n-[\w-]+/g, '');
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
