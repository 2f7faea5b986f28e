/** Additional Body Fields: an object, or the JSON of one. */

import { z } from 'zod';

import { findBodyChange } from '../api/additionalBody';
import { type Fields, isFields } from '../api/formats/fields';
import { excessOf, MAX_DEPTH, MAX_VALUES } from '../api/json';
import type { Target } from '../api/modelLookup';
import type { VideoRequest } from '../api/request';
import type { Parameter } from '../n8n/labels';
import { bodyWords } from '../n8n/messages';
import type { Words } from '../n8n/words';
import { findJsonError } from '../utils/jsonError';
import { complain } from './fieldTypes';

/** An image of 10 MB as Base64, and what belongs to it; characters. */
const LONGEST_BODY = 14_000_000;

/** The fields; undefined when there are none. */
export function jsonObject(parameter: Parameter) {
	return z.unknown().transform((given, context): Fields | undefined => {
		const refuse = (words: Words) => {
			context.addIssue(complain(parameter, words));
			return z.NEVER;
		};
		if (hasTooMany(given)) return refuse(bodyWords.tooMany(parameter, MAX_VALUES));
		const text = textOf(given);
		if (text === undefined) return refuse(bodyWords.noObject(parameter));
		if (text.length > LONGEST_BODY)
			return refuse(bodyWords.tooLarge(parameter, LONGEST_BODY / 1e6));
		const excess = excessOf(text);
		if (excess === 'tooDeep') return refuse(bodyWords.tooDeep(parameter, MAX_DEPTH));
		if (excess === 'tooMany') return refuse(bodyWords.tooMany(parameter, MAX_VALUES));
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

/** Whether an object holds too many values to be written down; what holds itself does. */
function hasTooMany(given: unknown): boolean {
	let left = MAX_VALUES;
	for (const open = [given]; open.length > 0 && left >= 0; ) {
		const value = open.pop();
		if (typeof value !== 'object' || value === null) continue;
		const inner: unknown[] = Object.values(value);
		left -= inner.length;
		if (left >= 0) open.push(...inner);
	}
	return left < 0;
}

/** What additional fields would change that the node answers for. */
export function findForbiddenChange(
	request: VideoRequest,
	target: Target,
): [Parameter, Words] | undefined {
	for (const own of ['model', 'externalTaskId'] as const) {
		const field = findBodyChange(own, request, target);
		if (field !== undefined) {
			const isOption = own === 'model' || target.format !== 'gateway';
			const words = bodyWords.changes('additionalBodyFields', field, isOption ? own : undefined);
			return ['additionalBodyFields', words];
		}
	}
	return undefined;
}
