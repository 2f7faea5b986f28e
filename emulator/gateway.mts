/**
 * The simplified format of Kling-compatible gateways, to the letter (docs/kling-api.md#gateway-format). It knows no list, no
 * callback, no external task IDs and no charge.
 */
import { z } from 'zod';
import { admit, type Dialect } from './admission.mts';
import { authenticate } from './auth.mts';
import { KlingError } from './errors.mts';
import { filledText, json, text, type Endpoint } from './http.mts';
import { GATEWAY_MODELS } from './models.mts';
import type { Phase, Snapshot, State } from './state.mts';

const STATUS: Readonly<Record<Phase, string>> = {
	submitted: 'submitted',
	processing: 'processing',
	succeeded: 'completed',
	failed: 'failed',
};

/** `task_status_msg` is filled in every state; these are the format's own descriptions of them. */
const STATUS_MESSAGE: Readonly<Record<Phase, string>> = {
	submitted: '任务已提交，等待处理',
	processing: '任务处理中',
	succeeded: '任务完成',
	failed: '任务失败，请检查参数或重试',
};

/** The format names the first three "and so on" (等); the rest are the movements Kling's own documents name. */
const CAMERA_TYPES = [
	'zoom',
	'pan',
	'tilt',
	'horizontal',
	'vertical',
	'roll',
	'down_back',
	'forward_up',
	'right_turn_forward',
	'left_turn_forward',
] as const;

const createSchema = z
	.object({
		model_name: z.string().min(1),
		mode: z.enum(['std', 'pro']),
		prompt: filledText(2500),
		negative_prompt: text(2500).optional(),
		duration: z.union([z.literal(5), z.literal(10)]).optional(),
		aspect_ratio: z.enum(['16:9', '9:16', '1:1', '3:2', '2:3', '3:4', '4:3']).optional(),
		cfg_scale: z.number().min(0).max(1).optional(),
		camera_control: z
			.object({
				type: z.enum(CAMERA_TYPES),
				// The format gives the value no range.
				config: z.object({ value: z.number() }).strict(),
			})
			.strict()
			.optional(),
	})
	.strict();

function dialect(state: State): Dialect<z.output<typeof createSchema>, string> {
	return {
		schema: createSchema,
		model: ({ model_name }) => {
			if (![...GATEWAY_MODELS, ...state.options.extraGatewayModels].includes(model_name)) {
				throw new KlingError(1203, `model_name: ${model_name} is not supported`);
			}
			return model_name;
		},
		draft: (fields, model) => ({
			format: 'gateway',
			model,
			version: model,
			duration: fields.duration ?? 5,
			charge: 0,
			texts: [fields.prompt, fields.negative_prompt ?? ''],
			watermark: false,
		}),
	};
}

function renderTask(videoUrl: string, { task, phase, updatedAt, ...shown }: Snapshot): unknown {
	return {
		task_id: task.id,
		task_status: shown.statusWord ?? STATUS[phase],
		task_status_msg: (phase === 'failed' && task.failure) || STATUS_MESSAGE[phase],
		created_at: task.createdAt,
		updated_at: updatedAt,
		...(phase === 'succeeded' &&
			!shown.noResult && {
				task_result: { videos: [{ id: 'video_001', url: videoUrl, duration: task.duration }] },
			}),
	};
}

/** The gateway's routes under a path prefix; `videoUrl` names the file of a task. */
export function gatewayEndpoints(
	state: State,
	prefix: string,
	videoUrl: (taskId: string) => string,
): Endpoint[] {
	const path = `${prefix}/v1/videos/text2video`;
	return [
		{
			method: 'POST',
			path,
			route: 'create',
			format: 'gateway',
			handle: async (call) => {
				const account = await authenticate(state, call, 'key');
				const { task, phase, updatedAt } = state.confirmation(
					admit(state, account, call, dialect(state)),
				);
				return json(200, {
					task_id: task.id,
					task_status: STATUS[phase],
					created_at: task.createdAt,
					updated_at: updatedAt,
				});
			},
		},
		{
			method: 'GET',
			path: `${path}/:id`,
			route: 'query',
			format: 'gateway',
			handle: async (call) => {
				const account = await authenticate(state, call, 'key');
				const id = call.params.id ?? '';
				call.entry.taskIds.push(id);
				const task = state.find(account, 'gateway', id);
				// The format has no 404: an id that means nothing is a wrong parameter.
				if (!task) throw new KlingError(1203, `task_id: there is no task ${id}`);
				return json(200, renderTask(videoUrl(id), state.snapshot(task, call.effects)));
			},
		},
	];
}
