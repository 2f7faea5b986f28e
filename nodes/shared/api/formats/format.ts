/** What each wire format of the Kling API has to offer. */
import type { ApiRequest } from '../http';
import type { ServedModel } from '../models';
import type { Image, RequestFeature, VideoRequest } from '../request';
import type { TaskReply } from '../task';

/** Fields of a request's body that users may not change by additional fields, or not unnoticed. */
export type GuardedFields = 'model' | 'externalTaskId' | 'callbackUrl';

/** One wire format of the Kling API: builds requests and reads replies; knows nothing else. */
export interface Format {
	/** The settings it carries in addition to those every format has. */
	features: readonly RequestFeature[];

	/**
	 * What this format cannot carry although each field is allowed: shots that are too long together.
	 * @returns their length and the most that is possible, in code points
	 */
	findConflict?(request: VideoRequest): { length: number; most: number } | undefined;

	create(request: VideoRequest, model: ServedModel): ApiRequest;

	/** Of one image, in bytes; absent where there are none. */
	largestImage?: number;

	/** Where such fields are in the body, by their paths. */
	guarded: Readonly<Partial<Record<GuardedFields, readonly string[]>>>;

	/** Fields that change nothing of the price, with all that is in them, by their paths. Any other may. */
	free: readonly string[];

	/** The requests that find one task by its ID, to be tried in order. */
	find(id: string): ApiRequest[];

	/** The request that finds one task by the user's own ID for it, where the format has such IDs. */
	findByExternalId?(externalTaskId: string): ApiRequest;

	/**
	 * Reads a create or find reply.
	 * @param wanted the ID that was asked for, the task's or the user's own
	 * @throws {ShapeError} when it is JSON of another shape
	 */
	readTask(reply: unknown, wanted?: string): TaskReply;

	/** Asks for several tasks in one request, where the format can. */
	many?: {
		/** Most tasks of one request. */
		limit: number;
		/** @param isWide as many of the account's other tasks may come along as the format allows */
		request(ids: readonly string[], isWide: boolean): ApiRequest;
		/**
		 * Where other tasks may come in the place of those that were asked for.
		 * @returns whether so many tasks are all that the request has room for
		 */
		isFull?(returned: number, asked: number): boolean;
	};

	/** Walks through all tasks of the account, where the format can. */
	list?: {
		/** Most tasks of one page. */
		pageSize: number;
		/** @param cursor what the page before pointed to; absent for the first page */
		request(pageSize: number, cursor?: string): ApiRequest;
		/**
		 * Where the next page is, if there is one.
		 * @param cursor of the page that the reply is
		 */
		next(reply: unknown, pageSize: number, cursor?: string): string | undefined;
	};

	/**
	 * Reads the reply to a request for several tasks, or to a list.
	 * @throws {ShapeError} when it is JSON of another shape
	 */
	readTasks(reply: unknown): TaskReply[];
}

/** An image as both of Kling's formats take it: its address, or raw Base64 (docs/kling-api.md#images). */
export function toImage(image: Image): string {
	if (image.kind === 'url') return image.url;
	// A file is read when it is sent; until then a request is only looked at.
	return image.kind === 'data' ? image.base64 : '';
}
