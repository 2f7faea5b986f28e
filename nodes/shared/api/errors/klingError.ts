/** Errors that come from Kling, or from the way to it. */

import type { TransportError, TransportProblem } from '../http';
import { maskKeys } from '../mask';
import type { TaskReply, TaskStatus } from '../task';
import { classify, type Evidence, type RefusalWords } from './codes';
import { type ErrorKind, MEANINGS } from './kinds';
import { ExplainedError } from './explainedError';

export interface KlingErrorFacts {
	httpStatus?: number;
	/** Kling's service code. */
	code?: number;
	/** From what the kind of a refusal is known. */
	evidence?: Evidence;
	/** How long the service asked to wait; milliseconds. */
	retryAfter?: number;
	/** Kling's own words, or the beginning of a reply nobody could read. */
	original?: string;
	requestId?: string;
	/** What is wrong with a reply that could not be read. */
	flaw?: ReplyFlaw;
	/** The external task ID that is in use, and the task that has it. */
	inUse?: { externalTaskId: string; taskId: string; taskStatus: TaskStatus };
	/** That there is no such task was said in Kling's own words: it may be relied on even at a relay. */
	isKlings?: boolean;
	/** Why a task failed, in Kling's words. */
	reason?: string;
	/** Creation and check alike were answered with web pages: what answers has started nothing. */
	answersPagesOnly?: boolean;
	/** What kept a connection from coming about. */
	problem?: TransportProblem;
}

/** Why a reply could not be read. */
export type ReplyFlaw =
	| { is: 'empty' | 'webPage' | 'incompleteJson' | 'noTask' | 'noAccount' | 'notUnderstood' }
	| { is: 'badField'; field: string };

/** A request that Kling refused, could not handle, or answered in a way nobody can read; or a task without a video. */
export class KlingError extends ExplainedError {
	readonly facts: KlingErrorFacts;

	constructor(kind: ErrorKind, facts: KlingErrorFacts = {}) {
		const shown = withoutKeys(facts);
		super(kind, [kind, shown.code, shown.httpStatus, shown.original].filter(Boolean).join(' '));
		this.name = 'KlingError';
		this.facts = shown;
	}
}

/** What others wrote may quote a key, and errors are shown, logged and stored. */
function withoutKeys({ original, reason, requestId, ...facts }: KlingErrorFacts): KlingErrorFacts {
	return {
		...facts,
		...(original !== undefined && { original: maskKeys(original) }),
		...(reason !== undefined && { reason: maskKeys(reason) }),
		...(requestId !== undefined && { requestId: maskKeys(requestId) }),
	};
}

/**
 * Kling's answer was no.
 * @param verdict what the reply's body says, as far as it could be read
 */
export function refusal(
	httpStatus: number,
	verdict: RefusalWords & { code?: number; requestId?: string; retryAfter?: number },
	body: string,
): KlingError {
	const { code, message, requestId, retryAfter } = verdict;
	const { kind, evidence } = classifyReply(httpStatus, verdict, body);
	return new KlingError(kind, {
		httpStatus,
		code,
		evidence,
		original: message ?? excerptOf(body),
		requestId,
		retryAfter,
	});
}

function classifyReply(
	httpStatus: number,
	{ code, ...words }: RefusalWords & { code?: number },
	body: string,
): { kind: ErrorKind; evidence: Evidence } {
	const isRedirected = httpStatus >= 300 && httpStatus < 400;
	const { kind, evidence } = isRedirected
		? ({ kind: 'redirected', evidence: 'status' } as const)
		: classify(httpStatus, code, words);
	// A web page in place of a final answer: a proxy or firewall on the way, or a wrong address.
	const isNotTheApi = isWebPage(body) && MEANINGS[kind].creating === 'refused';
	return { kind: isNotTheApi && kind !== 'tooLarge' ? 'notTheApi' : kind, evidence };
}

/** Kling's answer was a yes that is no JSON: a web page, nothing, half a document. */
export function unreadable(httpStatus: number, body: string): KlingError {
	const facts = { httpStatus, original: excerptOf(body) };
	if (body.trim() === '') return new KlingError('unreadable', { ...facts, flaw: { is: 'empty' } });
	return isWebPage(body)
		? new KlingError('webPage', { ...facts, flaw: { is: 'webPage' } })
		: new KlingError('unreadable', { ...facts, flaw: { is: 'incompleteJson' } });
}

/** Kling's answer about the account says nothing about it. */
export function noAccount(httpStatus: number, body: string): KlingError {
	return new KlingError('unreadable', {
		httpStatus,
		original: excerptOf(body),
		flaw: { is: 'noAccount' },
	});
}

/** Kling's answer is JSON, but not what was asked for. */
export function otherShape(httpStatus: number, body: string, flaw: ReplyFlaw): KlingError {
	return new KlingError('otherShape', { httpStatus, original: excerptOf(body), flaw });
}

/** No complete reply came. */
export function fromTransport({ failure, detail, problem }: TransportError): KlingError {
	return new KlingError(failure, { original: detail, problem });
}

/**
 * The answer was well-formed, and has no such task.
 * @param isKlings it is in Kling's own words, which a relay's need not be
 */
export function absentTask(isKlings: boolean): KlingError {
	return new KlingError('notFound', { isKlings });
}

/** The user's own ID for a task belongs to another task already. */
export function idInUse(externalTaskId: string, { id, status }: TaskReply): KlingError {
	return new KlingError('idInUse', { inUse: { externalTaskId, taskId: id, taskStatus: status } });
}

/** Kling accepted the task and ended it without a video. */
export function taskFailed(task: TaskReply): KlingError {
	return new KlingError('taskFailed', { reason: task.statusMessage || undefined });
}

/** Kling reports the task as completed, but names no video. */
export function noVideo(task: TaskReply): KlingError {
	return new KlingError('noVideo', { original: excerptOf(JSON.stringify(task.raw)) });
}

export function isWebPage(body: string): boolean {
	return /^\s*</.test(body);
}

const EXCERPT_LENGTH = 200;

function excerptOf(body: string): string | undefined {
	// A hostile body may be huge: only what the excerpt needs is looked at.
	const text = body
		.slice(0, 50 * EXCERPT_LENGTH)
		.replace(/\s+/g, ' ')
		.trim();
	if (text === '') return undefined;
	return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
}
