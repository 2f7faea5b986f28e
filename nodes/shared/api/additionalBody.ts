/** What users add to a request's body beyond the node's own fields. */

import { FORMATS } from './formats';
import { type Fields, isFields } from './formats/fields';
import type { GuardedFields } from './formats/format';
import type { Target } from './modelLookup';
import type { VideoRequest } from './request';

/** Names that would reach an object's prototype. No service has fields of such names. */
const UNSAFE: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Merges objects deeply; everything else, `null` and lists too, takes the place of what was there. */
export function mergeBody(body: object, additional: Fields): Fields {
	const merged: Record<string, unknown> = { ...body };
	for (const [name, value] of Object.entries(additional)) {
		if (UNSAFE.has(name)) continue;
		const own = Object.hasOwn(merged, name) ? merged[name] : undefined;
		merged[name] = isFields(value) ? mergeBody(isFields(own) ? own : {}, value) : value;
	}
	return merged;
}

/**
 * @param fields by their paths, such as `settings.duration`
 * @param same a value that makes no difference
 * @returns the first of the fields that is another one after the merge
 */
function findChange(
	body: object,
	additional: Fields,
	fields: readonly string[],
	same?: unknown,
): string | undefined {
	const merged = mergeBody(body, additional);
	return fields.find((path) => {
		const value = valueAt(merged, path);
		return value !== valueAt(body, path) && (same === undefined || value !== same);
	});
}

function valueAt(body: object, path: string): unknown {
	return path
		.split('.')
		.reduce<unknown>(
			(value, name) => (isFields(value) && Object.hasOwn(value, name) ? value[name] : undefined),
			body,
		);
}

/** Stands for what the node sets itself. */
const PROBE = 'n8n-probe';

/**
 * @returns the field by which a video's additional fields would change something that must stay as
 * the node has it
 */
export function findBodyChange(
	kind: GuardedFields,
	request: VideoRequest,
	target: Target,
): string | undefined {
	const { additionalBody, externalTaskId = PROBE, callbackUrl = PROBE } = request;
	if (!additionalBody) return undefined;
	const { create, guarded } = FORMATS[target.format];
	const body = create({ ...request, externalTaskId, callbackUrl }, target).body ?? {};
	// Some services want the model under another name as well.
	const same = kind === 'model' ? target.id : undefined;
	return findChange(body, additionalBody, guarded[kind] ?? [], same);
}
