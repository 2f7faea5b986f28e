/** Additional Body Fields: an object, or the JSON of one. */

import { type Fields, isFields } from '../api/formats/fields';
import { excessOf, MAX_DEPTH, MAX_VALUES } from '../api/json';
import type { Parameter } from '../n8n/words/labels';
import { bodyWords } from '../n8n/words/parameters';
import type { Words } from '../n8n/words/phrases';
import { findJsonError } from '../utils/jsonError';
import { reading } from './fieldTypes';

/** An image of 10 MB as Base64, and what belongs to it; characters. */
const LONGEST_BODY = 14_000_000;

const EXCESS_WORDS = {
	tooLarge: (parameter) => bodyWords.tooLarge(parameter, LONGEST_BODY / 1e6),
	tooMany: (parameter) => bodyWords.tooMany(parameter, MAX_VALUES),
	tooDeep: (parameter) => bodyWords.tooDeep(parameter, MAX_DEPTH),
} as const satisfies Record<string, (parameter: Parameter) => Words>;

/** The fields; undefined when there are none. */
export function jsonObject(parameter: Parameter) {
	return reading(parameter, (given, refuse): Fields | undefined => {
		const excess = findExcess(given);
		if (excess) return refuse(EXCESS_WORDS[excess](parameter));
		const text = textOf(given);
		if (text === undefined) return refuse(bodyWords.noObject(parameter));
		const textExcess = excessOf(text);
		if (textExcess) return refuse(EXCESS_WORDS[textExcess](parameter));
		const read = parsed(text);
		if (read === undefined) {
			const { line, column } = findJsonError(text) ?? { line: 1, column: 1 };
			return refuse(bodyWords.noJson(parameter, line, column));
		}
		if (!isFields(read)) return refuse(bodyWords.noObject(parameter));
		return Object.keys(read).length === 0 ? undefined : read;
	});
}

/** @returns undefined for what is no JSON */
function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

/** @returns undefined for what has no JSON */
function textOf(given: unknown): string | undefined {
	if (typeof given === 'string') return given;
	try {
		return JSON.stringify(given);
	} catch {
		return undefined;
	}
}

/** Why an object would not be written down: it holds too much, perhaps itself. */
function findExcess(given: unknown): 'tooMany' | 'tooLarge' | undefined {
	let valuesLeft = MAX_VALUES;
	let textLeft = LONGEST_BODY;
	for (const open = [given]; open.length > 0; ) {
		const value = open.pop();
		if (typeof value === 'string') textLeft -= value.length;
		if (textLeft < 0) return 'tooLarge';
		if (typeof value !== 'object' || value === null) continue;
		const inner: unknown[] = Object.values(value);
		valuesLeft -= inner.length;
		if (valuesLeft < 0) return 'tooMany';
		open.push(...inner);
	}
	return undefined;
}
