/** Reads parameters from n8n one by one. */
import type { IExecuteFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { z } from 'zod';

import type { Parameter } from '../n8n/words/labels';
import { check } from './fieldTypes';

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
