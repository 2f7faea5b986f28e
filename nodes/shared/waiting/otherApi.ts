/** Tells an address that is not the Kling API's from a lost reply. */

import { KlingError } from '../api/errors/klingError';
import { meaningOf } from '../api/errors/userError';
import { knownById } from '../api/task';
import type { PlannedVideo, Verbs } from './verbs';

/** Asked about to see whether the Kling API answers. No service ever gave out this task ID. */
const IMPOSSIBLE_TASK = 'n8n-address-check';

/** Whether a question about a task that cannot exist is not understood either. */
export async function isAnotherApi<Video extends PlannedVideo>(
	{ target: { format } }: Video,
	verbs: Pick<Verbs<Video, unknown>, 'refresh'>,
): Promise<boolean> {
	const refreshed = await verbs.refresh([knownById({ id: IMPOSSIBLE_TASK, format })])[0];
	return (
		refreshed !== undefined &&
		'error' in refreshed &&
		meaningOf(refreshed.error).checking === 'notUnderstood'
	);
}

export function isAnotherAddress(error: unknown): boolean {
	return error instanceof KlingError && error.kind === 'notTheApi';
}
