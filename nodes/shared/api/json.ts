/**
 * Reads JSON that somebody else wrote. `JSON.parse` alone loses digits of integers that a JavaScript
 * number cannot hold, and lets pass what no later reader survives: any nesting, any number of values.
 */

/**
 * The deepest nesting that is kept. Replies of the known services have less than ten levels;
 * `JSON.stringify`, n8n's copies and its database walk values by recursion and end in a stack
 * overflow at some thousands.
 */
export const MAX_DEPTH = 100;

/** The most entries of an array that are kept: four times as many as the largest page has. */
export const MAX_ARRAY_LENGTH = 2000;

/**
 * The most values that are kept of one text: a page of 500 tasks with forty facts each, where Kling's
 * have 25. A megabyte can hold a dozen times as many, and `JSON.parse` needs some hundred milliseconds
 * for them, in which nothing else happens.
 */
export const MAX_VALUES = 20_000;

/** Every value may be a large integer, or be cut off. */
const MOST_REPLACED = 2 * MAX_VALUES;

/**
 * Parses JSON in linear time. Integers beyond 2^53 come as text with all their digits; what is nested
 * deeper than MAX_DEPTH comes as null, and what is more than MAX_ARRAY_LENGTH or MAX_VALUES is left out.
 * @returns undefined when the text is not JSON
 */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(makeSafe(text.replace(/^\uFEFF/, ''))) as unknown;
	} catch {
		return undefined;
	}
}

/** Why JSON is not read that nothing may be left out of. */
type Excess = 'tooDeep' | 'tooMany';

/**
 * Looks at JSON before it is parsed as a whole.
 * @returns what is beyond MAX_DEPTH or MAX_VALUES; undefined when nothing is, or when it is no JSON
 */
export function excessOf(json: string): Excess | undefined {
	let depth = 0;
	let values = 0;
	let texts = 0;
	const structure = /["{}[\],]/g;
	for (let found = structure.exec(json); found; found = structure.exec(json)) {
		const kind = kindAt(json, found.index);
		if (kind === QUOTE) {
			structure.lastIndex = endOfString(json, found.index);
			texts++;
		} else if (kind === CLOSING) depth--;
		else values++;
		if (kind === OPENING) depth++;
		if (depth < 0) return undefined;
		if (depth > MAX_DEPTH) return 'tooDeep';
		// Each value may have a name.
		if (values > MAX_VALUES || texts > 2 * MAX_VALUES) return 'tooMany';
	}
	return undefined;
}

/** What shows that a text may be JSON of an object or array, as relays nest it in a field. */
export function looksLikeJson(text: string): boolean {
	return /^\s{0,10}[[{]/.test(text);
}

/**
 * The longest text that is read as JSON inside of JSON, in characters: a list of 500 tasks, which a
 * relay passes on as text. Each level is read by itself, and there may be a dozen of them.
 */
const LONGEST_NESTED = 500_000;

/** @returns the object or array that a text is the JSON of, as relays nest replies; else the value */
export function unpack(value: unknown): unknown {
	if (typeof value !== 'string' || value.length > LONGEST_NESTED) return value;
	return looksLikeJson(value) ? parseJson(value) : value;
}

/** What a character can be the start of, outside of strings. */
const OTHER = 0;
const QUOTE = 1;
const OPENING = 2;
const CLOSING = 3;
const NUMBER = 4;
const BLANK = 5;
const COMMA = 6;

const DOUBLE_QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** By character code; a typed array, since every character of every reply is looked up. */
const KINDS = new Uint8Array(128);
for (const [characters, kind] of [
	['"', QUOTE],
	['{[', OPENING],
	['}]', CLOSING],
	['0123456789+-.eE', NUMBER],
	[' \t\n\r', BLANK],
	[',', COMMA],
] as const) {
	for (const character of characters) KINDS[character.charCodeAt(0)] = kind;
}

function kindAt(json: string, at: number): number {
	const code = json.charCodeAt(at);
	return code < 128 ? (KINDS[code] as number) : OTHER;
}

/**
 * Puts large integers in quotes and takes out what is too deep or too much, before `JSON.parse`
 * spends time and memory on it. What is not JSON stays so; of what is cut off in the middle, closes
 * more than it opens, or has more values than commas, nothing is left, because it would cost much more
 * to be found so.
 */
function makeSafe(json: string): string {
	let safe = '';
	/** Up to here the text stands in `safe`. */
	let done = 0;
	let replaced = 0;
	const replace = (from: number, to: number, replacement: string) => {
		safe += json.slice(done, from) + replacement;
		done = to;
		replaced++;
	};
	let depth = 0;
	let values = 0;
	let containers = 0;
	/** Of the array at each depth. */
	const entries: number[] = [];
	/** What is left out: from where, and to the end of the container at which depth. */
	let gap: { from: number; depth: number; isWhole: boolean } | undefined;
	for (let at = 0, end = 0; at < json.length && replaced <= MOST_REPLACED; at = end) {
		const kind = kindAt(json, at);
		end = at + 1;
		if (kind === QUOTE) end = endOfString(json, at);
		else if (kind === NUMBER) {
			end = endOf(NUMBER, json, at);
			if (!gap && isLargeInteger(json, at, end)) replace(at, end, `"${json.slice(at, end)}"`);
		} else if (kind === COMMA) {
			if (gap) continue;
			const count = (entries[depth] ?? 0) + 1;
			entries[depth] = count;
			values++;
			if (values >= MAX_VALUES || count >= MAX_ARRAY_LENGTH)
				gap = { from: at, depth, isWhole: false };
		} else if (kind === OPENING) {
			depth++;
			if (gap) continue;
			containers++;
			if (depth > MAX_DEPTH || containers > MAX_VALUES) gap = { from: at, depth, isWhole: true };
			entries[depth] = json[at] === '[' ? 0 : -Infinity;
		} else if (kind === CLOSING) {
			if (depth === 0) return '';
			if (gap?.depth === depth) {
				if (gap.isWhole) replace(gap.from, end, 'null');
				else replace(gap.from, at, '');
				gap = undefined;
			}
			depth--;
		}
	}
	return gap || replaced > MOST_REPLACED ? '' : safe + json.slice(done);
}

/** @param start of the opening quote @returns the index behind the closing one */
function endOfString(json: string, start: number): number {
	const quote = json.indexOf('"', start + 1);
	if (quote < 0) return json.length;
	if (json[quote - 1] !== '\\') return quote + 1;
	// From quote to quote would be slow where all of them are escaped.
	for (let at = json.indexOf('\\', start); at < json.length; at++) {
		const character = json.charCodeAt(at);
		if (character === BACKSLASH) at++;
		else if (character === DOUBLE_QUOTE) return at + 1;
	}
	return json.length;
}

/** @returns the index behind the characters of one kind */
function endOf(kind: number, json: string, start: number): number {
	let end = start;
	while (end < json.length && kindAt(json, end) === kind) end++;
	return end;
}

/** Shorter ones are always exact, longer ones never. */
const EXACT_DIGITS = 15;
const INEXACT_DIGITS = 17;

function isLargeInteger(json: string, start: number, end: number): boolean {
	const digits = end - start - (json[start] === '-' ? 1 : 0);
	if (digits <= EXACT_DIGITS) return false;
	const number = json.slice(start, end);
	if (!/^-?[1-9]\d*$/.test(number)) return false;
	if (digits < INEXACT_DIGITS && Number.isSafeInteger(Number(number))) return false;
	// In the place of a name it is a mistake, which quotes would hide.
	return json[endOf(BLANK, json, end)] !== ':';
}
