/** Finds the service's words on a task's status, above all the reason why it failed. */

import { unpack } from '../json';
import { type Fields, isFields, textOf, webAddressOf } from './fields';
import { toKnownStatus } from './statusWords';

/** Where services say why a task failed, the most particular place first. */
const REASON_NAMES = [
	'task_status_msg',
	'fail_reason',
	'failure_reason',
	'failed_reason',
	'fail_msg',
	'failMsg',
	'fail_message',
	'failure',
	'error_message',
	'errorMessage',
	'error_msg',
	'err_msg',
	'status_msg',
	'error',
	'message',
	'msg',
	'reason',
	'detail',
] as const;

/** Where an error that is an object says it; `error` itself may be nested once more. */
const ERROR_NAMES = ['message', 'msg', 'raw_message', 'reason', 'detail', 'error'] as const;

/** An error in a reply in an error is as deep as relays go. */
const MAX_NESTING = 4;

/** Whole web pages have been sent as reasons; nobody reads more than this. */
const MAX_REASON_LENGTH = 1000;

/**
 * @param levels the task first, then what is inside of it, then what is around it
 * @returns why the task failed
 */
export function failureReason(levels: readonly Fields[]): string | undefined {
	const reasons = levels.flatMap((fields) =>
		REASON_NAMES.map((name) => wordsOf(fields[name]) ?? ''),
	);
	// "failed" or "SUCCEED" (of the request) says nothing, if better than nothing at all.
	return reasons.find(isInformative) ?? reasons.find((reason) => saysFailed(reason));
}

/** The service's words on a task that has not failed. */
export function statusMessage(task: Fields, isEnveloped: boolean): string | undefined {
	// Without an envelope the message would be the envelope's own, which says SUCCEED.
	return shortened(
		textOf(task.task_status_msg) ?? (isEnveloped ? textOf(task.message) : undefined),
	);
}

/** @returns the words of a text, of an error object, or of one as JSON in a text */
function wordsOf(value: unknown, nesting = 0): string | undefined {
	const error = unpack(value);
	if (isFields(error) && nesting < MAX_NESTING) {
		for (const name of ERROR_NAMES) {
			const words = wordsOf(error[name], nesting + 1);
			if (words !== undefined) return words;
		}
	}
	return shortened(textOf(value));
}

/** More words than these are a sentence. */
const MAX_STATUS_WORDS = 2;

function isInformative(reason: string): boolean {
	const words = reason.trim();
	if (words === '' || /^(null|none|nil|undefined|n\/a)$/i.test(words)) return false;
	if (webAddressOf(words) !== undefined) return false;
	const status = toKnownStatus(words);
	if (status === 'failed') return words.split(/\s+/).length > MAX_STATUS_WORDS;
	return status !== 'completed';
}

function saysFailed(reason: string): boolean {
	return toKnownStatus(reason) === 'failed';
}

function shortened(text: string | undefined): string | undefined {
	return text !== undefined && text.length > MAX_REASON_LENGTH
		? `${text.slice(0, MAX_REASON_LENGTH)}…`
		: text;
}
