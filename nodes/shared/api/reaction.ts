/** How a service reacts to a request: what its reply is about, in whatever words. */

import { attempt } from '../utils/attempt';
import { isAboutRoute as saysNoSuchRoute, isKnownCode } from './errors/codes';
import { KlingError } from './errors/klingError';
import { exchange } from './exchange';
import type { ApiReply, ApiRequest, Send } from './http';

export interface Reaction {
	/** Absent when no reply came. */
	reply?: ApiReply;
	/** The reply as JSON, when the request was carried out. */
	json?: unknown;
	/** Absent when the request was carried out. */
	error?: unknown;
}

/** Asks. Never throws. */
export async function react(send: Send, request: ApiRequest, now: () => number): Promise<Reaction> {
	let reply: ApiReply | undefined;
	const noting: Send = async (each) => (reply = await send(each));
	const asked = await attempt(exchange(noting, request, now));
	return asked.ok ? asked.value : { reply, error: asked.error };
}

export function isKeyRejected(error: unknown): boolean {
	return error instanceof KlingError && (error.kind === 'badKey' || error.kind === 'missingKey');
}

/** Whether it can be the answer to a wrong key: no limit, and no trouble of the service's. */
export function isRefusal(reaction: Reaction): boolean {
	const { reply, error } = reaction;
	if (!reply) return false;
	const isPassing = reply.status >= 500 || reply.status === 408 || reply.status === 429;
	return isAboutKey(reaction) || (error !== undefined && !isPassing);
}

/**
 * Whether two reactions say different things. Words count only as far as they are about a key: the
 * same answer comes with another request ID or time each time.
 */
export function differ(one: Reaction, other: Reaction): boolean {
	return (
		one.reply?.status !== other.reply?.status ||
		codeOf(one) !== codeOf(other) ||
		isAboutKey(one) !== isAboutKey(other)
	);
}

function codeOf({ error }: Reaction): number | undefined {
	return error instanceof KlingError ? error.facts.code : undefined;
}

const ABOUT_KEYS =
	/api[-_ ]?key|token|credential|unauthori[sz]ed|authenticat|authori[sz]ation|access denied|密钥|令牌|鉴权|认证|未授权/i;

export function isAboutKey({ reply, error }: Reaction): boolean {
	return isKeyRejected(error) || ABOUT_KEYS.test(wordsIn(reply));
}

/** Whether the service has no such address at all. */
export function isAboutRoute(reaction: Reaction): boolean {
	const { reply } = reaction;
	if (reply?.status === 405) return true;
	return saysNoSuchRoute(excerptOf(reply)) && !isAboutTask(reaction);
}

const ABOUT_TASKS =
	/(?<![a-z])(task|job)s?(?![a-z])|任务|(video|generation|record|视频).{0,20}(not found|not exist|n['’]t exist|unknown|不存在|未找到)/i;

/** Whether it is JSON that says something of a task. */
export function isAboutTask({ reply }: Reaction): boolean {
	return reply !== undefined && isObject(reply.body) && ABOUT_TASKS.test(wordsIn(reply));
}

/** Whether it is a Kling API's answer: its envelope, one of its codes, or words about a task. */
export function isKlingLike(reaction: Reaction): boolean {
	const { reply, error } = reaction;
	if (!reply || !isObject(reply.body)) return false;
	const code = codeOf(reaction);
	if (code !== undefined && isKnownCode(code)) return true;
	const isEnvelope = /"code"\s*:\s*(0|"0"|"success")\s*[,}]/i.test(excerptOf(reply));
	return (error === undefined && isEnvelope) || isAboutTask(reaction);
}

function isObject(body: string): boolean {
	return /^\s*\{/.test(body);
}

/** In characters: what a reply is about stands at its beginning. */
const EXCERPT_LENGTH = 2000;

function excerptOf(reply: ApiReply | undefined): string {
	return reply?.body.slice(0, EXCERPT_LENGTH) ?? '';
}

/** What a reply says, without the addresses and IDs that it quotes. */
function wordsIn(reply: ApiReply | undefined): string {
	return excerptOf(reply)
		.replaceAll('\\/', '/')
		.replace(/[\w.:-]*\/[\w./:?=&%-]*/g, '')
		.replace(/\bn8n-[\w-]+/g, '');
}
