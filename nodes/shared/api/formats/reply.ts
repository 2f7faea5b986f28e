/**
 * Reads tasks out of replies. Services differ in more than the documents say: envelope or none,
 * numbers as text, `null` for absent, one spelling of "done" or another. None of that may cost a
 * user a video that is paid for, so one tolerant reader serves all formats (docs/kling-api.md#tasks-and-status-words).
 */

import { z } from 'zod';

import { type TaskReply, toTaskStatus, type Video } from '../task';

/** The reply is JSON, but not what the format answers with. */
export class ShapeError extends Error {
	constructor(
		/** Path of the first missing or unusable field, empty when the whole reply is. */
		readonly field: string,
		/** The reply is a list of tasks, and has none. */
		readonly isEmptyList = false,
	) {
		super(field === '' ? 'it holds no task' : `"${field}" is missing or of another kind`);
		this.name = 'ShapeError';
	}
}

/** Field types of replies. Absent, null and unusable are the same: not known. */
export const wire = {
	/** A number, or its text. */
	number: optional(
		z.union([z.number(), z.string().trim().min(1).transform(Number).pipe(z.number().finite())]),
	),
	text: optional(z.string().min(1)),
	/** Text, or a number that stands for it. */
	id: optional(z.union([z.string().min(1), z.number().transform(String)])),
};

const videoSchema = z.object({
	id: wire.id,
	url: wire.text,
	watermark_url: wire.text,
	duration: wire.number,
});

type WireVideo = z.output<typeof videoSchema>;

/** A task in any of the formats: those of `gateway` and `v1` first, then those of `path`. */
const taskSchema = z.object({
	task_id: wire.id,
	id: wire.id,
	task_status: wire.text,
	status: wire.text,
	task_status_msg: wire.text,
	message: wire.text,
	created_at: wire.number,
	create_time: wire.number,
	updated_at: wire.number,
	update_time: wire.number,
	task_info: optional(z.object({ external_task_id: wire.id })),
	external_id: wire.id,
	task_result: optional(z.object({ videos: z.array(videoSchema) })),
	outputs: optional(z.array(videoSchema.extend({ type: wire.text }))),
});

/**
 * @param reply the whole reply, kept as the task's `raw`
 * @throws {ShapeError}
 */
export function readTask(reply: unknown): TaskReply {
	const { data } = envelopeSchema.parse(reply);
	if (Array.isArray(data) && data.length === 0) throw new ShapeError('', true);
	const object: unknown = Array.isArray(data) ? data[0] : (data ?? reply);
	return toTask(object, reply, data !== undefined);
}

/**
 * Reads a reply whose `data` is a list of tasks. Each task's `raw` is the reply as a query for this
 * task alone would have brought it.
 * @param toData how a single query wraps a task into `data`
 * @throws {ShapeError}
 */
export function readTasks(
	reply: unknown,
	objects: unknown,
	toData: (object: unknown) => unknown,
): TaskReply[] {
	if (!Array.isArray(objects)) throw new ShapeError('data');
	return objects.map((object: unknown) =>
		toTask(object, { ...envelopeSchema.parse(reply), data: toData(object) }, true),
	);
}

/**
 * Reads a task without any envelope, as callbacks bring it.
 * @throws {ShapeError}
 */
export function readBareTask(task: unknown): TaskReply {
	return toTask(task, task, true);
}

const envelopeSchema = z.object({ data: z.unknown() }).passthrough().catch({ data: undefined });

function toTask(object: unknown, raw: unknown, isEnveloped: boolean): TaskReply {
	const read = taskSchema.safeParse(object);
	if (!read.success) throw new ShapeError('');
	const task = read.data;
	const id = task.task_id ?? task.id;
	const status = task.task_status ?? task.status;
	if (id === undefined) throw new ShapeError('task_id');
	if (status === undefined) throw new ShapeError('task_status');
	return {
		id,
		status: toTaskStatus(status),
		// A flat reply's message would be the envelope's own, which says SUCCEED.
		statusMessage: task.task_status_msg ?? (isEnveloped ? task.message : undefined),
		createdAt: task.created_at ?? task.create_time,
		updatedAt: task.updated_at ?? task.update_time,
		externalTaskId: task.task_info?.external_task_id ?? task.external_id,
		videos: (task.task_result?.videos ?? task.outputs?.filter(isVideo) ?? []).flatMap(toVideo),
		raw,
	};
}

function isVideo({ type }: { type?: string }): boolean {
	return type === undefined || type === 'video';
}

function toVideo({ id, url, watermark_url: watermarkUrl, duration }: WireVideo): Video[] {
	return url === undefined ? [] : [{ id, url, watermarkUrl, duration }];
}

function optional<Type extends z.ZodTypeAny>(type: Type) {
	return type.optional().catch(undefined);
}
