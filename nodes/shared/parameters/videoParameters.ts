/** From the form to a validated request: what can be refused is refused here, before anything is sent. */

import type { Connection } from '../api/connection';
import { CUSTOM_MODEL, findTarget, modelsIn, type Target } from '../api/models';
import type { ReadItem, VideoData } from '../batch/itemData';
import type { NodeRun } from '../batch/nodeRun';
import { InputError } from '../n8n/inputError';
import { parameterWords } from '../n8n/messages';
import { attempt } from '../utils/attempt';
import { readDelivery } from './deliveryParameters';
import { check, fieldsOf, numberIn, optional, text } from './fieldTypes';
import { type ParameterReader, parametersOf } from './parameterReader';
import { requestSchema } from './requestSchema';

const costLimitSchema = optional(true, numberIn('costLimit', 0, Infinity), 'costLimit', '');

/**
 * Reads what each input item asks for: all its parameters, once.
 * @returns for each item its data, or the InputError that says what is wrong
 */
export async function readVideoItems({
	context,
	connection,
	isTool,
	itemIndexes,
}: NodeRun): Promise<Array<ReadItem<VideoData>>> {
	return await Promise.all(
		itemIndexes.map(async (itemIndex) => ({
			itemIndex,
			...(await attempt(() => readVideo(parametersOf(context, itemIndex), connection, !isTool))),
		})),
	);
}

/**
 * Reads and checks what one item asks for.
 * @param canHoldFiles false for an AI agent, which can use facts but no files
 * @throws {InputError}
 */
export function readVideo(
	parameters: ParameterReader,
	connection: Pick<Connection, 'service' | 'formats'>,
	canHoldFiles: boolean,
): VideoData {
	const target = chooseTarget(parameters, connection);
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
		},
		'model',
	);
	const costLimit = check(costLimitSchema, options.costLimit, 'costLimit');
	return { request, target, costLimit, delivery: readDelivery(parameters, canHoldFiles) };
}

/** @throws {InputError} */
function chooseTarget(
	parameters: ParameterReader,
	{ service, formats }: Pick<Connection, 'service' | 'formats'>,
): Target {
	const value = parameters.read('model', text('model', 1));
	const customId =
		value === CUSTOM_MODEL.value
			? parameters.read('customModel', text('customModel', 1))
			: undefined;
	const target = findTarget(value, formats, customId);
	if (target) return target;
	const withApiKey = service === 'official' && findTarget(value, ['path'], customId);
	if (withApiKey) throw new InputError('model', parameterWords.needsApiKey(withApiKey.displayName));
	const offered = modelsIn(formats).map(({ displayName }) => displayName);
	throw new InputError('model', parameterWords.modelNotAvailable(value, service, offered));
}
