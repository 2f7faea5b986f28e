import { createHash } from 'node:crypto';

import { digestOf, jsonPieces, piecesOf } from '../../../../nodes/shared/utils/pieces';

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
