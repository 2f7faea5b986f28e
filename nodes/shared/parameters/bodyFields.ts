/** Additional Body Fields: an object, or the JSON of one. */

import { z } from 'zod';

import { findBodyChange } from '../api/additionalBody';
import type { Fields } from '../api/formats/fields';
import type { Target } from '../api/modelLookup';
import type { VideoRequest } from '../api/request';
import type { Parameter } from '../n8n/labels';
import { bodyWords } from '../n8n/messages';
import type { Words } from '../n8n/words';
import { findJsonError } from '../utils/jsonError';
import { complain } from './fieldTypes';

/** The fields; undefined when there are none. */
export function jsonObject(parameter: Parameter) {
	return z.unknown().transform((given, context): Fields | undefined => {
		const refuse = (words: Words) => {
			context.addIssue(complain(parameter, words));
			return z.NEVER;
		};
		const text = textOf(given);
		if (text === undefined) return refuse(bodyWords.noObject(parameter));
		const error = findJsonError(text);
		if (error) return refuse(bodyWords.noJson(parameter, error.line, error.column));
		const read: unknown = JSON.parse(text);
		if (typeof read !== 'object' || read === null || Array.isArray(read)) {
			return refuse(bodyWords.noObject(parameter));
		}
		return Object.keys(read).length === 0 ? undefined : (read as Fields);
	});
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
