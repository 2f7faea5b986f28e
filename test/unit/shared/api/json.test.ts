import {
	looksLikeJson,
	MAX_DEPTH,
	MAX_ARRAY_LENGTH,
	MAX_VALUES,
	parseJson,
	unpack,
} from '../../../../nodes/shared/api/json';

/** An array in arrays, `levels` of them, around the innermost text. */
function nested(levels: number, innermost = ''): string {
	return '['.repeat(levels) + innermost + ']'.repeat(levels);
}

describe('parseJson', () => {
	it.each<[name: string, text: string, value: unknown]>([
		['R7: a task ID', '{"task_id":867283741759111203}', { task_id: '867283741759111203' }],
		['R7: one of 20 digits', '{"id" : 12345678901234567890 }', { id: '12345678901234567890' }],
		[
			'R7: several in a list',
			'[ 9007199254740993,1,9007199254740995 ]',
			['9007199254740993', 1, '9007199254740995'],
		],
		['R7: a negative one', '[-9007199254740993]', ['-9007199254740993']],
		[
			'R7: deep inside',
			'{"data":{"data":[{"id":867283741759111203}]}}',
			{
				data: { data: [{ id: '867283741759111203' }] },
			},
		],
		['R7: alone', '867283741759111203', '867283741759111203'],
		['the largest exact integer', '[9007199254740991]', [9007199254740991]],
		['times in milliseconds', '{"created_at":1774805076166}', { created_at: 1774805076166 }],
		[
			'fractions and exponents',
			'[0.12345678901234567,1e300,-2.5E-3,12345678901234567.5]',
			[0.12345678901234566, 1e300, -2.5e-3, 12345678901234568],
		],
		['words', '[true,false,null]', [true, false, null]],
		['digits in text', '{"a":"867283741759111203"}', { a: '867283741759111203' }],
		['digits after a quote in text', '["\\"867283741759111203,"]', ['"867283741759111203,']],
		[
			'digits behind text that ends in a backslash',
			'["\\\\",867283741759111203]',
			['\\', '867283741759111203'],
		],
		['digits behind escapes', '["\\\\\\"",867283741759111203]', ['\\"', '867283741759111203']],
		['digits in a name', '{"867283741759111203":1}', { '867283741759111203': 1 }],
		['brackets in text', `["${'['.repeat(200)}",1]`, ['['.repeat(200), 1]],
		['a byte order mark', '\uFEFF{"a":1}', { a: 1 }],
	])('reads %s', (_name, text, value) => {
		expect(parseJson(text)).toEqual(value);
	});

	it.each([
		['nothing', ''],
		['a web page', '<html></html>'],
		['half a document', '{"task_id":867283741759111203'],
		['a number as a name', '{867283741759111203:1}'],
		['a number as a name before a blank', '{867283741759111203 :1}'],
		['two numbers in a row', '[1 867283741759111203]'],
		['a number behind a letter', '[a867283741759111203]'],
		['a number with two signs', '[--867283741759111203]'],
		['a number with a leading zero', '[0867283741759111203]'],
		['text that does not end', '["abc\\"'],
		['too many brackets', nested(MAX_DEPTH + 5) + ']'],
		['brackets that nothing opened', `],{}${'],'.repeat(100_000)}`],
		['large integers without commas', `[${'867283741759111203 '.repeat(MAX_VALUES * 3)}]`],
	])('says that %s is no JSON', (_name, text) => {
		expect(parseJson(text)).toBeUndefined();
	});

	it.each<[name: string, text: string, value: unknown]>([
		['R13: arrays', `{"a":${nested(100_000, '1')},"b":2}`, nested(MAX_DEPTH - 1, 'null')],
		['R13: objects', `{"a":${'{"x":'.repeat(50_000)}1${'}'.repeat(50_000)},"b":2}`, undefined],
		['R13: large integers in it', `{"a":${nested(200, '867283741759111203')},"b":2}`, undefined],
	])('cuts off what is nested too deep: %s', (_name, text, deep) => {
		const value = parseJson(text) as { a: unknown; b: number };
		expect(value.b).toBe(2);
		expect(JSON.stringify(value).length).toBeLessThan(1000);
		if (deep !== undefined) expect(JSON.stringify(value.a)).toBe(deep);
	});

	it.each<[name: string, entry: string]>([
		['objects', '{}'],
		['lists', '[[],["],"]]'],
		['text with commas', '",,,"'],
		['large integers', '867283741759111203'],
	])('R13: leaves out entries that are too many, and nothing behind them: %s', (_name, entry) => {
		const list = Array.from({ length: 100_000 }, () => entry).join();
		expect(parseJson(`{"a":1,"data":{"list":[${list}],"x":2},"b":3}`)).toEqual({
			a: 1,
			data: { list: Array.from({ length: MAX_ARRAY_LENGTH }, () => parseJson(entry)), x: 2 },
			b: 3,
		});
	});

	it('R13: leaves out fields that are too many', () => {
		const fields = Array.from({ length: 100_000 }, (_, key) => `"k${key}":${key}`).join();
		const value = parseJson(`{"a":[{${fields}}],"b":1}`) as { a: [object] };
		expect(Object.keys(value.a[0])).toHaveLength(MAX_VALUES);
		expect(Object.keys(value)).toEqual(['a']);
	});

	it('R13: leaves out what is too much together', () => {
		const list = Array.from({ length: 500 }, () => `[${'1,'.repeat(500)}1]`).join();
		const value = parseJson(`[${list}]`) as unknown[][];
		expect(value.flat().length).toBeLessThanOrEqual(MAX_VALUES + 500);
		expect(value.length).toBeGreaterThan(30);
	});

	it('leaves out containers that are too many, however few commas part them', () => {
		const levels = MAX_DEPTH - 1;
		const text = `[${Array.from({ length: 1000 }, () => nested(levels)).join()}]`;
		const kept = JSON.stringify(parseJson(text));
		expect(kept.length).toBeLessThan(3 * MAX_VALUES + 10_000);
		expect((JSON.parse(kept) as unknown[]).length).toBe(1000);
	});

	it('keeps what is as deep as allowed', () => {
		const text = nested(MAX_DEPTH, '867283741759111203');
		expect(JSON.stringify(parseJson(text))).toBe(nested(MAX_DEPTH, '"867283741759111203"'));
	});
});

describe('unpack', () => {
	it.each<[name: string, value: unknown, unpacked: unknown]>([
		['JSON', '{"a":1}', { a: 1 }],
		['other text', 'a', 'a'],
		['anything else', 1, 1],
		['more than a list of 500 tasks', `[${' '.repeat(500_000)}]`, `[${' '.repeat(500_000)}]`],
	])('%s', (_name, value, unpacked) => {
		expect(unpack(value)).toEqual(unpacked);
	});
});

describe('looksLikeJson', () => {
	it.each([
		['{"a":1}', true],
		[' [1]', true],
		['https://example.com/v.mp4', false],
		['', false],
		['1', false],
	])('%s: %s', (text, expected) => {
		expect(looksLikeJson(text)).toBe(expected);
	});
});
