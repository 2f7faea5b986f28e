/**
 * Kling's own first-generation format: the model in the body, durations as text, replies in an
 * envelope. Source: docs/kling-api.md#v1-format.
 */

import type { CameraControl, MultiShot, VideoRequest } from '../request';
import { isFields } from './fields';
import { type Format, toImage } from './format';
import { readTask, readTasks, ShapeError } from './reply';

/** Of each capability one: tasks of the one are unknown to the other. */
const TEXT_PATH = '/v1/videos/text2video';
const IMAGE_PATH = '/v1/videos/image2video';

/** Of one image, in bytes (docs/kling-api.md#images). */
const LARGEST_IMAGE = 10_000_000;

/** The largest page that the list serves. */
const LARGEST_PAGE = 500;

export const v1 = formatAt(TEXT_PATH, (request) => ({
	aspect_ratio: request.aspectRatio,
	camera_control: request.cameraControl && toCameraControl(request.cameraControl),
}));

export const v1Image: Format = {
	...formatAt(IMAGE_PATH, (request) => ({
		image: request.firstFrame && toImage(request.firstFrame),
		image_tail: request.lastFrame && toImage(request.lastFrame),
	})),
	largestImage: LARGEST_IMAGE,
};

/**
 * @param path of the route
 * @param own the fields that only this capability has
 */
function formatAt(path: string, own: (request: VideoRequest) => object): Format {
	return {
		features: ['watermark', 'externalTaskId', 'callbackUrl'],

		create: (request, model) => ({
			method: 'POST',
			path,
			body: {
				// The documented default is a model that no longer exists.
				model_name: model.id,
				mode: request.mode,
				// Shots with prompts of their own make the common one void.
				prompt: request.multiShot?.shotType === 'customize' ? undefined : request.prompt,
				negative_prompt: request.negativePrompt,
				duration: String(request.duration),
				cfg_scale: request.cfgScale,
				...own(request),
				sound: request.sound === undefined ? undefined : request.sound ? 'on' : 'off',
				...(request.multiShot && toMultiShot(request.multiShot)),
				watermark_info:
					request.watermark === undefined ? undefined : { enabled: request.watermark },
				external_task_id: request.externalTaskId,
				callback_url: request.callbackUrl,
			},
		}),

		guarded: {
			model: ['model_name', 'model'],
			externalTaskId: ['external_task_id'],
			callbackUrl: ['callback_url'],
		},

		free: [
			'prompt',
			'negative_prompt',
			'image',
			'image_tail',
			'aspect_ratio',
			'cfg_scale',
			'camera_control',
			'seed',
			'watermark_info',
			'external_task_id',
			'callback_url',
		],

		// The same route takes both kinds of ID.
		find: (id) => [toQuery(path, id)],

		findByExternalId: (externalTaskId) => toQuery(path, externalTaskId),

		readTask,

		many: {
			limit: LARGEST_PAGE,
			// There is no query by several IDs; the newest page of the list is likely to hold them all.
			request: (ids, isWide) => toPage(path, isWide ? LARGEST_PAGE : pageFor(ids.length), 1),
			isFull: (returned, asked) => returned >= pageFor(asked),
		},

		list: {
			pageSize: LARGEST_PAGE,
			request: (pageSize, cursor = '1') => toPage(path, pageSize, Number(cursor)),
			next(reply, pageSize, cursor = '1') {
				const isFull = dataOf(reply).length >= pageSize;
				return isFull ? String(Number(cursor) + 1) : undefined;
			},
		},

		readTasks: (reply) => readTasks(reply, dataOf(reply), (task) => task),
	};
}

/** The page that shows so many tasks, and the few that somebody else has created meanwhile. */
function pageFor(tasks: number): number {
	return Math.min(LARGEST_PAGE, Math.max(30, 2 * tasks));
}

function toQuery(path: string, id: string) {
	return { method: 'GET', path: `${path}/${encodeURIComponent(id)}` } as const;
}

function toPage(path: string, pageSize: number, pageNum: number) {
	return { method: 'GET', path: `${path}?pageNum=${pageNum}&pageSize=${pageSize}` } as const;
}

/** @throws {ShapeError} */
function dataOf(reply: unknown): unknown[] {
	const data = isFields(reply) ? reply.data : undefined;
	if (!Array.isArray(data)) throw new ShapeError('data');
	return data;
}

function toCameraControl(control: CameraControl): object {
	return 'value' in control
		? { type: 'simple', config: { [control.type]: control.value } }
		: { type: control.type };
}

function toMultiShot(multiShot: MultiShot): object {
	const shots = multiShot.shotType === 'customize' ? multiShot.shots : undefined;
	return {
		multi_shot: true,
		shot_type: multiShot.shotType,
		multi_prompt: shots?.map(({ prompt, duration }, index) => ({
			index: index + 1,
			prompt,
			duration: String(duration),
		})),
	};
}
