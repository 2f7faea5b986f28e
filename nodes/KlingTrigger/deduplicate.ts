import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { deliveryId } from '../shared/api/callback';
import type { Task } from '../shared/api/task';
import { ExpiringSet } from '../shared/utils/expiringSet';

/** How many deliveries are remembered. */
const MEMORY = 1000;

/**
 * Deliveries that this process has seen lately: each call of a webhook has its own copy of the static
 * data, so that two at once know nothing of each other.
 */
const recent = new ExpiringSet(10 * 60_000);

/**
 * Whether this status of the task was delivered before, and remembers that it was. Kling may send a
 * callback again when the answer to it was lost; a signed one is known by its ID.
 */
export function isRepeated(context: IWebhookFunctions, { id, status }: Task): boolean {
	const store = context.getWorkflowStaticData('node') as IDataObject & { deliveries?: string[] };
	const known = store.deliveries ?? [];
	const names = [`${id} ${status}`, deliveryId(context.getHeaderData())].filter(
		(name) => name !== undefined,
	);
	if (names.some((name) => known.includes(name) || isRecent(context, name))) return true;
	store.deliveries = [...known, ...names].slice(-MEMORY);
	return false;
}

function isRecent(context: IWebhookFunctions, name: string): boolean {
	// Test and production runs of a trigger do not spoil each other's deliveries.
	const key = JSON.stringify([
		context.getWorkflow().id,
		context.getNode().id,
		context.getMode(),
		name,
	]);
	const isKnown = recent.has(key);
	recent.add(key);
	return isKnown;
}
