import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import { deliveryId } from '../shared/api/callback';
import type { Task } from '../shared/api/task';

/** How many deliveries are remembered. */
const MEMORY = 1000;

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
	if (names.some((name) => known.includes(name))) return true;
	store.deliveries = [...known, ...names].slice(-MEMORY);
	return false;
}
