/**
 * Reads tasks out of replies. Services differ in more than the documents say: envelope or none,
 * numbers as text, `null` for absent, one spelling of "done" or another, the video's address under a
 * name of their own (docs/kling-api.md#replies). None of that may cost a user a video that is paid
 * for, so one tolerant reader serves all formats; and it is bounded, so that no reply holds up the
 * others.
 */

import { parseJson } from '../json';
import type { TaskReply, TaskStatus } from '../task';
import { readCost } from './cost';
import { type Fields, firstOf, idOf, isFields, timeOf } from './fields';
import { externalIdIn, isTask, type Located, locateTask, MAX_ENTRIES, statusIn } from './levels';
import { failureReason, statusMessage } from './reason';
import { toKnownStatus, toTaskStatus } from './statusWords';
import { findTaskId } from './taskIdSearch';
import { readVideos } from './videos';

/** The reply is JSON, but not what the format answers with. */
export class ShapeError extends Error {
	constructor(
		/** Path of the first missing or unusable field, empty when the whole reply is. */
		readonly field: string,
		/** The reply is a list of tasks, and has none. */
		readonly isEmptyList = false,
	) {
		super(`Another shape: ${field}`);
		this.name = 'ShapeError';
	}
}

/**
 * @param reply the whole reply, kept as the task's `raw`
 * @param wanted the ID that was asked for, the task's or the user's own: of several tasks this one
 * is read
 * @throws {ShapeError}
 */
export function readTask(reply: unknown, wanted?: string): TaskReply {
	return toTask(locateTask(reply, wanted), reply, false);
}

/**
 * Reads the reply to a creation, in which nothing but the task's ID matters.
 * @param json undefined when the reply is no JSON
 * @param body the reply's text
 * @param isRefusal a code or the HTTP status says that the request was not carried out
 * @returns undefined when the reply names no task
 */
export function readCreatedTask(
	json: unknown,
	body: string,
	isRefusal: boolean,
): TaskReply | undefined {
	const located = locateTask(json);
	const id = (!isRefusal && (createdIdIn(located) ?? bareIdIn(json))) || findTaskId(json, body);
	if (id === undefined) return undefined;
	if (located.id === id && !findFlaw(located)) return toTask(located, json, false);
	return { id, status: 'submitted', videos: [], raw: json ?? body };
}

/** Some relays answer with the ID as the data. Words have no digits. */
const BARE_ID = /^(?=.*\d)[\w.:-]{6,}$/;

function bareIdIn(json: unknown): string | undefined {
	const id = isFields(json) ? idOf(json.data) : undefined;
	return id !== undefined && BARE_ID.test(id) ? id : undefined;
}

/** Without a status, an ID around an envelope's `data` may be that of the request. */
function createdIdIn(located: Located): string | undefined {
	const { levels, index, id } = located;
	const isEnvelope = findFlaw(located) !== undefined && 'data' in (levels[index]?.fields ?? {});
	return isEnvelope ? undefined : id;
}

/**
 * Reads a reply whose `data` is a list of tasks; entries that are none are left out. Each task's `raw`
 * is the reply as a query for this task alone would have brought it.
 * @param toData how a single query wraps a task into `data`
 * @throws {ShapeError} when there are entries, but no task among them
 */
export function readTasks(
	reply: unknown,
	objects: unknown,
	toData: (object: unknown) => unknown,
): TaskReply[] {
	if (!Array.isArray(objects)) throw new ShapeError('data');
	const envelope = envelopeOf(reply);
	const entries: unknown[] = objects.slice(0, MAX_ENTRIES);
	const tasks = entries.flatMap((object) => {
		const located = locateTask(object);
		return findFlaw(located) ? [] : toTask(located, { ...envelope, data: toData(object) }, true);
	});
	if (entries.length > 0 && tasks.length === 0) throw new ShapeError('');
	return tasks;
}

/**
 * Reads a task without any envelope, as callbacks bring it.
 * @throws {ShapeError}
 */
export function readBareTask(task: unknown): TaskReply {
	return toTask(locateTask(task), task, true);
}

/** A callback of Kling's has some kilobytes at most; the rest of the world can send what it likes. In bytes. */
const MAX_CALLBACK_SIZE = 1_000_000;

/**
 * Reads a callback's body.
 * @param mask keeps keys out of what is read
 * @returns undefined when it is not about a task, or larger than any callback
 */
export function readCallbackBody(
	body: Buffer,
	mask: (text: string) => string = (text) => text,
): TaskReply | undefined {
	if (body.length > MAX_CALLBACK_SIZE) return undefined;
	try {
		return readBareTask(parseJson(mask(body.toString('utf8'))));
	} catch {
		return undefined;
	}
}

/** Enough for Kling's code, message and request ID, and for what relays add. */
const MAX_ENVELOPE_FIELDS = 20;

/** The longest text of those, in characters. */
const MAX_ENVELOPE_TEXT = 1000;

/** What a list's reply says in addition to its tasks: it is repeated for each of them, so only small facts. */
function envelopeOf(reply: unknown): Fields {
	const envelope: Record<string, unknown> = {};
	if (!isFields(reply)) return envelope;
	let left = MAX_ENVELOPE_FIELDS;
	for (const name in reply) {
		if (left-- === 0) break;
		const value = reply[name];
		if (typeof value === 'object' && value !== null) continue;
		if (name.length + String(value).length <= MAX_ENVELOPE_TEXT) envelope[name] = value;
	}
	return envelope;
}

const CREATED_NAMES = [
	'created_at',
	'create_time',
	'createdAt',
	'createTime',
	'submit_time',
	'created',
];
const UPDATED_NAMES = [
	'updated_at',
	'update_time',
	'updatedAt',
	'updateTime',
	'finish_time',
	'finished_at',
	'completed_at',
	'completeTime',
];

/** @throws {ShapeError} */
function toTask(located: Located, raw: unknown, isEnveloped: boolean): TaskReply {
	const flaw = findFlaw(located);
	if (flaw) throw flaw;
	const { id, levels, index } = located;
	const [task = {}, ...inside] = levels.slice(index).map(({ fields }) => fields);
	const inner = [task, ...inside];
	const around = aroundOf(located);
	const told = readStatus(inner);
	const videos = readVideos(inner, around, told === 'completed');
	// A relay that calls its own request a success has no video as long as Kling has none.
	const status = told === 'completed' && videos.length === 0 ? (knownIn(inside) ?? told) : told;
	const first = <Fact>(names: readonly string[], read: (value: unknown) => Fact | undefined) =>
		inner.map((fields) => firstOf(fields, names, read)).find((fact) => fact !== undefined);
	return {
		id: id as string,
		status,
		statusMessage:
			status === 'failed'
				? failureReason([...inner, ...around])
				: statusMessage(task, isEnveloped || index > 0),
		createdAt: first(CREATED_NAMES, timeOf),
		updatedAt: first(UPDATED_NAMES, timeOf),
		externalTaskId: inner.map(externalIdIn).find((name) => name !== undefined),
		videos,
		cost: inner.map(readCost).find((cost) => cost !== undefined),
		raw,
	};
}

function findFlaw({ levels, index, id, isEmptyList }: Located): ShapeError | undefined {
	if (levels.length === 0) return new ShapeError('');
	if (id === undefined && isEmptyList) return new ShapeError('', true);
	if (id === undefined) return new ShapeError('task_id');
	const isStatusKnown = levels.slice(index).some(({ fields }) => statusIn(fields) !== undefined);
	return isStatusKnown ? undefined : new ShapeError('task_status');
}

/** What is around the task, the nearest first, as far as it is about this task only. */
function aroundOf({ levels, index }: Located): Fields[] {
	const lastEntry = levels
		.slice(0, index + 1)
		.map(({ isEntry }) => isEntry)
		.lastIndexOf(true);
	return levels
		.slice(Math.max(0, lastEntry), index)
		.map(({ fields }) => fields)
		.reverse();
}

/** @param inner the task, then what is inside of it */
function readStatus(inner: readonly Fields[]): TaskStatus {
	const word = inner.map(statusIn).find((each) => each !== undefined) ?? '';
	return toKnownStatus(word) ?? knownIn(inner.slice(1)) ?? toTaskStatus(word);
}

/** What the replies inside of a task say of its status. */
function knownIn(inside: readonly Fields[]): TaskStatus | undefined {
	return inside
		.filter(isTask)
		.map((fields) => toKnownStatus(statusIn(fields) ?? ''))
		.find((status) => status !== undefined);
}
