/**
 * Reads JSON that somebody else wrote, without the two things `JSON.parse` alone gets wrong: integers
 * that a JavaScript number cannot hold, and nesting that no later reader survives.
 */

/**
 * The deepest nesting that is kept. Replies of the known services have less than ten levels;
 * `JSON.stringify`, n8n's copies and its database walk values by recursion and end in a stack
 * overflow at some thousands.
 */
export const MAX_DEPTH = 100;

/**
 * Parses JSON in linear time. Integers beyond 2^53 come as text with all their digits; what is nested
 * deeper than MAX_DEPTH comes as null.
 * @returns undefined when the text is not JSON
 */
export function parseJson(text: string): unknown {
	try {
		return JSON.parse(makeSafe(text.replace(/^\uFEFF/, ''))) as unknown;
	} catch {
		return undefined;
	}
}

/** What shows that a text may be JSON of an object or array, as relays nest it in a field. */
export function looksLikeJson(text: string): boolean {
	return /^\s{0,10}[[{]/.test(text);
}

/** What a character can be the start of, outside of strings. */
const OTHER = 0;
const QUOTE = 1;
const OPENING = 2;
const CLOSING = 3;
const NUMBER = 4;
const BLANK = 5;

/** By character code; a typed array, since every character of every reply is looked up. */
const KINDS = new Uint8Array(128);
for (const [characters, kind] of [
	['"', QUOTE],
	['{[', OPENING],
	['}]', CLOSING],
	['0123456789+-.eE', NUMBER],
	[' \t\n\r', BLANK],
] as const) {
	for (const character of characters) KINDS[character.charCodeAt(0)] = kind;
}

function kindAt(json: string, at: number): number {
	return KINDS[json.charCodeAt(at)] ?? OTHER;
}

/**
 * Puts large integers in quotes and takes out what is too deep, before `JSON.parse` spends time and
 * memory on it. What is not JSON stays so.
 */
function makeSafe(json: string): string {
	const parts: string[] = [];
	/** Up to here the text stands in `parts`. */
	let done = 0;
	let depth = 0;
	let tooDeepFrom = 0;
	const replace = (from: number, to: number, replacement: string) => {
		parts.push(json.slice(done, from), replacement);
		done = to;
	};
	for (let at = 0; at < json.length; ) {
		let end = at + 1;
		switch (kindAt(json, at)) {
			case QUOTE:
				end = endOfString(json, at);
				break;
			case NUMBER:
				end = endOf(NUMBER, json, at);
				if (depth <= MAX_DEPTH && isLargeInteger(json, at, end)) {
					replace(at, end, `"${json.slice(at, end)}"`);
				}
				break;
			case OPENING:
				if (depth === MAX_DEPTH) tooDeepFrom = at;
				depth++;
				break;
			case CLOSING:
				depth--;
				if (depth === MAX_DEPTH) replace(tooDeepFrom, end, 'null');
		}
		at = end;
	}
	// It is cut off, and would cost much more to be found so.
	if (depth > MAX_DEPTH) return '';
	return parts.length === 0 ? json : parts.join('') + json.slice(done);
}

/** @param start of the opening quote @returns the index behind the closing one */
function endOfString(json: string, start: number): number {
	for (let quote = start; ; ) {
		quote = json.indexOf('"', quote + 1);
		if (quote < 0) return json.length;
		let slashes = 0;
		while (json[quote - 1 - slashes] === '\\') slashes++;
		if (slashes % 2 === 0) return quote + 1;
	}
}

/** @returns the index behind the characters of one kind */
function endOf(kind: number, json: string, start: number): number {
	let end = start;
	while (end < json.length && kindAt(json, end) === kind) end++;
	return end;
}

/** Shorter ones are always exact. */
const EXACT_DIGITS = 15;

function isLargeInteger(json: string, start: number, end: number): boolean {
	if (end - start <= EXACT_DIGITS) return false;
	const number = json.slice(start, end);
	if (!/^-?[1-9]\d*$/.test(number) || Number.isSafeInteger(Number(number))) return false;
	// In the place of a name it is a mistake, which quotes would hide.
	return json[endOf(BLANK, json, end)] !== ':';
}
