/** The trigger's parameters, read once into plain validated data. */

import type { IWebhookFunctions } from 'n8n-workflow';

import type { TaskStatus } from '../shared/api/task';
import type { OutputOptions } from '../shared/items/deliverTask';
import { readDelivery, triggerParametersOf } from '../shared/parameters/parameterReader';
import { boolean, check, fieldsOf, withDefault } from '../shared/parameters/fieldTypes';

export const DEFAULT_STATUSES = ['completed', 'failed'] as const satisfies readonly TaskStatus[];

/** Of the Options collection. */
const OPTION_DEFAULTS = { verifySignature: true, fetchTask: true, deduplicate: true };

type TriggerOption = keyof typeof OPTION_DEFAULTS;

export interface TriggerParameters extends Record<TriggerOption, boolean> {
	/** The statuses that start the workflow. */
	statuses: readonly string[];
	delivery: OutputOptions;
}

/** @throws {InputError} */
export function readTriggerParameters(context: IWebhookFunctions): TriggerParameters {
	const parameters = triggerParametersOf(context);
	const options = fieldsOf(parameters.raw('options'));
	const option = (name: TriggerOption) =>
		check(withDefault(boolean(name), OPTION_DEFAULTS[name]), options[name], name);
	const statuses = parameters.raw('statuses');
	return {
		statuses: Array.isArray(statuses) ? statuses.map(String) : [],
		verifySignature: option('verifySignature'),
		fetchTask: option('fetchTask'),
		deduplicate: option('deduplicate'),
		delivery: readDelivery(parameters),
	};
}
