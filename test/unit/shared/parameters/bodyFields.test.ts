import { bodyWords } from '../../../../nodes/shared/n8n/words/parameters';
import { jsonObject } from '../../../../nodes/shared/parameters/bodyFields';
import { check } from '../../../../nodes/shared/parameters/fieldTypes';

const NAME = 'additionalBodyFields';
const read = (given: unknown) => check(jsonObject(NAME), given, NAME);

function nested(levels: number): Record<string, unknown> {
	let value: Record<string, unknown> = { a: 1 };
	for (let level = 1; level < levels; level++) value = { a: value };
	return value;
}

const circular: Record<string, unknown> = {};
circular.self = circular;

it.each<[name: string, given: unknown, fields: unknown]>([
	['an object', { seed: 1 }, { seed: 1 }],
	['JSON', '{"seed": 1, "list": [1, {"a": null}]}', { seed: 1, list: [1, { a: null }] }],
	['no fields', '{}', undefined],
	['a date in it', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
	['as many levels as allowed', nested(100), nested(100)],
	['an image in it', { image: 'x'.repeat(13_400_000) }, { image: 'x'.repeat(13_400_000) }],
])('reads %s', (_name, given, fields) => {
	expect(read(given)).toEqual(fields);
});

it.each<[name: string, given: unknown, words: object]>([
	['a list', '[1]', bodyWords.noObject(NAME)],
	['null', 'null', bodyWords.noObject(NAME)],
	['a number', 1, bodyWords.noObject(NAME)],
	['no JSON', '{"a": 1,}', bodyWords.noJson(NAME, 1, 9)],
	['an endless text in no JSON', `{"a": "${'x'.repeat(10_000_000)}`, bodyWords.noJson(NAME, 1, 7)],
	['101 levels', nested(101), bodyWords.tooDeep(NAME, 100)],
	['levels without end', `{"a":${'['.repeat(100_000)}`, bodyWords.tooDeep(NAME, 100)],
	['more levels than the stack holds', nested(50_000), bodyWords.tooMany(NAME, 20_000)],
	['what holds itself', circular, bodyWords.tooMany(NAME, 20_000)],
	['many values', `{"a":[${'1,'.repeat(30_000)}1]}`, bodyWords.tooMany(NAME, 20_000)],
	['many values in an object', { a: Array(30_000).fill(1) }, bodyWords.tooMany(NAME, 20_000)],
	['a large text', `{"a":"${'x'.repeat(15_000_000)}"}`, bodyWords.tooLarge(NAME, 14)],
	[
		'large texts in an object',
		{ a: Array(15).fill('x'.repeat(1e6)) },
		bodyWords.tooLarge(NAME, 14),
	],
])('refuses %s', (_name, given, words) => {
	expect(() => read(given)).toThrow(expect.objectContaining({ parameter: NAME, words }));
});
