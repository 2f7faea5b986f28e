/** From the form to a validated request; everything that can be refused is refused here, before anything is sent. */

import type { IExecuteFunctions } from 'n8n-workflow';
import { z } from 'zod';

import { CUSTOM_MODEL, type FormatName, MODELS, type ServedModel } from '../shared/api/models';
import { LIMITS, type VideoRequest } from '../shared/api/request';
import { InputError } from '../shared/n8n/errors';

export interface VideoInput {
	request: VideoRequest;
	/** The model's name in the format that will be used. */
	modelId: string;
}

/**
 * Reads and checks what one item asks for.
 * @throws {InputError} naming the field by its display name and saying what is allowed
 */
export function readVideoInput(
	context: IExecuteFunctions,
	itemIndex: number,
	format: FormatName,
): VideoInput {
	const parameter = (name: string) => context.getNodeParameter(name, itemIndex, null) as unknown;
	const model = chooseModel(parameter('model'), parameter('customModel'), format);
	const options = z.record(z.unknown()).catch({}).parse(parameter('options'));
	const cameraControl = z.object({ control: z.unknown() }).safeParse(options.cameraControl);
	const request = check(requestSchema(model), {
		prompt: parameter('prompt'),
		mode: parameter('mode'),
		duration: parameter('duration'),
		aspectRatio: parameter('aspectRatio'),
		negativePrompt: options.negativePrompt,
		cfgScale: options.cfgScale,
		cameraControl: cameraControl.data?.control,
	});
	return { request, modelId: model.id };
}

/** Reads the Task ID of one item. @throws {InputError} */
export function readTaskId(context: IExecuteFunctions, itemIndex: number): string {
	return check(text('Task ID', 1), context.getNodeParameter('taskId', itemIndex, null));
}

/** Reads the name of the binary field of one item. @throws {InputError} */
export function readBinaryPropertyName(context: IExecuteFunctions, itemIndex: number): string {
	return check(
		text('Put Output File in Field', 1),
		context.getNodeParameter('binaryPropertyName', itemIndex, 'data'),
	);
}

/** Of Wait Options, in the units of the form: seconds, minutes. */
export const WAIT_DEFAULTS = {
	pollingInterval: 5,
	timeout: 60,
	maxConcurrency: 20,
	onTimeout: 'error',
} as const;

const waitOptionsSchema = z
	.object({
		pollingInterval: numberIn('Polling Interval (Seconds)', 1, 3600)
			.default(WAIT_DEFAULTS.pollingInterval)
			.transform((seconds) => seconds * 1000),
		timeout: numberIn('Timeout (Minutes)', 0, 24 * 60)
			.default(WAIT_DEFAULTS.timeout)
			.transform((minutes) => minutes * 60_000),
		maxConcurrency: numberIn('Max Concurrency', 1, 1000).default(WAIT_DEFAULTS.maxConcurrency),
		onTimeout: z
			.enum(['error', 'continue'], { message: "'On Timeout' is neither error nor continue" })
			.default(WAIT_DEFAULTS.onTimeout),
	})
	.transform(({ timeout, maxConcurrency, ...wait }) => ({ timeout, maxConcurrency, wait }));

/**
 * Reads Wait Options, which hold for the whole batch.
 * @returns times in milliseconds
 * @throws {InputError}
 */
export function readWaitOptions(context: IExecuteFunctions): z.output<typeof waitOptionsSchema> {
	return check(waitOptionsSchema, context.getNodeParameter('waitOptions', 0, {}));
}

type NamedModel = ServedModel & { displayName: string };

function chooseModel(value: unknown, customModel: unknown, format: FormatName): NamedModel {
	if (value === CUSTOM_MODEL.value) {
		const id = check(text('Model ID', 1), customModel);
		return { ...CUSTOM_MODEL.formats[format], id, displayName: id };
	}
	const model = MODELS.find((candidate) => candidate.value === value);
	const served = model?.formats[format];
	if (model && served) return { ...served, displayName: model.displayName };
	const offered = MODELS.filter(({ formats }) => formats[format]).map((each) => each.value);
	throw new InputError(
		`'Model' cannot be ${show(value)} with the service of the Kling API credential`,
		`Choose one of ${offered.join(', ')}, or Custom and fill in the Model ID.`,
	);
}

/** What this model can be asked for. */
function requestSchema(model: NamedModel) {
	return z.object({
		prompt: text('Prompt', 1, LIMITS.promptLength),
		mode: oneOf('Mode', model.modes, model),
		duration: z.preprocess(toNumber, oneOf('Duration (Seconds)', model.durations, model)),
		aspectRatio: oneOf('Aspect Ratio', model.aspectRatios, model),
		negativePrompt: optional(
			model.negativePrompt,
			text('Negative Prompt', 0, LIMITS.promptLength),
			'Negative Prompt',
			model,
		),
		cfgScale: optional(model.cfgScale, numberIn('CFG Scale', 0, 1), 'CFG Scale', model),
		cameraControl: optional(
			model.cameraAxes.length > 0,
			z.object({
				type: oneOf('Camera Control > Type', model.cameraAxes, model),
				value: numberIn('Camera Control > Value', -LIMITS.cameraValue, LIMITS.cameraValue).refine(
					(value) => value !== 0,
					{
						message: "'Camera Control > Value' is 0, which is no movement; use -10 to 10 without 0",
					},
				),
			}),
			'Camera Control',
			model,
		),
	});
}

function check<Schema extends z.ZodTypeAny>(schema: Schema, value: unknown): z.output<Schema> {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	throw new InputError(result.error.issues[0]?.message ?? 'The input cannot be used');
}

/** Text of a number of code points, which is how Kling counts: an emoji is one character. */
function text(field: string, least: number, most = Infinity) {
	return z.preprocess(
		(value) => (typeof value === 'number' ? String(value) : (value ?? '')),
		z
			.string({ message: `'${field}' is not text` })
			.transform((value) => value.trim())
			.superRefine((value, context) => {
				const length = [...value].length;
				const flaw =
					length < least ? 'is empty' : `has ${length} characters; at most ${most} are allowed`;
				if (length < least || length > most) {
					context.addIssue({ code: 'custom', message: `'${field}' ${flaw}` });
				}
			}),
	);
}

function numberIn(field: string, least: number, most: number) {
	return z.preprocess(
		toNumber,
		z.custom<number>(
			(value) => typeof value === 'number' && value >= least && value <= most,
			(value) => ({
				message: `'${field}' is ${show(value)}; use a number from ${least} to ${most}`,
			}),
		),
	);
}

function oneOf<Value extends string | number>(
	field: string,
	allowed: readonly Value[],
	model: NamedModel,
) {
	return z.custom<Value>(
		(value) => allowed.includes(value as Value),
		(value) => ({
			message: `'${field}' is ${show(value)}, but ${model.displayName} takes ${list(allowed)}`,
		}),
	);
}

/** Not set is not sent; set for a model that cannot do it is refused. */
function optional<Schema extends z.ZodTypeAny>(
	isAble: boolean,
	schema: Schema,
	field: string,
	model: NamedModel,
) {
	const refused = z.undefined({
		message: `${model.displayName} has no '${field}'; remove the option or choose another Model`,
	});
	return z.preprocess(
		(value) => (value === null || value === '' ? undefined : value),
		isAble ? schema.optional() : refused,
	) as z.ZodType<z.output<Schema> | undefined, z.ZodTypeDef, unknown>;
}

/** Expressions often deliver numbers as text. */
function toNumber(value: unknown): unknown {
	return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}

function show(value: unknown): string {
	if (value === undefined || value === null || value === '') return 'empty';
	return typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
}

function list(values: ReadonlyArray<string | number>): string {
	const last = values[values.length - 1];
	return values.length < 2 ? `only ${last}` : `${values.slice(0, -1).join(', ')} or ${last}`;
}
