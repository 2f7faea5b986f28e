import type { Delivery } from '../items/deliverTask';
import { boolean, text, withDefault } from './fieldTypes';
import type { ParameterReader } from './parameterReader';

/**
 * @param canHoldFiles false for an AI agent, which can use facts but no files
 * @throws {InputError}
 */
export function readDelivery(parameters: ParameterReader, canHoldFiles = true): Delivery {
	const simplify = readSimplify(parameters);
	const isWanted = parameters.read('downloadVideo', withDefault(boolean('downloadVideo'), false));
	if (!isWanted || !canHoldFiles) return { simplify };
	const downloadTo = parameters.read('binaryPropertyName', text('binaryPropertyName', 1));
	return { simplify, downloadTo };
}

/** @throws {InputError} */
export function readSimplify(parameters: ParameterReader): boolean {
	return parameters.read('simplify', withDefault(boolean('simplify'), true));
}
