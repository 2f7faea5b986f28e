/** The parameters of the operations that work on existing tasks. */

import { DateTime } from 'luxon';
import { z } from 'zod';

import type { Connection } from '../api/connection';
import { timeOf } from '../api/formats/fields';
import { canList } from '../api/formatLookup';
import type { TaskStatus } from '../api/task';
import type { TaskFilters } from '../api/taskFilters';
import { InputError } from '../n8n/words/errorClasses';
import { STATUS_LABELS } from '../n8n/words/labels';
import { filterWords, parameterWords } from '../n8n/words/parameters';
import {
	boolean,
	check,
	choices,
	fieldsOf,
	idText,
	oneOf,
	optional,
	reading,
	text,
	wholeNumberIn,
	withDefault,
} from './fieldTypes';
import { type ParameterReader, readSimplify } from './parameterReader';

/** @throws {InputError} */
export function readTaskId(parameters: ParameterReader): string {
	return parameters.read('taskId', idText('taskId'));
}

/** As in the form, where n8n's linter wants it as a number. */
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

const STATUSES = choices(Object.keys(STATUS_LABELS) as TaskStatus[], STATUS_LABELS);

/** Longer texts are none of what is asked for here. */
const LONGEST_TEXT = 1000;

function isShort(given: unknown): given is string {
	return typeof given === 'string' && given.length <= LONGEST_TEXT;
}

/** One or several, as a list or as text with commas. */
const statusesSchema = z.preprocess(
	(given) => (isShort(given) ? given.split(',') : given),
	z.array(oneOf('statusFilter', STATUSES)),
);

/**
 * @param timezone of the workflow, for times without one
 * @throws {InputError}
 */
function readListFilters(parameters: ParameterReader, timezone: string): TaskFilters {
	const schema = z.object({
		status: optional(statusesSchema),
		createdAfter: optional(timeSchema(timezone)),
		externalTaskIdStartsWith: optional(text('externalTaskIdStartsWith', 1)),
	});
	const { status, ...others } = check(schema, fieldsOf(parameters.raw('filters')), 'statusFilter');
	return { statuses: status, ...others };
}

/** A date as text, a number since the epoch, or an object of JavaScript or Luxon. @returns milliseconds */
function timeSchema(timezone: string) {
	return reading('createdAfter', (given, refuse): number => {
		const time = isShort(given)
			? (toTimeInZone(given, timezone) ?? timeOf(given))
			: // Of a list its text would be made first.
				timeOf(typeof given === 'string' || Array.isArray(given) ? undefined : Number(given));
		return time ?? refuse(filterWords.noTime('createdAfter', given));
	});
}

const WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?$/;

/**
 * @param text a date, perhaps with a time, in ISO format
 * @param timezone such as "Europe/Berlin", where the text names none
 * @returns milliseconds since the epoch; undefined when it is no date in this format
 */
export function toTimeInZone(text: string, timezone: string): number | undefined {
	const date = text.trim();
	const hasZone = !WITHOUT_ZONE.test(date);
	if (hasZone && !/^\d{4}-\d{2}-\d{2}T/.test(date)) return undefined;
	const [day, time = '00:00'] = date.split(/[T ]/);
	const read = Date.parse(hasZone ? date : `${day}T${time}Z`);
	const at = hasZone
		? read
		: DateTime.fromMillis(read, { zone: 'utc' })
				.setZone(timezone, { keepLocalTime: true })
				.toMillis();
	return Number.isNaN(at) ? undefined : at;
}
