import { createHash } from 'node:crypto';
import { digestOf, jsonPieces, memoryOf, piecesOf } from '../../../../nodes/shared/utils/pieces';

const LONG = 1_200_000;

const TEXTS: Array<[name: string, text: string]> = [
	['nothing', ''],
	['a few words', 'a cat'],
	['a long text', 'x'.repeat(LONG)],
	['emoji on every edge', `x${'🐈'.repeat(LONG)}`],
	['halves of pairs', '\ud800'.repeat(LONG)],
	['what JSON escapes', '"\\\n\u0001'.repeat(LONG / 4)],
];

it.each(TEXTS)('pieces are the whole text: %s', (_name, text) => {
	const pieces = [...piecesOf(text)];
	expect(pieces.join('') === text).toBe(true);
	expect(Math.max(0, ...pieces.map(({ length }) => length))).toBeLessThan(500_010);
});

it.each<[name: string, value: unknown]>([
	...TEXTS,
	['an object', { a: 1, b: undefined, c: [null, undefined, new Date(0)] }],
	['a long text among others', ['a', { image: 'x'.repeat(LONG), b: 'c' }, 'y'.repeat(LONG)]],
	['the mark', ['\u0000long text\u0000', { a: '\u0000long text\u0000' }]],
])('JSON in pieces is JSON: %s', (_name, value) => {
	expect([...jsonPieces(value)].join('') === JSON.stringify(value)).toBe(true);
});

it.each(TEXTS)('the digest of pieces is that of the text: %s', async (_name, text) => {
	const digest = createHash('sha256').update(JSON.stringify(text)).digest('hex');
	expect((await digestOf(jsonPieces(text))).toString('hex')).toBe(digest);
});

describe('the memory of a value', () => {
	it.each<[string, unknown, least: number, most: number]>([
		['nothing', undefined, 0, 0],
		['a number', 7, 0, 0],
		['a text', 'x'.repeat(1000), 1000, 3000],
		['a list', Array.from({ length: 1000 }, () => 1), 8_000, 50_000],
		['objects in objects', { a: { b: { c: 'x'.repeat(500) } } }, 500, 2_000],
	])('%s', (_name, value, least, most) => {
		expect(memoryOf(value)).toBeGreaterThanOrEqual(least);
		expect(memoryOf(value)).toBeLessThanOrEqual(most);
	});

	it('is not counted to the end when it is enough', () => {
		const looked: string[] = [];
		const value = new Proxy({ a: 'x'.repeat(100), b: '' } as Record<string, unknown>, {
			get: (target, name: string) => (looked.push(name), target[name]),
		});
		memoryOf([value, 'x'.repeat(100)], 100);
		expect(looked).toEqual([]);
	});
});
