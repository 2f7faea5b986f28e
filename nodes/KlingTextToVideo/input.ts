/** From the form to a validated request: what can be refused is refused here, before anything is sent. */

import type { IExecuteFunctions } from 'n8n-workflow';
import { z } from 'zod';

import type { Connection } from '../shared/api/connection';
import { FORMATS } from '../shared/api/formats';
import { CUSTOM_MODEL, findTarget, modelsIn, type Target } from '../shared/api/models';
import type { VideoRequest } from '../shared/api/request';
import { InputError } from '../shared/n8n/errors';
import { check, fieldsOf, list, numberIn, show, text, wholeNumberIn } from './formTypes';
import { requestSchema } from './requestSchema';

export interface VideoInput {
	request: VideoRequest;
	/** The model in the format it will be asked for in. */
	target: Target;
}

/**
 * Reads and checks what one item asks for.
 * @throws {InputError} naming the field by its display name and saying what is allowed
 */
export function readVideoInput(
	context: IExecuteFunctions,
	itemIndex: number,
	connection: Connection,
): VideoInput {
	const parameter = (name: string) => context.getNodeParameter(name, itemIndex, null) as unknown;
	const target = chooseTarget(parameter('model'), parameter('customModel'), connection);
	const options = fieldsOf(parameter('options'));
	const request = check(requestSchema(target), {
		...options,
		prompt: parameter('prompt'),
		mode: parameter('mode'),
		duration: parameter('duration'),
		aspectRatio: parameter('aspectRatio'),
		cameraControl: fieldsOf(options.cameraControl).control,
		multiShot: fieldsOf(options.multiShot).settings,
	});
	return { request, target };
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

/**
 * Reads how many tasks Get Many lists for one item.
 * @throws {InputError} also when the service has no list
 */
export function readLimit(
	context: IExecuteFunctions,
	itemIndex: number,
	{ formats }: Connection,
): number {
	if (!formats.some((format) => FORMATS[format].list)) {
		throw new InputError(
			'A Kling-Compatible Gateway has no list of tasks for Get Many',
			'Use Get Status with the Task ID, or a Kling API credential for Kling’s own service.',
		);
	}
	if (context.getNodeParameter('returnAll', itemIndex, false) === true) return Infinity;
	return check(
		wholeNumberIn('Limit', 1, Infinity),
		context.getNodeParameter('limit', itemIndex, 50),
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
		maxConcurrency: wholeNumberIn('Max Concurrency', 1, 1000).default(WAIT_DEFAULTS.maxConcurrency),
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

const SERVICE_NAMES = {
	official: 'Kling’s own service',
	gateway: 'a Kling-Compatible Gateway',
} as const;

function chooseTarget(
	value: unknown,
	customModel: unknown,
	{ service, formats }: Connection,
): Target {
	const customId =
		value === CUSTOM_MODEL.value ? check(text('Model ID', 1), customModel) : undefined;
	const target = findTarget(String(value), formats, customId);
	if (target) return target;
	const withApiKey = service === 'official' && findTarget(String(value), ['path'], customId);
	if (withApiKey) {
		throw new InputError(
			`'Model' cannot be ${withApiKey.displayName} with an access key and secret key: Kling takes those on the routes of its older models only`,
			'Choose Authentication > API Key in the Kling API credential, or another Model.',
		);
	}
	const offered = modelsIn(formats).map(({ displayName }) => displayName);
	throw new InputError(
		`'Model' cannot be ${show(value)} with ${SERVICE_NAMES[service]}`,
		`Choose ${list(offered)}; or choose Custom and fill in the Model ID.`,
	);
}
