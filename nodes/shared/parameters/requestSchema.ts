/** What a model can be asked for, as a zod schema made from the model's entry in the registry. */

import { z } from 'zod';

import { hasFeature, largestImage } from '../api/formatLookup';
import { promptLimit, type Target } from '../api/modelLookup';
import type { CameraSupport } from '../api/models';
import type { FormatName } from '../api/routes';
import {
	type AspectRatio,
	type CameraControl,
	type Image,
	LIMITS,
	type Mode,
	type MultiShot,
	type RequestFeature,
	type VideoRequest,
} from '../api/request';
import { CAMERA_LABELS, MODE_LABELS, SERVICE_LABELS, SHOT_TYPE_LABELS } from '../n8n/words/labels';
import { parameterWords } from '../n8n/words/parameters';
import { jsonObject } from './bodyFields';
import {
	boolean,
	choices,
	complain,
	fieldsOf,
	numberIn,
	oneOf,
	only,
	openChoice,
	optional,
	plainChoices,
	idText,
	text,
	unsupported,
	webAddress,
	wholeNumberIn,
} from './fieldTypes';
import { findConflict } from './requestConflicts';

/** What services and people call the modes by. */
const MODE_NAMES: Readonly<Record<Mode, readonly string[]>> = {
	std: ['720p', '720'],
	pro: ['1080p', '1080'],
	'4k': ['2160p', '2160'],
};

const ALL_MODES = choices(keysOf(MODE_LABELS), MODE_LABELS, MODE_NAMES);
const ALL_CAMERA_TYPES = choices(keysOf(CAMERA_LABELS), CAMERA_LABELS);
const ALL_SHOT_TYPES = choices(keysOf(SHOT_TYPE_LABELS), SHOT_TYPE_LABELS);

type RequestSchema = z.ZodType<VideoRequest, z.ZodTypeDef, unknown>;

/** Of the registry's models, by format, ID and name: making one takes longer than reading an item with it. */
const schemas = new Map<string, RequestSchema>();

export function requestSchema(model: Target): RequestSchema {
	if (model.isOpen) return makeSchema(model);
	// A model that is entered as a custom one is called by its ID.
	const key = `${model.format} ${model.id} ${model.displayName}`;
	const schema = schemas.get(key) ?? makeSchema(model);
	schemas.set(key, schema);
	return schema;
}

function makeSchema(model: Target): RequestSchema {
	const name = model.displayName;
	const atService = model.format === 'gateway' ? name : `${name} at Kling AI`;
	return z
		.object({
			prompt: text('prompt', 0, (prompt) => (model.isOpen ? Infinity : promptLimit(model, prompt))),
			...(model.isOpen ? openFields : closedFields(model, name)),
			aspectRatio: aspectRatioOf(model, atService),
			negativePrompt: model.negativePrompt
				? optional(text('negativePrompt', 0, LIMITS.promptLength))
				: unsupported('negativePrompt', name),
			cfgScale: model.cfgScale
				? optional(numberIn('cfgScale', 0, 1))
				: unsupported('cfgScale', name),
			cameraControl: model.camera
				? optional(cameraSchema(name, model.camera))
				: unsupported('cameraControl', atService),
			sound: model.soundModes.length > 0 ? optional(boolean('sound')) : unsupported('sound', name),
			multiShot:
				model.multiShot.length > 0
					? optional(multiShotSchema(model))
					: unsupported('multiShot', name),
			watermark: feature(model, 'watermark', boolean('watermark')),
			externalTaskId: feature(model, 'externalTaskId', idText('externalTaskId')),
			callbackUrl: feature(model, 'callbackUrl', webAddress('callbackUrl')),
			firstFrame: z.custom<Image | undefined>(),
			lastFrame: z.custom<Image | undefined>(),
			additionalBody: optional(jsonObject('additionalBodyFields')),
		})
		.superRefine((request, context) => {
			const conflict = findConflict(request, model);
			if (conflict) context.addIssue(complain(...conflict));
		});
}

/** What only some values are right for, whatever the other parameters are. */
function closedFields({ modes, durations }: Target, name: string) {
	return {
		mode: oneOf<VideoRequest['mode']>(
			'mode',
			choices(modes, MODE_LABELS, MODE_NAMES),
			ALL_MODES,
			name,
		),
		duration: oneOf('duration', plainChoices(durations), undefined, name),
	};
}

/** Nothing where an image sets it: what is left of it in a form does no harm. */
function aspectRatioOf({ isOpen, format, aspectRatios }: Target, atService: string) {
	if (takesImages(format)) return z.unknown().transform(() => undefined);
	if (isOpen) return text('aspectRatio', 1);
	return oneOf<AspectRatio>('aspectRatio', plainChoices(aspectRatios), undefined, atService);
}

function takesImages(format: FormatName): boolean {
	return largestImage(format) !== undefined;
}

/** Of a custom model nobody here knows which values are right: the service decides. */
const openFields = {
	mode: openChoice('mode', ALL_MODES),
	duration: numberIn('duration', 1, Infinity),
};

function cameraSchema(modelName: string, { axes, presets }: CameraSupport) {
	const types = choices([...axes, ...presets], CAMERA_LABELS);
	const type = oneOf('cameraType', types, ALL_CAMERA_TYPES, modelName);
	const most = LIMITS.cameraValue;
	const value = only(
		numberIn('cameraValue', -most, most),
		'cameraValue',
		(amount) => amount !== 0,
		() => parameterWords.zeroMovement('cameraValue', most),
	);
	return z.unknown().transform((control, context): CameraControl => {
		const fields = fieldsOf(control);
		const read = type.safeParse(fields.type);
		// A value left over in the form does a preset no harm: only its type is read.
		const isPreset = read.success && presets.some((preset) => preset === read.data);
		const schema = isPreset ? z.object({ type }) : z.object({ type, value });
		return pass(schema.safeParse(fields), context);
	});
}

function multiShotSchema({ displayName, multiShot }: Target) {
	const shotType = oneOf(
		'shotType',
		choices(multiShot, SHOT_TYPE_LABELS),
		ALL_SHOT_TYPES,
		displayName,
	);
	const shot = z.object({
		prompt: text('shotPrompt', 1, LIMITS.shotPromptLength),
		duration: wholeNumberIn('shotDuration', 1, 15),
	});
	const shots = z
		.preprocess((given) => fieldsOf(given).shot ?? [], z.array(shot))
		.superRefine((list, context) => {
			if (list.length === 0) context.addIssue(complain('shots', parameterWords.noShots()));
			if (list.length > LIMITS.shots) {
				context.addIssue(complain('shots', parameterWords.tooManyShots(LIMITS.shots)));
			}
		});
	return z.object({ shotType, shots: z.unknown() }).transform((multi, context): MultiShot => {
		if (multi.shotType === 'intelligence') return { shotType: multi.shotType };
		return { shotType: multi.shotType, shots: pass(shots.safeParse(multi.shots), context) };
	});
}

/** Passes on what was read, or the complaints about it. */
function pass<Value>(
	result: z.SafeParseReturnType<unknown, unknown>,
	context: z.RefinementCtx,
): Value {
	if (result.success) return result.data as Value;
	result.error.issues.forEach((issue) => context.addIssue(issue));
	return z.NEVER;
}

/** A setting that depends on the service, and at most on what the model refuses. */
function feature<Schema extends z.ZodTypeAny>(
	{ format, lacks, displayName }: Target,
	name: RequestFeature,
	schema: Schema,
) {
	if (lacks?.includes(name)) return unsupported(name, displayName);
	return hasFeature(format, name)
		? optional(schema)
		: unsupported(name, SERVICE_LABELS[format === 'gateway' ? 'gateway' : 'official']);
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
	return Object.keys(record) as Key[];
}
