/** Finds out what became of a creation whose reply was lost, or was none of the Kling API's. */

import { KlingError } from '../api/errors/klingError';
import { isUnanswered, meaningOf } from '../api/errors/userError';
import { knownById, type Task } from '../api/task';
import { attempt } from '../utils/attempt';
import { type Clock, StoppedError } from './clock';
import { saysInUse } from './idRefusal';
import { retry } from './retry';
import type { PlannedVideo, Verbs } from './verbs';

export interface LookUp {
	verbs: Pick<Verbs<PlannedVideo, unknown>, 'findByExternalId' | 'refresh'>;
	clock: Clock;
	/** Milliseconds since the epoch. */
	deadline: number;
	signal: AbortSignal;
}

/** How often, and for how long in milliseconds, Kling is asked whether it has a task. */
const TRIES_LOOK_UP = 8;
const LONGEST_LOOK_UP = 3 * 60_000;

/** How often that is, when what answers does not seem to be the Kling API. */
const TRIES_NOT_UNDERSTOOD = 4;

/** Asked about to see whether the Kling API answers. No service ever gave out this task ID. */
const IMPOSSIBLE_TASK = 'n8n-address-check';

/**
 * The task that a failed request may have created all the same.
 * @returns nothing when it has created none
 * @throws what is wrong, when that cannot be found out
 */
export async function findAfter(
	error: unknown,
	video: PlannedVideo,
	externalTaskId: string | undefined,
	lookUp: LookUp,
): Promise<Task | undefined> {
	const { creating, checking, mayBeIdInUse } = meaningOf(error);
	if (creating !== 'unknown') {
		// Kling rejects a second task of one external ID, and only its words would tell
		// (docs/kling-api.md#external-task-ids): what may be such a rejection of a derived ID may be
		// about the task that a crashed worker created.
		const isDerived = video.request.externalTaskId === undefined;
		if (!mayBeIdInUse || !isDerived || externalTaskId === undefined) return undefined;
		if (saysInUse(error)) return await findLost(video, externalTaskId, lookUp, error);
		// Words that say nothing of it: without an answer the rejection stands.
		const asked = await attempt(
			async () => await lookUp.verbs.findByExternalId(video.target.format, externalTaskId),
		);
		return asked.ok && typeof asked.value !== 'string' ? asked.value : undefined;
	}
	if (checking !== 'notUnderstood') {
		return await findLost(video, externalTaskId, lookUp, error);
	}
	const found = await attempt(async () => await findLost(video, externalTaskId, lookUp, error));
	if (found.ok) return found.value;
	if (found.error === error && (await isAnotherApi(video, lookUp))) {
		throw new KlingError('notTheApi', error instanceof KlingError ? error.facts : {});
	}
	throw found.error;
}

/** Whether a question about a task that cannot exist is not understood either. */
async function isAnotherApi(
	{ target: { format } }: PlannedVideo,
	{ verbs }: LookUp,
): Promise<boolean> {
	const refreshed = await verbs.refresh([knownById({ id: IMPOSSIBLE_TASK, format })])[0];
	return (
		refreshed !== undefined &&
		'error' in refreshed &&
		meaningOf(refreshed.error).checking === 'notUnderstood'
	);
}

/**
 * Asks until Kling says whether it has the task.
 * @param cause why that is not known; thrown when it cannot be found out
 */
export async function findLost(
	{ target }: PlannedVideo,
	externalTaskId: string | undefined,
	{ verbs, clock, deadline, signal }: LookUp,
	cause: unknown,
): Promise<Task | undefined> {
	if (externalTaskId === undefined) throw cause;
	const asked = await attempt(
		async () =>
			await retry(async () => await verbs.findByExternalId(target.format, externalTaskId), {
				clock,
				signal,
				tries: TRIES_LOOK_UP,
				deadline: Math.min(deadline, clock.now() + LONGEST_LOOK_UP),
				isWorthRetrying: (error, tries) =>
					isUnanswered(error) &&
					(meaningOf(error).checking !== 'notUnderstood' || tries < TRIES_NOT_UNDERSTOOD),
			}),
	);
	if (!asked.ok) throw asked.error instanceof StoppedError ? asked.error : cause;
	if (asked.value === 'unknown') throw cause;
	return asked.value === 'none' ? undefined : asked.value;
}
