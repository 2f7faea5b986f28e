/**
 * The flat format of Kling-compatible gateways, to the letter: integer duration, camera type and value, no
 * envelope, `completed` when done. It has no list, no callback and no task ID of the user's own.
 */

import type { Format } from './format';
import { readTask } from './reply';

const PATH = '/v1/videos/text2video';

export const gateway: Format = {
	features: [],

	create: (request, model) => ({
		method: 'POST',
		path: PATH,
		body: {
			model_name: model.id,
			mode: request.mode,
			prompt: request.prompt,
			negative_prompt: request.negativePrompt,
			duration: request.duration,
			aspect_ratio: request.aspectRatio,
			cfg_scale: request.cfgScale,
			camera_control: request.cameraControl && {
				type: request.cameraControl.type,
				config: 'value' in request.cameraControl && { value: request.cameraControl.value },
			},
		},
	}),

	guarded: { model: ['model_name', 'model'], externalTaskId: ['external_task_id'] },

	free: [],

	find: (id) => [{ method: 'GET', path: `${PATH}/${encodeURIComponent(id)}` }],

	readTask,

	readTasks: (reply) => [readTask(reply)],
};
