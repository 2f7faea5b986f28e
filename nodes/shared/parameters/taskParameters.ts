/** The parameters of the operations that work on existing tasks. */

import type { Connection } from '../api/connection';
import { canList } from '../api/formatLookup';
import type { TaskFilters } from '../api/taskFilters';
import { InputError } from '../n8n/words/inputError';
import { parameterWords } from '../n8n/words/parameters';
import { readSimplify } from './deliveryParameters';
import { boolean, idText, wholeNumberIn, withDefault } from './fieldTypes';
import { readListFilters } from './listFilters';
import type { ParameterReader } from './parameterReader';

/** @throws {InputError} */
export function readTaskId(parameters: ParameterReader): string {
	return parameters.read('taskId', idText('taskId'));
}

/** How many tasks Get Many lists when nobody says otherwise. */
const DEFAULT_LIMIT = 50;

export interface ListParameters {
	/** Infinity: all of them. */
	limit: number;
	simplify: boolean;
	filters: TaskFilters;
}

/**
 * @param timezone of the workflow
 * @throws {InputError} also when the service has no list
 */
export function readListParameters(
	parameters: ParameterReader,
	{ formats }: Pick<Connection, 'formats'>,
	timezone: string,
): ListParameters {
	if (!formats.some(canList)) {
		throw new InputError(undefined, parameterWords.noList());
	}
	const returnsAll = parameters.read('returnAll', withDefault(boolean('returnAll'), false));
	const limit = returnsAll
		? Infinity
		: parameters.read('limit', wholeNumberIn('limit', 1, Infinity).default(DEFAULT_LIMIT));
	const filters = readListFilters(parameters, timezone);
	return { limit, filters, simplify: readSimplify(parameters) };
}
