/** Texts of megabytes, piece by piece, and how much a value is: a file as Base64 has up to 67 million characters. */

import { createHash, randomUUID } from 'node:crypto';

import { breathe } from './breathe';

/** In characters: what is done to a piece takes a few milliseconds at most. */
const PIECE = 500_000;

/** The pieces of a text, in their order. No pair of surrogates is parted. */
export function* piecesOf(text: string): Generator<string> {
	for (let from = 0, to = 0; from < text.length; from = to) {
		to = from + PIECE;
		if (isHighSurrogate(text.charCodeAt(to - 1))) to++;
		yield text.slice(from, to);
	}
}

function isHighSurrogate(code: number): boolean {
	return code >= 0xd800 && code <= 0xdbff;
}

/** Stands for a long text until its turn comes: nobody else's text is like it. */
const MARK = `\u0000${randomUUID()}`;

/** The JSON of a value as `JSON.stringify` writes it, in pieces. */
export function* jsonPieces(value: unknown): Generator<string> {
	const long: string[] = [];
	const frame = JSON.stringify(value, (_name, each: unknown) => {
		if (typeof each !== 'string' || (each.length <= PIECE && each !== MARK)) return each;
		long.push(each);
		return MARK;
	});
	const [first = '', ...others] = frame.split(JSON.stringify(MARK));
	yield first;
	for (const [index, part] of others.entries()) {
		yield '"';
		for (const piece of piecesOf(long[index] ?? '')) yield JSON.stringify(piece).slice(1, -1);
		yield `"${part}`;
	}
}

/** The JSON of a value in UTF-8. Lets others have the event loop in between. */
export async function jsonBytes(value: unknown): Promise<Uint8Array> {
	const parts: Buffer[] = [];
	for (const piece of jsonPieces(value)) {
		parts.push(Buffer.from(piece));
		await breathe();
	}
	return Buffer.concat(parts);
}

/** The characters of all texts in a value. */
export function lengthOf(value: unknown): number {
	if (typeof value === 'string') return value.length;
	if (typeof value !== 'object' || value === null) return 0;
	if (value instanceof Uint8Array) return value.length;
	return Object.values(value).reduce<number>((sum, inside) => sum + lengthOf(inside), 0);
}

/** What an object, and a property or entry of one, take beside its contents; bytes. */
const PER_OBJECT = 50;
const PER_ENTRY = 20;

/**
 * About how many bytes of memory a value of JSON takes, without writing it out as text.
 * @param enough the rest is not counted once this is reached
 */
export function memoryOf(value: unknown, enough = Infinity): number {
	const open = [value];
	let bytes = 0;
	while (open.length > 0 && bytes < enough) {
		const next = open.pop();
		if (typeof next === 'string') bytes += PER_OBJECT + 2 * next.length;
		if (typeof next !== 'object' || next === null) continue;
		bytes += PER_OBJECT;
		for (const name in next) {
			bytes += PER_ENTRY;
			open.push((next as Record<string, unknown>)[name]);
		}
	}
	return bytes;
}

/** The SHA-256 of a text in UTF-8, given in pieces. Lets others have the event loop in between. */
export async function digestOf(pieces: Iterable<string>): Promise<Buffer> {
	const hash = createHash('sha256');
	for (const piece of pieces) {
		hash.update(piece);
		await breathe();
	}
	return hash.digest();
}
