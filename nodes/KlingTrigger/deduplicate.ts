/** Tells whether a delivery to Kling Trigger has been there before. */
import { createHash } from 'node:crypto';

import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { deliveryId } from '../shared/api/callback';
import type { TaskReply } from '../shared/api/task';
import { ExpiringMap } from '../shared/utils/expiringMap';

/** How many deliveries are remembered. */
const MEMORY = 1000;

/**
 * Deliveries that this process has seen lately: each call of a webhook has its own copy of the static
 * data, so that two at once know nothing of each other.
 */
const recent = new ExpiringMap<true>(10 * 60_000, 100_000);

type Delivered = Pick<TaskReply, 'id' | 'status'>;

/** Whether this status of the task was delivered before. */
export function isDelivered(context: IWebhookFunctions, delivered: Delivered): boolean {
	const known = storeOf(context).deliveries ?? [];
	return namesOf(context, delivered).some(
		(name) => known.includes(name) || recent.has(keyOf(context, name)),
	);
}

/**
 * Whether this status of the task was delivered before, and remembers that it was. Kling may send a
 * callback again when the answer to it was lost; a signed one is known by its ID.
 */
export function isRepeated(context: IWebhookFunctions, delivered: Delivered): boolean {
	if (isDelivered(context, delivered)) return true;
	const names = namesOf(context, delivered);
	for (const name of names) recent.set(keyOf(context, name), true);
	const store = storeOf(context);
	store.deliveries = [...(store.deliveries ?? []), ...names].slice(-MEMORY);
	return false;
}

/** What n8n keeps for the node. */
function storeOf(context: IWebhookFunctions): IDataObject & { deliveries?: string[] } {
	return context.getWorkflowStaticData('node');
}

/** Of a fixed length, whatever somebody has sent: they are kept. */
function namesOf(context: IWebhookFunctions, { id, status }: Delivered): string[] {
	return [`${id} ${status}`, deliveryId(context.getHeaderData())]
		.filter((name) => name !== undefined)
		.map((name) => createHash('sha256').update(name).digest('base64url').slice(0, 22));
}

/** Test and production runs of a trigger do not spoil each other's deliveries. */
function keyOf(context: IWebhookFunctions, name: string): string {
	return JSON.stringify([context.getWorkflow().id, context.getNode().id, context.getMode(), name]);
}
