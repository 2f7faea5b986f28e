/**
 * zod types of parameters. They read what expressions deliver, such as numbers, booleans and options
 * as text, and refuse everything else in words that name the parameter.
 */

import { z } from 'zod';

import { canBeSent, isSafeId } from '../api/taskId';
import { InputError } from '../n8n/words/errorClasses';
import { LABELS, type Parameter } from '../n8n/words/labels';
import { parameterWords } from '../n8n/words/parameters';
import type { Words } from '../n8n/words/phrases';
import { codePointsOf } from '../utils/text';
import { isSafeUrl, LONGEST_URL, toUrl } from '../utils/url';

/** What an issue of zod's carries: the parameter, and the words about it. */
interface Complaint {
	parameter: Parameter;
	words: Words;
}

/** A zod issue that carries words about a parameter. What has one is looked at no further. */
export function complain(parameter: Parameter, words: Words): z.IssueData & { message: string } {
	return {
		code: 'custom',
		fatal: true,
		message: words.message,
		params: { parameter, words } satisfies Complaint,
	};
}

/**
 * @param parameter what is read, for values that no complaint is made for
 * @throws {InputError} with the first thing that is wrong
 */
export function check<Schema extends z.ZodTypeAny>(
	schema: Schema,
	value: unknown,
	parameter: Parameter,
): z.output<Schema> {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const [issue] = result.error.issues;
	const complaint = issue?.code === 'custom' ? (issue.params as Complaint | undefined) : undefined;
	if (complaint) throw new InputError(complaint.parameter, complaint.words);
	throw new InputError(parameter, parameterWords.unreadable(parameter));
}

/**
 * What `read` makes of a value.
 * @param read returns what `refuse` does for a value that it refuses
 */
export function reading<Value>(
	parameter: Parameter,
	read: (given: unknown, refuse: (words: Words) => never) => Value,
) {
	return z.unknown().transform(
		(given, context): Value =>
			read(given, (words) => {
				context.addIssue(complain(parameter, words));
				return z.NEVER;
			}),
	);
}

/** Of what a schema reads only what is right. */
export function only<Value>(
	schema: z.ZodType<Value, z.ZodTypeDef, unknown>,
	parameter: Parameter,
	isRight: (value: Value) => boolean,
	words: (value: Value) => Words,
) {
	return schema.superRefine((value, context) => {
		if (!isRight(value)) context.addIssue(complain(parameter, words(value)));
	});
}

/** The longest text that is looked at, also where no limit is known. What is longer is a file. */
const LONGEST_TEXT = 1_000_000;

/**
 * Trimmed text of a number of code points, which is how Kling counts: an emoji is one character.
 * @param limit the most, perhaps depending on the text
 */
export function text(
	parameter: Parameter,
	least: number,
	limit: number | ((trimmed: string) => number) = Infinity,
) {
	return reading(parameter, (given, refuse): string => {
		const read = typeof given === 'number' ? String(given) : (given ?? '');
		if (typeof read !== 'string') return refuse(parameterWords.notText(parameter));
		if (read.length > LONGEST_TEXT) {
			const most = typeof limit === 'number' ? Math.min(limit, LONGEST_TEXT) : limit('');
			return refuse(parameterWords.tooLong(parameter, read.length, most));
		}
		const trimmed = read.trim();
		const most = typeof limit === 'number' ? limit : limit(trimmed);
		if (trimmed.length < least) return refuse(parameterWords.empty(parameter));
		// There are at most as many characters as units: counting takes its time.
		const length = trimmed.length > most ? codePointsOf(trimmed) : 0;
		if (length > most) return refuse(parameterWords.tooLong(parameter, length, most));
		return trimmed;
	});
}

/** The ID of a task, or the user's own: it becomes part of a request's address. */
export function idText(parameter: Parameter) {
	return only(text(parameter, 1), parameter, isSafeId, () => parameterWords.noId(parameter));
}

/** Models' IDs in characters: platforms' longest are whole paths. */
const LONGEST_MODEL_ID = 100;

/** A model's ID, which is written into an address or a body as it is, and into messages. */
export function modelIdText(parameter: Parameter) {
	return only(text(parameter, 1, LONGEST_MODEL_ID), parameter, canBeSent, () =>
		parameterWords.noId(parameter),
	);
}

export function numberIn(parameter: Parameter, least: number, most: number) {
	return reading(parameter, (given, refuse): number => {
		const number = toNumber(given, parameter);
		const isIn = Number.isFinite(number) && Number(number) >= least && Number(number) <= most;
		return isIn ? Number(number) : refuse(parameterWords.outOfRange(parameter, given, least, most));
	});
}

export function wholeNumberIn(parameter: Parameter, least: number, most: number) {
	return only(numberIn(parameter, least, most), parameter, Number.isInteger, (number) =>
		parameterWords.notWhole(parameter, number),
	);
}

/** What an option can be, and how the form calls it. */
export interface Choice<Value extends string | number> {
	value: Value;
	label: string;
	/** What else people and services call it. */
	otherNames?: readonly string[];
}

/** Choices whose labels are their values. */
export function plainChoices<Value extends string | number>(
	values: readonly Value[],
): Array<Choice<Value>> {
	return values.map((each) => ({ value: each, label: String(each) }));
}

/** Choices with the labels that the form shows. */
export function choices<const Value extends string>(
	values: readonly Value[],
	labels: Readonly<Record<Value, string>>,
	otherNames?: Readonly<Record<Value, readonly string[]>>,
): Array<Choice<Value>> {
	return values.map((each) => ({
		value: each,
		label: labels[each],
		otherNames: otherNames?.[each],
	}));
}

/**
 * One of several choices, by its value, its label or another of its names, in any case and with stray
 * blanks; a number also with its unit.
 * @param known all choices there are, so that messages can name a value by its label
 * @param user who supports only some of them, such as the model; absent where there are no others
 */
export function oneOf<Value extends string | number>(
	parameter: Parameter,
	allowed: ReadonlyArray<Choice<Value>>,
	known: ReadonlyArray<Choice<Value>> = allowed,
	user?: string,
) {
	return reading(parameter, (given, refuse): Value => {
		const found = findChoice(allowed, given, parameter);
		if (found) return found.value;
		const labels = allowed.map(({ label }) => label);
		if (user === undefined) return refuse(parameterWords.notAChoice(parameter, given, labels));
		const label = findChoice(known, given, parameter)?.label ?? given;
		return refuse(parameterWords.notSupported(parameter, label, user, labels));
	});
}

/** One of the choices, or any other text, trimmed. */
export function openChoice<Value extends string>(
	parameter: Parameter,
	known: ReadonlyArray<Choice<Value>>,
) {
	return text(parameter, 1).transform(
		(given) => findChoice(known, given, parameter)?.value ?? given,
	);
}

function findChoice<Value extends string | number>(
	choicesOf: ReadonlyArray<Choice<Value>>,
	given: unknown,
	parameter: Parameter,
): Choice<Value> | undefined {
	const exact = choicesOf.find((choice) => choice.value === given);
	if (exact) return exact;
	const folded = fold(given);
	if (!folded) return undefined;
	const number = toNumber(given, parameter);
	return choicesOf.find(({ value: each, label, otherNames = [] }) =>
		typeof each === 'number'
			? each === number
			: [each, label, ...otherNames].some((name) => fold(name) === folded),
	);
}

/** Longer texts are no names and no numbers. */
const LONGEST_NAME = 100;

/** What is left of a name for who compares it with others: neither case nor blanks, hyphens, underscores. */
function fold(given: unknown): string {
	if (typeof given !== 'string' && typeof given !== 'number') return '';
	const name = String(given);
	return name.length > LONGEST_NAME ? '' : name.toLowerCase().replace(/[\s_]+|(?<=\w)-/g, '');
}

/** True or false, also as the text or number that spreadsheets and forms make of it. */
export function boolean(parameter: Parameter) {
	return reading(parameter, (given, refuse): boolean => {
		const folded = typeof given === 'boolean' ? String(given) : fold(given);
		if (['true', 'yes', 'on', '1'].includes(folded)) return true;
		if (['false', 'no', 'off', '0'].includes(folded)) return false;
		return refuse(parameterWords.notBoolean(parameter, given));
	});
}

export function webAddress(parameter: Parameter) {
	const isRight = (address: string) => {
		const url = address.length > LONGEST_URL ? undefined : toUrl(address);
		return url !== undefined && isSafeUrl(url);
	};
	return only(text(parameter, 1), parameter, isRight, (address) =>
		parameterWords.noUrl(parameter, address),
	);
}

/** An option: one that is left blank is not set. */
export function optional<Schema extends z.ZodTypeAny>(schema: Schema) {
	return z.preprocess(blankToUndefined, schema.optional()) as z.ZodType<
		z.output<Schema> | undefined,
		z.ZodTypeDef,
		unknown
	>;
}

/** An option that is refused unless it is left blank. @param user who does not know it, such as the model */
export function unsupported(parameter: Parameter, user: string) {
	return reading(parameter, (given, refuse): undefined =>
		blankToUndefined(given) === undefined
			? undefined
			: refuse(parameterWords.noSuchOption(parameter, user)),
	);
}

/** A parameter with a default for whoever leaves it blank. */
export function withDefault<Schema extends z.ZodTypeAny>(
	schema: Schema,
	byDefault: z.input<Schema>,
) {
	return z.preprocess((given) => blankToUndefined(given) ?? byDefault, schema) as z.ZodType<
		z.output<Schema>,
		z.ZodTypeDef,
		unknown
	>;
}

/** The fields of a collection; none for anything else. */
export function fieldsOf(given: unknown): Record<string, unknown> {
	return FIELDS.parse(given);
}

const FIELDS = z.record(z.unknown()).catch({});

function blankToUndefined(given: unknown): unknown {
	const isBlank = typeof given === 'string' && !/\S/.test(given.slice(0, LONGEST_TEXT));
	return isBlank || given === null ? undefined : given;
}

/** A decimal number, and perhaps a word behind it. */
const NUMBER = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*(\p{L}*)\.?\s*$/iu;

/**
 * Reads a number, also one with its unit behind it: "5s", "5 sec" and "5 seconds" where the form says
 * "(Seconds)".
 * @returns what was given, if it is none
 */
function toNumber(given: unknown, parameter: Parameter): unknown {
	if (typeof given !== 'string' || given.length > LONGEST_NAME) return given;
	const [, digits, word = ''] = NUMBER.exec(given) ?? [];
	return digits !== undefined && isUnitOf(parameter, word) ? Number(digits) : given;
}

/** Whether a word is the beginning of the unit that the form names; no word stands for it, too. */
function isUnitOf(parameter: Parameter, word: string): boolean {
	const [, unit = ''] = /\((\w+)s\)$/.exec(LABELS[parameter]) ?? [];
	const singular = word.toLowerCase().replace(/(?<=.)s$/, '');
	return unit.toLowerCase().startsWith(singular);
}
