/** From the form to a validated request: what can be refused is refused here, before anything is sent. */

import { API_KEY_FORMATS, type Connection } from '../api/connection';
import { largestImage } from '../api/formatLookup';
import { findTarget, modelNamed, modelsIn, type Target } from '../api/modelLookup';
import { CUSTOM_MODEL } from '../api/models';
import { type Capability, formatsFor } from '../api/routes';
import type { VideoRequest } from '../api/request';
import type { OutputOptions } from '../items/deliverTask';
import type { NodeRun } from '../n8n/nodeRun';
import { InputError } from '../n8n/words/errorClasses';
import { inspectFile } from '../n8n/files/inputFile';
import { parameterWords, supportWords } from '../n8n/words/parameters';
import { type Attempt, attempt } from '../utils/attempt';
import { breathe } from '../utils/breathe';
import { Semaphore } from '../utils/semaphore';
import { type ParameterReader, parametersOf, readDelivery } from './parameterReader';
import { check, fieldsOf, modelIdText, numberIn } from './fieldTypes';
import { readImages } from './imageParameters';
import { requestSchema } from './requestSchema';

/** What the parameters of one item say. */
export interface VideoData {
	request: VideoRequest;
	/** The model in the wire format that serves it. */
	target: Target;
	delivery: OutputOptions;
	/** What the whole run may cost; units. */
	costLimit?: number;
}

/** An input item whose parameters were read, or could not be. */
export type ReadItem<Data> = Attempt<Data> & {
	/** From 0. */
	itemIndex: number;
};

// Who sets a limit wants one: an expression that finds nothing is refused.
const costLimitSchema = numberIn('costLimit', 0, Infinity);

/** Items read at once: stores of files take only so many requests. */
const PARALLEL_ITEMS = 10;

/**
 * Reads what each input item asks for: all its parameters, once.
 * @returns for each item its data, or the InputError that says what is wrong
 */
export async function readVideoItems(
	{ context, connection, isTool, itemIndexes, allowsOwnNetwork }: NodeRun,
	capability: Capability,
): Promise<Array<ReadItem<VideoData>>> {
	const places = new Semaphore(PARALLEL_ITEMS);
	const readItem = async (itemIndex: number) => {
		const parameters = parametersOf(context, itemIndex);
		const target = chooseTarget(parameters, connection, capability);
		const largest = largestImage(target.format);
		if (largest === undefined) return readVideo(parameters, target, !isTool);
		const images = await readImages(parameters, {
			largest,
			allowsOwnNetwork,
			itemIndex,
			lookAt: async (reference, parameter) =>
				await inspectFile(context, itemIndex, reference, parameter),
		});
		return readVideo(parameters, target, !isTool, images);
	};
	return await Promise.all(
		itemIndexes.map(
			async (itemIndex) =>
				await places.run(async () => {
					await breathe();
					return { itemIndex, ...(await attempt(readItem(itemIndex))) };
				}),
		),
	);
}

/**
 * Reads and checks what one item asks for.
 * @param canHoldFiles false for an AI agent, which can use facts but no files
 * @param images that it is made from
 * @throws {InputError}
 */
export function readVideo(
	parameters: ParameterReader,
	target: Target,
	canHoldFiles: boolean,
	images: Pick<VideoRequest, 'firstFrame' | 'lastFrame'> = {},
): VideoData {
	const options = fieldsOf(parameters.raw('options'));
	const request = check(
		requestSchema(target),
		{
			...options,
			prompt: parameters.raw('prompt'),
			mode: parameters.raw('mode'),
			duration: parameters.raw('duration'),
			aspectRatio: parameters.raw('aspectRatio'),
			cameraControl: fieldsOf(options.cameraControl).control,
			multiShot: fieldsOf(options.multiShot).settings,
			additionalBody: options.additionalBodyFields,
			firstFrame: images.firstFrame,
			lastFrame: images.lastFrame,
		},
		'model',
	);
	const costLimit =
		'costLimit' in options ? check(costLimitSchema, options.costLimit, 'costLimit') : undefined;
	return {
		request: withoutGaps(request),
		target,
		costLimit,
		delivery: readDelivery(parameters, canHoldFiles),
	};
}

/** Only what is set: thousands of items may wait. */
function withoutGaps(request: VideoRequest): VideoRequest {
	const set = Object.entries(request).filter(([, value]) => value !== undefined);
	return Object.fromEntries(set) as unknown as VideoRequest;
}

/** @throws {InputError} */
export function chooseTarget(
	parameters: ParameterReader,
	{ service, formats: asked }: Pick<Connection, 'service' | 'formats'>,
	capability: Capability,
): Target {
	const formats = formatsFor(capability, asked);
	if (formats.length === 0) throw new InputError(undefined, supportWords.noImages());
	const given = parameters.read('model', modelIdText('model'));
	const value = modelNamed(given) ?? given;
	const customId =
		value === CUSTOM_MODEL.value
			? parameters.read('customModel', modelIdText('customModel'))
			: undefined;
	const target = findTarget(value, formats, customId);
	if (target) return target;
	const withApiKey = findTarget(value, formatsFor(capability, API_KEY_FORMATS[service]), customId);
	if (withApiKey) throw new InputError('model', parameterWords.needsApiKey(withApiKey.displayName));
	const offered = modelsIn(formats).map(({ displayName }) => displayName);
	throw new InputError('model', parameterWords.modelNotAvailable(given, service, offered));
}
