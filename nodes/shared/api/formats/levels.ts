/**
 * Finds the task in a reply. Services wrap it into envelopes, and relays wrap Kling's whole reply
 * into a task of their own: a reply is a chain of levels, one inside the other.
 */

import { unpack } from '../json';
import { type Fields, firstOf, idOf, isFields, nameOf, textOf } from './fields';

/** Where the next level is if not in `data`. */
const INNER_NAMES = ['task', 'task_info', 'output', 'result', 'response'] as const;

/** A relay behind a relay has six. */
const MAX_LEVELS = 10;

/**
 * How many entries of a list are looked at: as many as the largest page has. A service sends no more
 * than it was asked for.
 */
export const MAX_ENTRIES = 500;

export interface Level {
	fields: Fields;
	/** It was one of several: what is around it tells of others too. */
	isEntry: boolean;
}

/** A reply, taken apart. */
export interface Located {
	/** From the whole reply inwards; none when it is no object. */
	levels: readonly Level[];
	/** Which of them is the task that the service answers with. */
	index: number;
	/** That task's ID, if there is one. */
	id?: string;
	/** Where a task should be is an empty list, or one without the task that was wanted. */
	isEmptyList: boolean;
}

/**
 * @param reply the whole reply, or a task without envelope
 * @param wanted the ID that was asked for, the task's or the user's own
 */
export function locateTask(reply: unknown, wanted?: string): Located {
	const { levels, isEmptyList } = levelsOf(reply, wanted);
	const index = [
		levels.findIndex(({ fields }, at) => (at === 0 ? isOutermostTask(levels) : isTask(fields))),
		levels.findIndex(({ fields }, at) => at > 0 && idIn(fields) !== undefined),
		levels.findIndex(({ fields }) => !isEmptyList && idIn(fields) !== undefined),
	].find((at) => at >= 0);
	const task = levels[index ?? -1]?.fields;
	return { levels, index: index ?? 0, id: task && idIn(task), isEmptyList };
}

/** What services call a task's ID. */
export const ID_NAMES = ['task_id', 'taskId'];
const ANY_ID_NAMES = [...ID_NAMES, 'id'];

function idIn(fields: Fields): string | undefined {
	return firstOf(fields, ANY_ID_NAMES, idOf);
}

function hasTaskId({ fields }: Level): boolean {
	return firstOf(fields, ID_NAMES, idOf) !== undefined;
}

/** The user's own ID for the task. */
export function externalIdIn(fields: Fields): string | undefined {
	const info = isFields(fields.task_info) ? fields.task_info : {};
	return (
		nameOf(info.external_task_id) ?? firstOf(fields, ['external_id', 'external_task_id'], nameOf)
	);
}

/** The task's status word. */
export function statusIn(fields: Fields): string | undefined {
	return firstOf(fields, ['task_status', 'taskStatus', 'status', 'state'], (value) =>
		// A number is a code of the service's own, of which nobody knows the meaning.
		typeof value === 'number' ? String(value) : textOf(value),
	);
}

export function isTask(fields: Fields): boolean {
	return idIn(fields) !== undefined && statusIn(fields) !== undefined;
}

/** An envelope may have a status of its own, and even an ID, that of the request. */
function isOutermostTask([outermost, next]: readonly Level[]): boolean {
	if (!outermost || !isTask(outermost.fields)) return false;
	if (hasTaskId(outermost)) return true;
	return !next?.isEntry && !Array.isArray(outermost.fields.data) && !(next && isTask(next.fields));
}

function levelsOf(
	reply: unknown,
	wanted: string | undefined,
): Pick<Located, 'levels' | 'isEmptyList'> {
	const levels: Level[] = [];
	let isEmptyList = false;
	let value = unpack(reply);
	let isEntry = false;
	while (isFields(value) && levels.length < MAX_LEVELS) {
		const fields: Fields = value;
		levels.push({ fields, isEntry });
		const data = unpack(fields.data);
		isEntry = Array.isArray(data);
		if (!Array.isArray(data)) {
			value = isFields(data)
				? data
				: INNER_NAMES.map((name) => unpack(fields[name])).find(isFields);
			continue;
		}
		// Below a task everything is about it, whatever IDs the service behind the relay has.
		const isBelowTask = levels.some(
			(level, at) => isTask(level.fields) && (at > 0 || hasTaskId(level)),
		);
		value = entryOf(data, isBelowTask ? undefined : wanted);
		isEmptyList ||= !isBelowTask && (data.length === 0 || (wanted !== undefined && !value));
	}
	return { levels, isEmptyList };
}

/** @returns the entry that was wanted; if none in particular, the first that can be a task */
function entryOf(list: readonly unknown[], wanted: string | undefined): Fields | undefined {
	const entries = list.slice(0, MAX_ENTRIES).filter(isFields);
	if (wanted !== undefined) {
		return entries.find((entry) => idIn(entry) === wanted || externalIdIn(entry) === wanted);
	}
	return entries.find((entry) => idIn(entry) !== undefined) ?? entries[0];
}
