import { findJsonError } from '../../../../nodes/shared/utils/jsonError';

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

describe('the place of the first mistake', () => {
	it.each([
		['nothing at all', '', 1, 1],
		['blanks alone', ' \n ', 2, 2],
		['a trailing comma', '{"a": 1,}', 1, 9],
		['a missing comma', '{"a": 1\n "b": 2}', 2, 2],
		['a missing colon', '{"a" 1}', 1, 6],
		['a name without quotes', '{\n  a: 1\n}', 2, 3],
		['single quotes', "{'a': 1}", 1, 2],
		['an open object', '{"a": {"b": 1}', 1, 15],
		['the wrong bracket', '{"a": [1, 2}}', 1, 12],
		['a word that is no value', '{"a": yes}', 1, 7],
		['a number with a leading zero', '[01]', 1, 3],
		['a line break inside a text', '{"a": "x\ny"}', 1, 7],
		['something after the end', '{} {}', 1, 4],
		['old line ends', '{\r"a": 1,\r}', 3, 1],
		['Windows line ends', '{\r\n"a": 1,\r\n}', 3, 1],
	])('%s', (_name, text, line, column) => {
		expect(isJson(text)).toBe(false);
		expect(findJsonError(text)).toEqual({ line, column });
	});
});

it.each([
	'{}',
	' [ ] ',
	'null',
	'-0.5e+10',
	'"\\u00e9\\n\u007f\u2028"',
	'{"": [true, false, null, {"a": {"b": []}}]}',
])('finds none in %s', (text) => {
	expect(isJson(text)).toBe(true);
	expect(findJsonError(text)).toBeUndefined();
});

it('agrees with JSON.parse on every beginning of a text, and on every change of one character', () => {
	const text = '{"a": [1, -2.5e3, true, null, "x\\"\\u0041"], "b": {"c": {}, "d": []}}\n';
	const variants = [...text].flatMap((_character, at) => [
		text.slice(0, at),
		...[...'{}[]:,"\\ 0-.e\n'].map((other) => text.slice(0, at) + other + text.slice(at + 1)),
	]);
	expect(variants.filter((each) => isJson(each) !== (findJsonError(each) === undefined))).toEqual(
		[],
	);
});

it('reads megabytes of any shape', () => {
	const size = 14_000_000;
	expect(findJsonError(`"${'x'.repeat(size)}"`)).toBeUndefined();
	expect(findJsonError('['.repeat(size))).toEqual({ line: 1, column: size + 1 });
	expect(findJsonError(`"${'x'.repeat(size)}`)).toEqual({ line: 1, column: 1 });
	expect(findJsonError(`"${'\\\\'.repeat(size)}`)).toEqual({ line: 1, column: 1 });
	expect(findJsonError('\r\n'.repeat(size))).toEqual({ line: size + 1, column: 1 });
});
