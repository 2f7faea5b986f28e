/** Finds where a text stops being JSON: Node's own messages do not always say. */

/** Counted from 1. */
export interface TextPlace {
	line: number;
	column: number;
}

/** What may come next at some place. */
type Expected = 'value' | 'valueOrEnd' | 'name' | 'nameOrEnd' | 'colon' | 'commaOrEnd' | 'end';

const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANKS = /[ \t\n\r]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;

/** @returns the place of the first mistake; undefined when the text is JSON */
export function findJsonError(text: string): TextPlace | undefined {
	const at = mistakeIn(text);
	if (at === undefined) return undefined;
	const lines = text.slice(0, at).split(/\r\n|\r|\n/);
	return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

/** @returns its index */
function mistakeIn(text: string): number | undefined {
	const open: Array<'{' | '['> = [];
	let expected: Expected = 'value';
	const afterValue = (): Expected => (open.length === 0 ? 'end' : 'commaOrEnd');
	for (let at = 0; ; ) {
		at += lengthOf(BLANKS, text, at);
		if (at >= text.length) return expected === 'end' ? undefined : at;
		const character = text[at] as string;
		const isValue: boolean = expected === 'value' || expected === 'valueOrEnd';
		const isName: boolean = expected === 'name' || expected === 'nameOrEnd';
		const closing = open.at(-1) === '{' ? '}' : ']';
		if (isValue && (character === '{' || character === '[')) {
			open.push(character);
			expected = character === '{' ? 'nameOrEnd' : 'valueOrEnd';
			at++;
		} else if (character === closing && CAN_CLOSE.has(expected)) {
			open.pop();
			expected = afterValue();
			at++;
		} else if (expected === 'commaOrEnd' && character === ',') {
			expected = open.at(-1) === '{' ? 'name' : 'value';
			at++;
		} else if (expected === 'colon' && character === ':') {
			expected = 'value';
			at++;
		} else {
			const length = isValue || isName ? lengthOfString(text, at) : 0;
			const either = length === 0 && isValue ? lengthOf(SCALAR, text, at) : length;
			if (either === 0) return at;
			expected = isName ? 'colon' : afterValue();
			at += either;
		}
	}
}

const CAN_CLOSE: ReadonlySet<Expected> = new Set(['valueOrEnd', 'nameOrEnd', 'commaOrEnd']);

/** By hand, because a regular expression runs out of stack on megabytes. @returns 0 when there is none */
function lengthOfString(text: string, start: number): number {
	if (text[start] !== '"') return 0;
	for (let at = start + 1; at < text.length; ) {
		const character = text[at] as string;
		if (character === '"') return at + 1 - start;
		const length = character === '\\' ? lengthOf(ESCAPE, text, at) : character < ' ' ? 0 : 1;
		if (length === 0) return 0;
		at += length;
	}
	return 0;
}

/** How long a match at just this place is. */
function lengthOf(pattern: RegExp, text: string, at: number): number {
	pattern.lastIndex = at;
	return pattern.exec(text)?.[0].length ?? 0;
}
