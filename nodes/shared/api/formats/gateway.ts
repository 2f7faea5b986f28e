/**
 * The flat format of the seed document, to the letter: integer duration, camera type and value, no
 * envelope, `completed` when done. Requests are strict; replies are read tolerantly, because
 * gateways paraphrase each other (kling-api.md, sections 2.3 and 10.2).
 */

import { z } from 'zod';

import { toTaskStatus } from '../task';
import { type Format, readReply, wire } from './format';

const PATH = '/v1/videos/text2video';

/** Some gateways wrap the flat task into Kling's own envelope. */
const taskReply = z.preprocess(
	unwrap,
	z.object({
		task_id: wire.id,
		task_status: z.string(),
		task_status_msg: wire.text,
		created_at: wire.number,
		updated_at: wire.number,
		task_result: z
			.object({
				videos: z.array(
					z.object({ id: wire.optionalId, url: z.string().min(1), duration: wire.number }),
				),
			})
			.optional()
			.catch(undefined),
	}),
);

export const gateway: Format = {
	create: (request, modelId) => ({
		method: 'POST',
		path: PATH,
		body: {
			model_name: modelId,
			mode: request.mode,
			prompt: request.prompt,
			negative_prompt: request.negativePrompt,
			duration: request.duration,
			aspect_ratio: request.aspectRatio,
			cfg_scale: request.cfgScale,
			camera_control: request.cameraControl && {
				type: request.cameraControl.type,
				config: { value: request.cameraControl.value },
			},
		},
	}),

	get: (taskId) => ({ method: 'GET', path: `${PATH}/${encodeURIComponent(taskId)}` }),

	readTask(reply) {
		const task = readReply(taskReply, reply);
		return {
			id: task.task_id,
			status: toTaskStatus(task.task_status),
			statusMessage: task.task_status_msg,
			createdAt: task.created_at,
			updatedAt: task.updated_at,
			videos: task.task_result?.videos ?? [],
			raw: reply,
		};
	},
};

function unwrap(reply: unknown): unknown {
	const wrapped = z.object({ data: z.object({}).passthrough() }).safeParse(reply);
	return wrapped.success ? wrapped.data.data : reply;
}
