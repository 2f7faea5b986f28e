/**
 * Finds what a reply says of its request: code, words and request ID, where Kling, gateways and relays
 * put them, which may be several levels deep and as JSON in a text.
 */

import { type Fields, firstOf, isFields, numberOf, quotedIn, textOf } from './fields';
import { locateTask } from './levels';
import { isKnownCode } from '../errors/codes';

export interface Verdict {
	/** The request was not carried out, whatever the HTTP status says. */
	isRefusal: boolean;
	/** A service code, unless it says that all is well. */
	code?: number;
	/** Relays' own codes, in words, the outermost first. */
	codeWords: string[];
	message?: string;
	requestId?: string;
}

/** A relay behind a relay quotes a reply that quotes a reply. */
const MAX_LEVELS = 6;

const CODE_NAMES = ['code', 'error_code', 'errorCode', 'err_code', 'status_code'];
const MESSAGE_NAMES = [
	'message',
	'msg',
	'error_msg',
	'error_message',
	'errorMessage',
	'error_description',
	'detail',
	'error',
];

/** What relays call it when all is well. */
const FINE = /^(ok|success|succeed|succeeded|successful|0+|2\d\d)?$/i;

/** @param json the reply's body; undefined when it is no JSON */
export function readVerdict(json: unknown, httpStatus: number): Verdict {
	const isFine = httpStatus >= 200 && httpStatus < 300;
	// What a task says of its own failure is no verdict on the request.
	const isTask = isFine && isFields(json) && locateTask(json).id !== undefined;
	const levels = isTask ? [json as Fields] : levelsOf(json, !isFine);
	const codes = levels
		.map((fields) => firstOf(fields, CODE_NAMES, numberOf))
		// Some gateways repeat the HTTP status as the code: no fact of its own.
		.filter((code): code is number => code !== undefined && code !== 0 && code !== httpStatus);
	// Of several codes Kling's own tells most, however deep it is quoted.
	const code = codes.find(isKnownCode) ?? codes[0];
	const codeWords = levels.flatMap((fields) => codeWordOf(fields) ?? []);
	const decisive = levels.find((fields) => firstOf(fields, CODE_NAMES, numberOf) === code);
	const message = [...(code !== undefined && decisive ? [decisive] : []), ...levels]
		.map((fields) => firstOf(fields, MESSAGE_NAMES, sentenceOf))
		.find((words) => words !== undefined);
	const requestId = levels
		.map((fields) => firstOf(fields, ['request_id', 'requestId'], textOf))
		.find((id) => id !== undefined);
	const isRefusal = !isFine || code !== undefined || refusesInWords(json);
	return { isRefusal, code, codeWords, message, requestId };
}

/** A reply without a task whose code is a word other than "success", or that has an error. */
function refusesInWords(json: unknown): boolean {
	if (!isFields(json) || locateTask(json).id !== undefined) return false;
	const word = textOf(json.code);
	if (word !== undefined && !FINE.test(word)) return true;
	if (textOf(json.error) !== undefined) return true;
	return (
		isFields(json.error) && firstOf(json.error, ['message', 'code', 'type'], textOf) !== undefined
	);
}

function codeWordOf(fields: Fields): string | undefined {
	const word = firstOf(fields, [...CODE_NAMES, 'type'], (value) =>
		numberOf(value) === undefined ? textOf(value) : undefined,
	);
	return word === undefined || FINE.test(word) ? undefined : word;
}

/** What users can read: not the JSON that a relay quotes. */
function sentenceOf(value: unknown): string | undefined {
	const text = textOf(value);
	return text === undefined || quotedIn(text) ? undefined : text;
}

/** The reply, its error, its data, and the replies that its words quote; the outermost first. */
function levelsOf(json: unknown, isRefused: boolean): Fields[] {
	const levels: Fields[] = [];
	const open: unknown[] = [json];
	while (open.length > 0 && levels.length < MAX_LEVELS) {
		const value = open.shift();
		if (!isFields(value)) continue;
		levels.push(value);
		open.push(value.error);
		// The account endpoint has a second verdict inside its data (docs/kling-api.md#account); what a
		// task says of itself is no verdict on the request.
		if (isFields(value.data)) {
			const { code, msg, message, error } = value.data;
			open.push(isRefused ? { code, msg, message, error } : { code, msg });
		}
		for (const name of MESSAGE_NAMES) {
			const text = textOf(value[name]);
			if (text !== undefined) open.push(quotedIn(text));
		}
	}
	return levels;
}
