/**
 * Kling's current format: the model in the path, settings and options in objects of their own,
 * tasks queried by list. It takes API keys only. Source: docs/kling-api.md#path-format.
 */

import { codePointsOf } from '../../utils/text';
import type { Mode, MultiShot, VideoRequest } from '../request';
import { type Fields, isFields, nameOf } from './fields';
import { type Format, toImage } from './format';
import { readTask, readTasks } from './reply';

const RESOLUTIONS: Readonly<Record<Mode, string>> & Readonly<Partial<Record<string, string>>> = {
	std: '720p',
	pro: '1080p',
	'4k': '4k',
};

/** Of the prompt, into which all shots go; in code points. */
const PROMPT_LENGTH = 3072;

/** What the documents of a sibling route allow; for this one they say nothing (docs/kling-api.md#lists-and-shared-queries). */
const IDS_PER_QUERY = 20;

/** Of one image, in bytes (docs/kling-api.md#images). */
const LARGEST_IMAGE = 50_000_000;

export const path = formatFor('text-to-video', (request) => ({ prompt: toPrompt(request) }));

export const pathImage: Format = {
	...formatFor('image-to-video', (request) => ({ contents: toContents(request) })),
	largestImage: LARGEST_IMAGE,
};

/**
 * @param capability as routes name it
 * @param content what the video is made from
 */
function formatFor(capability: string, content: (request: VideoRequest) => object): Format {
	return {
		features: ['watermark', 'externalTaskId', 'callbackUrl'],

		findConflict(request) {
			const length = codePointsOf(toPrompt(request));
			return length > PROMPT_LENGTH ? { length, most: PROMPT_LENGTH } : undefined;
		},

		create: (request, model) => ({
			method: 'POST',
			path: `/${capability}/${encodeURIComponent(model.id)}`,
			body: {
				...content(request),
				settings: {
					// Where the model takes the field, leaving it out would mean true.
					multi_shot: model.multiShot.includes('intelligence')
						? request.multiShot !== undefined
						: undefined,
					audio: request.sound === undefined ? undefined : request.sound ? 'native' : 'off',
					// A custom model's mode may be the name of a resolution.
					resolution: RESOLUTIONS[request.mode] ?? request.mode,
					aspect_ratio: request.aspectRatio,
					duration: request.duration,
				},
				options: {
					callback_url: request.callbackUrl,
					external_task_id: request.externalTaskId,
					watermark_info:
						request.watermark === undefined ? undefined : { enabled: request.watermark },
				},
			},
		}),

		guarded: {
			model: ['model', 'model_name'],
			externalTaskId: ['options.external_task_id', 'external_task_id'],
			callbackUrl: ['options.callback_url', 'callback_url'],
		},

		free: ['prompt', 'contents', 'settings.aspect_ratio', 'settings.seed', 'options'],

		find: (id) => [toQuery('task_ids', [id]), toQuery('external_task_ids', [id])],

		findByExternalId: (externalTaskId) => toQuery('external_task_ids', [externalTaskId]),

		readTask,

		many: {
			limit: IDS_PER_QUERY,
			request: (ids) => toQuery('task_ids', ids),
		},

		list: {
			pageSize: 500,
			request: (limit, cursor) => ({
				method: 'POST',
				path: '/tasks',
				body: { limit, cursor, filters: [{ key: 'product_type', values: ['video'] }] },
			}),
			next(reply) {
				const { has_more: hasMore, next_cursor: cursor } = listOf(reply);
				return hasMore === true || hasMore === 'true' ? nameOf(cursor) : undefined;
			},
		},

		readTasks: (reply) => readTasks(reply, listOf(reply).result, (task) => [task]),
	};
}

function toContents(request: VideoRequest): object[] {
	const { firstFrame, lastFrame } = request;
	return [
		{ type: 'prompt', text: toPrompt(request) },
		...(firstFrame ? [{ type: 'first_frame', url: toImage(firstFrame) }] : []),
		...(lastFrame ? [{ type: 'last_frame', url: toImage(lastFrame) }] : []),
	];
}

function toQuery(kind: 'task_ids' | 'external_task_ids', ids: readonly string[]) {
	return {
		method: 'GET',
		path: `/tasks?${kind}=${ids.map(encodeURIComponent).join(',')}`,
	} as const;
}

/** A query's data is the tasks themselves, a list's data holds them as its result. */
function listOf(reply: unknown): Fields {
	const data = isFields(reply) ? reply.data : undefined;
	if (Array.isArray(data)) return { result: data };
	return isFields(data) ? data : {};
}

/** This format has no fields for shots: they are written into the prompt. */
function toPrompt({ prompt, multiShot }: VideoRequest): string {
	return multiShot?.shotType === 'customize' ? toShotSyntax(multiShot) : prompt;
}

/** `shot 1, 3, words; shot 2, 2, words;`; a semicolon among the words would end the shot. */
function toShotSyntax({ shots }: Extract<MultiShot, { shotType: 'customize' }>): string {
	return shots
		.map(
			({ prompt, duration }, index) =>
				`shot ${index + 1}, ${duration}, ${prompt.replace(/;/g, ',')};`,
		)
		.join(' ');
}
