/**
 * Finds the ID of the task that a creation started, wherever the reply has it. What carries a task's ID
 * has created that task, whatever code, status or words stand beside it: losing the ID would lose a video
 * that is paid for.
 */

import { unpack } from '../json';
import { type Fields, firstOf, idOf, isFields, quotedIn } from './fields';
import { ID_NAMES, statusIn } from './levels';
import { toKnownStatus } from './statusWords';

/** Values that are looked at: more than any reply to a creation has, and quickly done. */
const MAX_VALUES = 2000;

/** Longer texts are no replies that another one quotes, and all of them together are not longer than this. */
const MAX_TEXT_LENGTH = 10_000;
const MAX_TEXTS_LENGTH = 100_000;

/** In a text that is no JSON, because it was cut off or stands in a web page. */
const MAX_BODY_LENGTH = 1_000_000;
const ID_IN_TEXT =
	/task_?id\\*["']?\s*[:=]\s*(?:\\*"([^"\\]+)\\*"|'([^'\\]+)'|([\w-]+)(?=[\s,;}<&]))/i;

/**
 * @param json the reply; undefined when it is no JSON
 * @param body its text
 */
export function findTaskId(json: unknown, body: string): string | undefined {
	if (json !== undefined) return searchJson(json);
	// An ID that is cut off is none.
	const [, ...found] = ID_IN_TEXT.exec(body.slice(0, MAX_BODY_LENGTH)) ?? [];
	return idOf(found.find((id) => id !== undefined));
}

/** Breadth first: the outermost task is the one that the service itself knows. */
function searchJson(json: unknown): string | undefined {
	const open: unknown[] = [json];
	let read = 0;
	for (let at = 0; at < open.length && at < MAX_VALUES; at++) {
		const next = open[at];
		read += typeof next === 'string' ? next.length : 0;
		const value = read > MAX_TEXTS_LENGTH && typeof next === 'string' ? undefined : unquoted(next);
		const id = isFields(value) ? taskIdOf(value) : undefined;
		if (id !== undefined) return id;
		if (typeof value !== 'object' || value === null) continue;
		for (const inside of Object.values(value)) {
			if (open.length >= MAX_VALUES) break;
			open.push(inside);
		}
	}
	return undefined;
}

/** A plain `id` may be that of a request or an error: it is a task's beside a status that no error has. */
function taskIdOf(fields: Fields): string | undefined {
	const named = firstOf(fields, ID_NAMES, idOf);
	if (named !== undefined) return named;
	const status = toKnownStatus(statusIn(fields) ?? '');
	return status === undefined || status === 'failed' ? undefined : idOf(fields.id);
}

/** @returns the JSON that a text is, or holds among its words; else the value */
function unquoted(value: unknown): unknown {
	if (typeof value !== 'string') return value;
	if (value.length > MAX_TEXT_LENGTH) return undefined;
	const whole = unpack(value);
	return typeof whole === 'string' ? quotedIn(whole) : whole;
}
