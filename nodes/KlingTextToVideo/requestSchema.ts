/** What a model can be asked for, as a zod schema made from the model's entry in the registry. */

import { z } from 'zod';

import { FORMATS } from '../shared/api/formats';
import type { RequestFeature } from '../shared/api/formats/format';
import type { Target } from '../shared/api/models';
import { type CameraControl, LIMITS, type VideoRequest } from '../shared/api/request';
import {
	fieldsOf,
	numberIn,
	oneOf,
	optional,
	text,
	truth,
	webAddress,
	wholeNumberIn,
} from './formTypes';

export function requestSchema(model: Target): z.ZodType<VideoRequest, z.ZodTypeDef, unknown> {
	const name = model.displayName;
	return z
		.object({
			prompt: text('Prompt', 0, LIMITS.promptLength),
			mode: oneOf('Mode', model.modes, name),
			duration: oneOf('Duration (Seconds)', model.durations, name),
			aspectRatio: oneOf('Aspect Ratio', model.aspectRatios, `${name}${atService(model)}`),
			negativePrompt: optional(
				model.negativePrompt,
				text('Negative Prompt', 0, LIMITS.promptLength),
				'Negative Prompt',
				name,
			),
			cfgScale: optional(model.cfgScale, numberIn('CFG Scale', 0, 1), 'CFG Scale', name),
			cameraControl: optional(
				model.camera !== undefined,
				cameraSchema(model),
				'Camera Control',
				`${name}${atService(model)}`,
			),
			sound: optional(model.soundModes.length > 0, truth('Sound'), 'Sound', name),
			multiShot: optional(model.multiShot.length > 0, multiShotSchema(model), 'Multi-Shot', name),
			watermark: feature(model, 'watermark', 'Watermark', truth),
			externalTaskId: feature(model, 'externalTaskId', 'External Task ID', (field) =>
				text(field, 1),
			),
			callbackUrl: feature(model, 'callbackUrl', 'Callback URL', webAddress),
		})
		.superRefine((request, context) => {
			const message = findConflict(request, model);
			if (message) context.addIssue({ code: 'custom', message });
		});
}

/** What each field may be, but not together with the others. */
function findConflict(request: VideoRequest, model: Target): string | undefined {
	const { prompt, mode, duration, cameraControl, sound, multiShot } = request;
	const { camera, displayName, soundModes } = model;
	if (sound && !soundModes.includes(mode)) {
		return `'Sound' is on, but ${displayName} has sound only with 'Mode' ${soundModes.join(' or ')}`;
	}
	if (cameraControl && camera?.modes && !camera.modes.includes(mode)) {
		return `'Camera Control' of ${displayName} goes only with 'Mode' ${camera.modes.join(' or ')}`;
	}
	if (cameraControl && camera?.durations && !camera.durations.includes(duration)) {
		return `'Camera Control' of ${displayName} goes only with 'Duration (Seconds)' ${camera.durations.join(' or ')}`;
	}
	if (multiShot?.shotType !== 'customize') {
		return prompt === '' ? "'Prompt' is empty" : undefined;
	}
	const seconds = multiShot.shots.reduce((sum, shot) => sum + shot.duration, 0);
	if (seconds !== duration) {
		return `'Multi-Shot > Shots' last ${seconds} seconds together, but 'Duration (Seconds)' is ${duration}`;
	}
	return FORMATS[model.format].findConflict?.(request);
}

function cameraSchema({ displayName, camera }: Target) {
	const axes = camera?.axes ?? [];
	const presets: readonly string[] = camera?.presets ?? [];
	const type = oneOf('Camera Control > Type', [...axes, ...presets], displayName);
	const value = numberIn('Camera Control > Value', -LIMITS.cameraValue, LIMITS.cameraValue).refine(
		(amount) => amount !== 0,
		{
			message: "'Camera Control > Value' is 0, which is no movement; use -10 to 10 without 0",
		},
	);
	const movement = z.object({ type, value });
	const preset = z.object({ type });
	return z.unknown().transform((control, context) => {
		// A value left over in the form does a preset no harm: only the type is read.
		const isPreset = presets.includes(String(fieldsOf(control).type));
		const result = (isPreset ? preset : movement).safeParse(control);
		if (result.success) return result.data as CameraControl;
		result.error.issues.forEach((issue) => context.addIssue(issue));
		return z.NEVER;
	});
}

function multiShotSchema({ displayName, multiShot }: Target) {
	const shotType = oneOf('Multi-Shot > Shot Type', multiShot, displayName);
	const shots = z.preprocess(
		(value) => fieldsOf(value).shot ?? [],
		z
			.array(
				z.object({
					prompt: text('Multi-Shot > Prompt', 1, LIMITS.shotPromptLength),
					duration: wholeNumberIn('Multi-Shot > Duration (Seconds)', 1, 15),
				}),
			)
			.min(1, `'Multi-Shot > Shots' is empty; add 1 to ${LIMITS.shots} shots`)
			.max(LIMITS.shots, `'Multi-Shot > Shots' has more than ${LIMITS.shots} shots`),
	);
	return z.object({ shotType, shots: z.unknown() }).transform((multi, context) => {
		if (multi.shotType === 'intelligence') return { shotType: multi.shotType };
		const result = shots.safeParse(multi.shots);
		if (result.success) return { shotType: multi.shotType, shots: result.data };
		result.error.issues.forEach((issue) => context.addIssue(issue));
		return z.NEVER;
	});
}

/** A setting that depends on the service and not on the model. */
function feature<Schema extends z.ZodTypeAny>(
	{ format }: Target,
	name: RequestFeature,
	field: string,
	schemaOf: (field: string) => Schema,
) {
	const isKnown = FORMATS[format].features.includes(name);
	return optional(isKnown, schemaOf(field), field, SERVICE_OF_FORMAT[format]);
}

const SERVICE_OF_FORMAT = {
	gateway: 'A Kling-Compatible Gateway',
	v1: 'Kling’s own service',
	path: 'Kling’s own service',
} as const;

/** Where the services differ in what one and the same model can do. */
function atService({ format }: Target): string {
	return format === 'gateway' ? '' : ' on Kling’s own service';
}
