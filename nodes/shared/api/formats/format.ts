import { z } from 'zod';

import type { ApiRequest } from '../http';
import type { VideoRequest } from '../request';
import type { Task } from '../task';

/** One wire format of the Kling API: builds requests, reads replies; knows nothing else. */
export interface Format {
	/** @param modelId the model's name in this format */
	create(request: VideoRequest, modelId: string): ApiRequest;
	get(taskId: string): ApiRequest;
	/**
	 * Reads the parsed JSON of a create or get reply.
	 * @throws {ShapeError} when it is JSON of another shape
	 */
	readTask(reply: unknown): Task;
}

/** The reply is JSON, but not what the format answers with. */
export class ShapeError extends Error {
	constructor(
		/** Path of the first missing or unusable field, empty when the whole reply is. */
		readonly field: string,
	) {
		super(field === '' ? 'it holds no task' : `"${field}" is missing or of another kind`);
		this.name = 'ShapeError';
	}
}

/**
 * Parses a reply with a format's schema.
 * @throws {ShapeError} naming the first field that does not fit
 */
export function readReply<Schema extends z.ZodTypeAny>(
	schema: Schema,
	reply: unknown,
): z.output<Schema> {
	const result = schema.safeParse(reply);
	if (result.success) return result.data;
	throw new ShapeError(result.error.issues[0]?.path.join('.') ?? '');
}

/**
 * Field types of all formats' replies. Services differ in whether they send numbers as strings or
 * absent facts as null, and none of that may cost a user a video that is paid for.
 */
export const wire = {
	/** A number, or its text. */
	number: optional(
		z.union([z.number(), z.string().trim().min(1).transform(Number).pipe(z.number())]),
	),
	text: optional(z.string()),
	optionalId: optional(idType()),
	/** An ID that must be there: not empty; a number counts as its text. */
	id: idType(),
};

function idType() {
	return z.union([z.string().min(1), z.number().transform(String)]);
}

/** Absent, null and unusable are the same: not known. */
function optional<Type extends z.ZodTypeAny>(type: Type) {
	return type.optional().catch(undefined);
}
