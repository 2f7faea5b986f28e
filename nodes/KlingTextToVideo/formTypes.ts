/**
 * zod types of form fields. Their messages name the field by its display name and say what is
 * allowed; they read what expressions deliver, such as numbers as text.
 */

import { z } from 'zod';

import { isSafeAddress } from '../shared/api/connection';
import { InputError } from '../shared/n8n/errors';

/** @throws {InputError} with the first thing that is wrong */
export function check<Schema extends z.ZodTypeAny>(
	schema: Schema,
	value: unknown,
): z.output<Schema> {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	throw new InputError(result.error.issues[0]?.message ?? 'The input cannot be used');
}

/** Text of a number of code points, which is how Kling counts: an emoji is one character. */
export function text(field: string, least: number, most = Infinity) {
	return z.preprocess(
		(value) => (typeof value === 'number' ? String(value) : (value ?? '')),
		z
			.string({ message: `'${field}' is not text` })
			.transform((value) => value.trim())
			.superRefine((value, context) => {
				const length = [...value].length;
				if (length < least) {
					context.addIssue({ code: 'custom', message: `'${field}' is empty` });
				} else if (length > most) {
					const message = `'${field}' has ${length} characters; at most ${most} are allowed`;
					context.addIssue({ code: 'custom', message });
				}
			}),
	);
}

export function numberIn(field: string, least: number, most: number) {
	const range = most === Infinity ? `${least} or more` : `from ${least} to ${most}`;
	return z.preprocess(
		toNumber,
		z.custom<number>(
			(value) => typeof value === 'number' && value >= least && value <= most,
			(value) => ({ message: `'${field}' is ${show(value)}; use a number ${range}` }),
		),
	);
}

export function wholeNumberIn(field: string, least: number, most: number) {
	return numberIn(field, least, most).refine(Number.isInteger, {
		message: `'${field}' must be a whole number`,
	});
}

/**
 * One of the values that something can take.
 * @param taker what that something is, such as the model
 */
export function oneOf<Value extends string | number>(
	field: string,
	allowed: readonly Value[],
	taker: string,
) {
	return z.preprocess(
		typeof allowed[0] === 'number' ? toNumber : asIs,
		z.custom<Value>(
			(value) => allowed.includes(value as Value),
			(value) => ({ message: `'${field}' is ${show(value)}, but ${taker} takes ${list(allowed)}` }),
		),
	);
}

export function truth(field: string) {
	return z.boolean({ message: `'${field}' is neither true nor false` });
}

export function webAddress(field: string) {
	return text(field, 1).refine(
		(value) => URL.canParse(value) && isSafeAddress(new URL(value)),
		(value) => ({
			message: `'${field}' is ${show(value)}; use an address that starts with https://`,
		}),
	);
}

/**
 * Not set is not sent; set where it is not known, it is refused.
 * @param taker what does not know the field, such as the model
 */
export function optional<Schema extends z.ZodTypeAny>(
	isKnown: boolean,
	schema: Schema,
	field: string,
	taker: string,
) {
	const refused = z.undefined({ message: `${taker} has no '${field}'; remove the option` });
	return z.preprocess(
		(value) => (isBlank(value) ? undefined : value),
		isKnown ? schema.optional() : refused,
	) as z.ZodType<z.output<Schema> | undefined, z.ZodTypeDef, unknown>;
}

/** The fields of a collection; none for anything else. */
export function fieldsOf(value: unknown): Record<string, unknown> {
	return z.record(z.unknown()).catch({}).parse(value);
}

/** A value as messages quote it. */
export function show(value: unknown): string {
	if (value === undefined || value === null || value === '') return 'empty';
	return typeof value === 'string' ? `"${value}"` : String(JSON.stringify(value));
}

/** "a, b or c" */
export function list(values: ReadonlyArray<string | number>): string {
	const last = values[values.length - 1];
	return values.length < 2 ? `only ${last}` : `${values.slice(0, -1).join(', ')} or ${last}`;
}

function isBlank(value: unknown): boolean {
	return value === null || (typeof value === 'string' && value.trim() === '');
}

function toNumber(value: unknown): unknown {
	if (typeof value !== 'string' || isBlank(value)) return value;
	const number = Number(value);
	return Number.isNaN(number) ? value : number;
}

function asIs(value: unknown): unknown {
	return value;
}
