/** Reads the parameters of one item, and those that most operations and the trigger have. */

import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { z } from 'zod';
import type { OutputOptions } from '../items/deliverTask';
import type { Parameter } from '../n8n/words/labels';
import { boolean, check, text, withDefault } from './fieldTypes';

/** Reads the parameters of one item. */
export interface ParameterReader {
	/** The value as it is. @returns null when the parameter is hidden or not set */
	raw(name: string): unknown;
	/** The value as the schema understands it. @throws {InputError} */
	read<Schema extends z.ZodTypeAny>(name: Parameter, schema: Schema): z.output<Schema>;
}

/** Reads the parameters of one of the input items. */
export function parametersOf(context: IExecuteFunctions, itemIndex: number): ParameterReader {
	return readerOf((name) => context.getNodeParameter(name, itemIndex, null));
}

/** Reads the parameters of a trigger. */
export function triggerParametersOf(context: IWebhookFunctions): ParameterReader {
	return readerOf((name) => context.getNodeParameter(name, null));
}

function readerOf(raw: (name: string) => unknown): ParameterReader {
	return { raw, read: (name, schema) => check(schema, raw(name), name) };
}

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
