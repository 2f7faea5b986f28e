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

/** A value that is no object with fields, and where it is: `settings.duration`. */
interface Leaf {
	path: string;
	value: unknown;
}

function leavesOf(fields: Fields, parent = ''): Leaf[] {
	return Object.entries(fields).flatMap(([name, value]) => {
		const path = `${parent}${name}`;
		const isContainer = isFields(value) && Object.keys(value).length > 0;
		return isContainer ? leavesOf(value, `${path}.`) : [{ path, value }];
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

/** Whether one path leads to the other, or into it. Many services ignore case. */
function leadsTo(path: string, other: string): boolean {
	const [outer, inner] = [`${path}.`.toLowerCase(), `${other}.`.toLowerCase()];
	return inner.startsWith(outer) || outer.startsWith(inner);
}

/** Stands for what the node sets itself. */
const PROBE = 'n8n-probe';

/** The additional fields that are other ones than in the node's own body. */
function changedLeaves(request: VideoRequest, { format, ...model }: Target): Leaf[] {
	const { additionalBody, externalTaskId = PROBE, callbackUrl = PROBE } = request;
	if (!additionalBody) return [];
	const body =
		FORMATS[format].create({ ...request, externalTaskId, callbackUrl }, model).body ?? {};
	return leavesOf(additionalBody).filter(({ path, value }) => value !== valueAt(body, path));
}

/**
 * @returns the field by which a video's additional fields would change something that must stay as
 * the node has it
 */
export function findBodyChange(
	kind: GuardedFields,
	request: VideoRequest,
	target: Target,
): string | undefined {
	const guarded = FORMATS[target.format].guarded[kind] ?? [];
	return (
		changedLeaves(request, target)
			.filter(({ path }) => guarded.some((field) => leadsTo(path, field)))
			// Some services want the model under another name as well.
			.find(({ value }) => kind !== 'model' || value !== target.id)?.path
	);
}

/** @returns the additional field of which it is not known that it changes nothing of the price */
export function findPriceChange(request: VideoRequest, target: Target): string | undefined {
	const { free } = FORMATS[target.format];
	return changedLeaves(request, target).find(
		({ path }) => !free.some((field) => path === field || path.startsWith(`${field}.`)),
	)?.path;
}
