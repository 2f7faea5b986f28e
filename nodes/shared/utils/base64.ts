/** Base64 as people and services write it, made into what everybody reads. */

import { breathe } from './breathe';

/** In characters. */
const PIECE = 500_000;

/** All but the padding. */
const OTHERS = /[^A-Za-z0-9+/]/;

/**
 * Drops blanks, line breaks and what is left of JSON's escapes, turns the alphabet for addresses into the
 * plain one, and completes the padding. What needs nothing of it is not copied.
 * @returns undefined when it is no Base64
 */
export async function normalBase64(text: string): Promise<string | undefined> {
	const end = endOf(text);
	const pieces: string[] = [];
	let isChanged = false;
	for (let from = 0, to = 0; from < end; from = to) {
		to = Math.min(end, from + PIECE);
		// Not in the middle of an escape.
		for (let more = 0; more < 4 && /[\\%]$|%.$/.test(text.slice(to - 2, to)); more++) to++;
		to = Math.min(end, to);
		const piece = text.slice(from, to);
		const hasOthers = OTHERS.test(piece);
		const plain = hasOthers ? toPlain(piece) : piece;
		if (hasOthers && OTHERS.test(plain)) return undefined;
		isChanged ||= hasOthers;
		pieces.push(plain);
		await breathe();
	}
	const plain = isChanged ? pieces.join('') : text.slice(0, end);
	if (plain.length % 4 === 1) return undefined;
	return plain.length % 4 === 0 ? plain : plain + '='.repeat(4 - (plain.length % 4));
}

/** How much of the end may be padding and blanks; characters. */
const LONGEST_END = 10_000;

/** Where the padding begins, also as addresses write it. */
function endOf(text: string): number {
	let end = text.length;
	while (end > 0 && text.length - end < LONGEST_END) {
		const length = /(?:=|%3d|\s)$/i.exec(text.slice(Math.max(0, end - 3), end))?.[0].length ?? 0;
		if (length === 0) break;
		end -= length;
	}
	return end;
}

function toPlain(piece: string): string {
	return piece
		.replace(/\s+|\\[nrt]?/g, '')
		.replace(/-|%2b/gi, '+')
		.replace(/_|%2f/gi, '/');
}
