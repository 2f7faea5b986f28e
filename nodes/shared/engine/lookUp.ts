/** Finds out what became of a request to create a task that brought no task. */

import { provesNothingCreated } from '../api/errors/creation';
import type { ErrorKind } from '../api/errors/kinds';
import { KlingError } from '../api/errors/klingError';
import { isUnanswered, meaningOf } from '../api/errors/explainedError';
import { knownById, type Task } from '../api/task';
import { attempt } from '../utils/attempt';
import type { Clock } from './clock';
import { maySayInUse } from './externalIds';
import type { SentRequest } from './ledger';
import { LOOK_UP, LOOK_UP_NOT_UNDERSTOOD } from './policies';
import { retry } from './retry';
import type { PlannedVideo, TaskService } from './taskService';

export interface LookUpContext {
	service: Pick<TaskService<PlannedVideo, unknown>, 'findByExternalId' | 'refresh'>;
	clock: Clock;
	/** Milliseconds since the epoch. */
	deadline: number;
	signal: AbortSignal;
}

/** What came of a request to create a task. */
export type CreateOutcome =
	/** The task is there; found instead of created by this request, it is reused. */
	| { is: 'created'; task: Task; isReused: boolean }
	/** Nothing was created, and nothing was charged. */
	| { is: 'notCreated'; error: unknown }
	/** Nobody knows: it must not be created again. */
	| { is: 'unknown'; error: unknown };

/** Asked about to see whether the Kling API answers. No service ever gave out this task ID. */
const IMPOSSIBLE_TASK = 'n8n-address-check';

/**
 * What became of a request that failed.
 * @param error what it ended in
 * @param isDerived the external ID is the engine's own, so that a task that bears it is this video's
 */
export async function outcomeOfFailedCreate(
	error: unknown,
	sent: SentRequest,
	isDerived: boolean,
	context: LookUpContext,
): Promise<CreateOutcome> {
	if (provesNothingCreated(error)) {
		const earlier = isDerived ? await findBearerOfId(error, sent, context) : undefined;
		return earlier ?? { is: 'notCreated', error };
	}
	const found = await findSent(sent, error, context);
	if (found.is !== 'unknown' || meaningOf(error).checking !== 'notUnderstood') return found;
	return await judgeAddress(error, found.error, sent, context);
}

/**
 * Kling rejects a second task of one external ID, and only its words would tell
 * (docs/kling-api.md#external-task-ids): what may be such a rejection may be about the task that a crashed
 * worker created.
 * @returns undefined when the rejection stands
 */
async function findBearerOfId(
	error: unknown,
	sent: SentRequest,
	context: LookUpContext,
): Promise<CreateOutcome | undefined> {
	const { externalTaskId } = sent;
	if (!meaningOf(error).mayBeIdInUse || externalTaskId === undefined) return undefined;
	if (maySayInUse(error)) return await findSent(sent, error, context);
	// Words that say nothing of it: without an answer the rejection stands.
	const asked = await attempt(context.service.findByExternalId({ ...sent, externalTaskId }));
	return asked.ok && asked.value.is === 'created' ? reused(asked.value.task) : undefined;
}

/**
 * Asks until Kling says whether it has the task of a request that was sent.
 * @param cause why that is not known, for the outcome
 */
export async function findSent(
	sent: SentRequest,
	cause: unknown,
	{ service, clock, deadline, signal }: LookUpContext,
): Promise<CreateOutcome> {
	const { externalTaskId } = sent;
	if (externalTaskId === undefined) return { is: 'unknown', error: cause };
	const asked = await attempt(
		retry(async () => await service.findByExternalId({ ...sent, externalTaskId }), {
			...LOOK_UP,
			clock,
			signal,
			deadline,
			isWorthRetrying: (error, tries) =>
				isUnanswered(error) &&
				(meaningOf(error).checking !== 'notUnderstood' || tries < LOOK_UP_NOT_UNDERSTOOD.tries),
		}),
	);
	if (!asked.ok) {
		const isStopped = meaningOf(asked.error).checking === 'stopped';
		return { is: 'unknown', error: isStopped ? asked.error : cause };
	}
	const { value } = asked;
	if (value.is === 'created') return reused(value.task);
	return { is: value.is, error: cause };
}

function reused(task: Task): CreateOutcome {
	return { is: 'created', task, isReused: true };
}

/**
 * A reply that is none of the Kling API's, and no look-up that tells: perhaps the address is another one's.
 * Then waiting is of no use. That nothing was created is certain only where web pages are all that it
 * answers: a service that answers JSON may have passed the request on.
 * @param error of the creation
 * @param lookUpError why the look-up told nothing
 */
async function judgeAddress(
	error: unknown,
	lookUpError: unknown,
	{ format }: SentRequest,
	{ service, signal }: LookUpContext,
): Promise<CreateOutcome> {
	const isPage = isKind(error, 'webPage');
	// Another video has found it out, and ended this one's look-up by that.
	if (isKind(signal.reason, 'notTheApi')) {
		return { is: isPage && isFoundOut(signal.reason) ? 'notCreated' : 'unknown', error };
	}
	if (lookUpError !== error) return { is: 'unknown', error: lookUpError };
	const refreshed = await service.refresh([knownById({ id: IMPOSSIBLE_TASK, format })])[0];
	const checkError = refreshed && 'error' in refreshed ? refreshed.error : undefined;
	if (meaningOf(checkError).checking !== 'notUnderstood') return { is: 'unknown', error };
	const facts = error instanceof KlingError ? error.facts : {};
	const isOnlyPages = isPage && (isKind(checkError, 'webPage') || isKind(checkError, 'notTheApi'));
	return {
		is: isOnlyPages ? 'notCreated' : 'unknown',
		error: new KlingError('notTheApi', { ...facts, answersPagesOnly: isOnlyPages }),
	};
}

function isKind(error: unknown, kind: ErrorKind): boolean {
	return error instanceof KlingError && error.kind === kind;
}

/** Not only by a refusal that is a web page: a firewall's would be one, too. */
function isFoundOut(error: unknown): boolean {
	return error instanceof KlingError && error.facts.answersPagesOnly === true;
}
