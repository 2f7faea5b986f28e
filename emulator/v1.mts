/** Kling's first-generation format: model in the body, replies in an envelope (docs/kling-api.md#v1-format). */
import { z } from 'zod';
import { admit, type Dialect } from './admission.mts';
import { authenticate } from './auth.mts';
import { KlingError } from './errors.mts';
import { check, envelope, filledText, text, type Call, type Endpoint } from './http.mts';
import { image, LARGEST_V1_IMAGE } from './images.mts';
import { MODELS, type ModelRules } from './models.mts';
import {
	roundUnits,
	type Account,
	type Phase,
	type Snapshot,
	type State,
	type Task,
} from './state.mts';
import type { VideoUrl } from './videos.mts';

const STATUS: Readonly<Record<Phase, string>> = {
	submitted: 'submitted',
	processing: 'processing',
	succeeded: 'succeed',
	failed: 'failed',
};

const AXES = ['horizontal', 'vertical', 'pan', 'tilt', 'roll', 'zoom'] as const;
const axis = z.number().min(-10).max(10).optional();
const PRESETS = ['down_back', 'forward_up', 'right_turn_forward', 'left_turn_forward'] as const;

/** `simple` moves along exactly one axis; the presets take no configuration. */
const cameraSchema = z.discriminatedUnion('type', [
	z
		.object({
			type: z.literal('simple'),
			config: z
				.object({
					horizontal: axis,
					vertical: axis,
					pan: axis,
					tilt: axis,
					roll: axis,
					zoom: axis,
				})
				.strict()
				.refine(
					(config) => AXES.filter((name) => (config[name] ?? 0) !== 0).length === 1,
					'exactly one of the six values must not be 0',
				),
		})
		.strict(),
	...PRESETS.map((type) => z.object({ type: z.literal(type) }).strict()),
]);

const multiPromptSchema = z
	.array(
		z
			.object({
				index: z.number().int(),
				prompt: filledText(512),
				duration: z.string().regex(/^[1-9]\d?$/, 'must be a string of whole seconds, at least 1'),
			})
			.strict(),
	)
	.min(1)
	.max(6);

const DURATIONS = Array.from({ length: 13 }, (_, index) => String(index + 3)) as [
	string,
	...string[],
];

const commonFields = {
	// The documented default, which is a dead model: the price of not naming one.
	model_name: z.string().min(1).default('kling-v1'),
	// The field's old name: accepted and ignored.
	model: z.unknown(),
	prompt: text(2500).optional(),
	negative_prompt: text(2500).optional(),
	cfg_scale: z.number().min(0).max(1).optional(),
	mode: z.enum(['std', 'pro', '4k']).default('std'),
	sound: z.enum(['on', 'off']).default('off'),
	duration: z.enum(DURATIONS).default('5'),
	multi_shot: z.boolean().default(false),
	shot_type: z.enum(['customize', 'intelligence']).optional(),
	multi_prompt: multiPromptSchema.optional(),
	watermark_info: z.object({ enabled: z.boolean() }).strict().optional(),
	callback_url: z
		.string()
		.url()
		.regex(/^https?:/i, 'must be an http(s) URL')
		.optional(),
	external_task_id: z.string().min(1).optional(),
};

type CommonFields = z.output<z.ZodObject<typeof commonFields>>;

function refuserOf(context: z.RefinementCtx) {
	return (message: string, ...path: string[]) =>
		context.addIssue({ code: 'custom', path, message });
}

/** What the fields of every capability must be together. */
function checkTogether(fields: CommonFields, context: z.RefinementCtx): void {
	const refuse = refuserOf(context);
	const customized = fields.multi_shot && fields.shot_type === 'customize';
	if (fields.multi_shot && !fields.shot_type) refuse('is required with multi_shot', 'shot_type');
	if (!customized && !fields.prompt?.trim()) refuse('must not be blank', 'prompt');
	if (customized) {
		const shots = fields.multi_prompt ?? [];
		const seconds = shots.reduce((sum, { duration }) => sum + Number(duration), 0);
		if (shots.length === 0) refuse('is required with shot_type customize', 'multi_prompt');
		else if (shots.some(({ index }, position) => index !== position + 1)) {
			refuse('index must count from 1', 'multi_prompt');
		} else if (seconds !== Number(fields.duration)) {
			refuse(`durations must add up to ${fields.duration}, not ${seconds}`, 'multi_prompt');
		}
	}
}

const textSchema = z
	.object({
		...commonFields,
		aspect_ratio: z.enum(['16:9', '9:16', '1:1']).default('16:9'),
		camera_control: cameraSchema.nullish(),
	})
	.strict()
	.superRefine(checkTogether)
	.superRefine((fields, context) => {
		const refuse = refuserOf(context);
		const cameraFits =
			fields.model_name === 'kling-v1' && fields.mode === 'std' && fields.duration === '5';
		// The server's own words (observed).
		if (fields.camera_control && !cameraFits) {
			refuse('camera_control is only supported in std mode with 5s duration and kling-v1');
		}
	});

const imageSchema = z
	.object({
		...commonFields,
		image: image(LARGEST_V1_IMAGE).optional(),
		image_tail: image(LARGEST_V1_IMAGE).optional(),
	})
	.strict()
	.superRefine(checkTogether)
	.superRefine(({ image: first, image_tail: tail, multi_shot: isMultiShot }, context) => {
		const refuse = refuserOf(context);
		// Observed on the live API.
		if (first === undefined) refuse('image can not be null');
		if (tail !== undefined && isMultiShot) refuse('image_tail is not supported with multi_shot');
	});

type Fields = CommonFields & { image_tail?: string };

/** One capability's routes. */
export interface Route {
	path: string;
	format: 'v1' | 'v1-image';
	schema: z.ZodType<Fields, z.ZodTypeDef, unknown>;
}

const TEXT: Route = { path: '/v1/videos/text2video', format: 'v1', schema: textSchema };
const IMAGE: Route = { path: '/v1/videos/image2video', format: 'v1-image', schema: imageSchema };

/** The capabilities of the format. */
export const V1_ROUTES: readonly Route[] = [TEXT, IMAGE];

/** Whether Kling AI serves the model there. */
export function servesV1(state: State, name: string, route: Route): boolean {
	try {
		findModel(state, name, route);
		return true;
	} catch {
		return false;
	}
}

function findModel(state: State, name: string, { format }: Route): ModelRules {
	const model = MODELS.find(({ v1 }) => v1 === name);
	if (format === 'v1-image') {
		if (!model?.imageToVideo) throw new KlingError(1203, `The model ${name} does not exist`);
		return model;
	}
	if (!model || model.textToVideo === 'never') {
		throw new KlingError(1203, `The model ${name} does not exist`);
	}
	if (model.textToVideo === 'retired' && state.options.models === 'current') {
		// Observed on the live API.
		throw new KlingError(1203, 'The model is discontinued');
	}
	return model;
}

/** Units per second of a request. @throws KlingError 1201 when the model has no such mode, or no sound in it */
function unitPrice({ mode, sound, model_name: name }: Fields, { modes }: ModelRules): number {
	const prices = modes[mode];
	if (!prices) throw new KlingError(1201, `mode: ${mode} is not supported by ${name}`);
	const price = sound === 'on' ? prices.audio : prices.silent;
	if (price === undefined) {
		throw new KlingError(1201, `sound: ${sound} is not supported by ${name} in ${mode} mode`);
	}
	return price;
}

/** @throws KlingError 1201 when the model takes no last frame, or not like this */
function checkTail({ image_tail: tail, mode, sound }: Fields, model: ModelRules): void {
	if (tail === undefined) return;
	const support = model.imageToVideo?.lastFrame;
	// Observed on the live API.
	if (!support?.modes.includes(mode) || (support.isSilent && sound === 'on')) {
		throw new KlingError(1201, 'Image tail is not supported by the current model');
	}
}

function dialect(state: State, route: Route): Dialect<Fields, ModelRules> {
	return {
		schema: route.schema,
		model: ({ model_name }) => findModel(state, model_name, route),
		draft: (fields, model) => {
			const name = fields.model_name;
			const duration = Number(fields.duration);
			const price = unitPrice(fields, model);
			checkTail(fields, model);
			if (!model.durations.includes(duration)) {
				throw new KlingError(1201, `duration: ${duration} is not supported by ${name}`);
			}
			if (fields.multi_shot && model.multiShot !== 'declared') {
				throw new KlingError(1201, `multi_shot is not supported by ${name}`);
			}
			// Whether the live API refuses or ignores it is not known (docs/kling-api.md#open-questions): a strict judge refuses.
			if (fields.cfg_scale !== undefined && !model.cfgScale) {
				throw new KlingError(1201, `cfg_scale is not supported by ${name}`);
			}
			return {
				format: route.format,
				model: name,
				version: model.version,
				duration,
				charge: roundUnits(price * duration),
				texts: [
					fields.prompt ?? '',
					fields.negative_prompt ?? '',
					...(fields.multi_prompt ?? []).map(({ prompt }) => prompt),
				],
				externalTaskId: fields.external_task_id,
				callbackUrl: fields.callback_url,
				watermark: fields.watermark_info?.enabled ?? false,
			};
		},
	};
}

function taskInfo({ externalTaskId }: Snapshot['task']): unknown {
	return externalTaskId === undefined ? {} : { external_task_id: externalTaskId };
}

/** A task as queries and lists show it. */
export function renderTask(snapshot: Snapshot, videoUrl: VideoUrl): Record<string, unknown> {
	const { task, phase, updatedAt, statusWord, noResult } = snapshot;
	return {
		task_id: task.id,
		task_status: statusWord ?? STATUS[phase],
		task_status_msg: (phase === 'failed' && task.failure) || '',
		task_info: taskInfo(task),
		watermark_info: { enabled: task.watermark },
		...(phase === 'succeeded' && {
			...(!noResult && {
				task_result: {
					videos: [
						{
							id: `${task.id}-1`,
							url: videoUrl(task.id),
							...(task.watermark && { watermark_url: videoUrl(task.id, true) }),
							duration: String(task.duration),
						},
					],
				},
			}),
			final_unit_deduction: String(task.charge),
		}),
		created_at: task.createdAt,
		updated_at: updatedAt,
	};
}

/** Body of a v1 callback: not enveloped, and with the cash part, which is nothing for a task paid in units. */
export function v1Callback(snapshot: Snapshot, videoUrl: VideoUrl): unknown {
	const { watermark_info: _, ...body } = renderTask(snapshot, videoUrl);
	return snapshot.phase === 'succeeded'
		? { ...body, final_balance_deduction: { quota: '0', list_price: '0' } }
		: body;
}

/** @throws KlingError as `admit` does */
export function admitV1(state: State, account: Account, call: Call, route: Route): Task {
	return admit(state, account, call, dialect(state, route));
}

const wholeNumber = (max: number) =>
	z
		.string()
		.regex(/^\d+$/, 'must be a whole number')
		.transform(Number)
		.pipe(z.number().min(1).max(max));

const listSchema = z
	.object({ pageNum: wholeNumber(1000).default('1'), pageSize: wholeNumber(500).default('30') })
	.strict();

/** The v1 routes under a path prefix. */
export function v1Endpoints(state: State, prefix: string, videoUrl: VideoUrl): Endpoint[] {
	return V1_ROUTES.flatMap((route) => routeEndpoints(state, prefix, videoUrl, route));
}

function routeEndpoints(
	state: State,
	prefix: string,
	videoUrl: VideoUrl,
	route: Route,
): Endpoint[] {
	const { format } = route;
	const path = `${prefix}${route.path}`;
	return [
		{
			method: 'POST',
			path,
			route: 'create',
			format,
			handle: async (call) => {
				const account = await authenticate(state, call, 'keyOrToken');
				const { task, phase, updatedAt } = state.confirmation(admitV1(state, account, call, route));
				return envelope({
					task_id: task.id,
					task_status: STATUS[phase],
					task_info: taskInfo(task),
					created_at: task.createdAt,
					updated_at: updatedAt,
				});
			},
		},
		{
			method: 'GET',
			path: `${path}/:id`,
			route: 'query',
			format,
			handle: async (call) => {
				const account = await authenticate(state, call, 'keyOrToken');
				const id = call.params.id ?? '';
				const task = state.find(account, format, id) ?? state.findExternal(account, format, id);
				call.entry.taskIds.push(task?.id ?? id);
				// The reply to an unknown id is not settled; one client relies on a 404.
				if (!task) throw new KlingError(1203, `The task ${id} does not exist`);
				return envelope(renderTask(state.snapshot(task, call.effects), videoUrl));
			},
		},
		{
			method: 'GET',
			path,
			route: 'list',
			format,
			handle: async (call) => {
				const account = await authenticate(state, call, 'keyOrToken');
				const { pageNum, pageSize } = check(Object.fromEntries(call.query), listSchema);
				const page = state
					.list(account, format)
					.slice((pageNum - 1) * pageSize, pageNum * pageSize);
				return envelope(
					page.map((task) => renderTask(state.snapshot(task, call.effects), videoUrl)),
				);
			},
		},
	];
}
