/** Reads the parameters that say how a video is delivered. */
import type { OutputOptions } from '../items/deliverTask';
import { boolean, check, text, withDefault } from './fieldTypes';
import type { ParameterReader } from './parameterReader';

/** The binary field that a file goes to when nobody says otherwise. */
export const DEFAULT_OUTPUT_FIELD = 'data';

/**
 * @param canHoldFiles false for an AI agent, which can use facts but no files
 * @throws {InputError}
 */
export function readDelivery(parameters: ParameterReader, canHoldFiles = true): OutputOptions {
	const simplify = readSimplify(parameters);
	const isWanted = parameters.read('downloadVideo', withDefault(boolean('downloadVideo'), false));
	if (!isWanted || !canHoldFiles) return { simplify };
	const field = parameters.raw('binaryPropertyName') ?? DEFAULT_OUTPUT_FIELD;
	const downloadTo = check(text('binaryPropertyName', 1), field, 'binaryPropertyName');
	return { simplify, downloadTo };
}

/** @throws {InputError} */
export function readSimplify(parameters: ParameterReader): boolean {
	return parameters.read('simplify', withDefault(boolean('simplify'), true));
}
