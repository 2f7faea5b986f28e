/** Creates a task exactly once, whatever happens to the request or its reply. */

import { KlingError } from '../api/errors/klingError';
import { isUnanswered, meaningOf, UserError } from '../api/errors/userError';
import { FORMATS } from '../api/formats';
import { knownById, type Task } from '../api/task';
import { attempt } from '../utils/attempt';
import { type Clock, StoppedError } from './clock';
import { isAnotherAddress, isAnotherApi } from './otherApi';
import { refusesDerivedId } from './idRefusal';
import type { Ledger, LedgerEntry } from './ledger';
import { retry } from './retry';
import type { PlannedVideo, Verbs } from './verbs';

export interface Submission<Video extends PlannedVideo> {
	verbs: Pick<Verbs<Video, unknown>, 'create' | 'findByExternalId' | 'refresh'>;
	clock: Clock;
	ledger: Ledger;
	/** Milliseconds since the epoch. */
	deadline: number;
	signal: AbortSignal;
}

/** Whether an earlier attempt started the video is not known, and cannot be found out. */
export class UnknownOutcomeError extends UserError<'unknownOutcome'> {
	constructor() {
		super('unknownOutcome');
		this.name = 'UnknownOutcomeError';
	}
}

/** How often an address that cannot be reached is tried: it is more likely mistyped than busy. */
const TRIES_UNREACHABLE = 3;

/** How often a rejected token is signed again. */
const TRIES_RESIGN = 2;

/**
 * How often, and for how long in milliseconds, a creation is repeated that ended in trouble and
 * after which Kling says that it has no such task: long enough for a restart of the service, and no
 * burden on one that is down.
 */
const TRIES_TROUBLE = 8;
const LONGEST_TROUBLE = 5 * 60_000;

/** How often, and for how long in milliseconds, Kling is asked whether it has a task. */
const TRIES_LOOK_UP = 8;
const LONGEST_LOOK_UP = 3 * 60_000;

/** How often that is, when what answers does not seem to be the Kling API. */
const TRIES_NOT_UNDERSTOOD = 4;

/** A task, and whether it was found instead of created. */
export interface Submitted {
	task: Task;
	isReused: boolean;
}

/**
 * Creates the video's task, or reuses the one that an earlier attempt created. A request whose
 * outcome is unknown is repeated only after Kling has said that it has no such task.
 * @throws {KlingError} Kling's answer, also a limit; of a kind whose outcome is unknown, if it stayed
 * unknown whether the task was created
 * @throws {UnknownOutcomeError} when that stayed unknown in an earlier attempt
 * @throws {StoppedError} when the signal is aborted between requests
 */
export async function submit<Video extends PlannedVideo>(
	video: Video,
	submission: Submission<Video>,
): Promise<Submitted> {
	const { ledger } = submission;
	const { task, isUnsure, ...noted } = ledger.read(video.key);
	if (task) return { task: knownById(task), isReused: true };
	const { name = video.name, failures, hasNoExternalId } = noted;
	const externalTaskId = hasNoExternalId ? undefined : externalTaskIdOf(video, name, failures);
	ledger.write(video.key, { ...noted, name, isUnsure });
	const earlier = isUnsure
		? await findLost(video, externalTaskId, submission, new UnknownOutcomeError())
		: undefined;
	const submitted: Submitted = earlier
		? { task: earlier, isReused: true }
		: await create(video, externalTaskId, submission);
	const { id, format } = submitted.task;
	ledger.write(video.key, { ...withoutDoubt(ledger, video), task: { id, format } });
	return submitted;
}

/**
 * The user's own ID, or one derived from the video's name; another one after each failed task.
 * @returns undefined where the wire format, or the model, has no such IDs
 */
export function externalTaskIdOf(
	{ request, target }: Pick<PlannedVideo, 'request' | 'target'>,
	name: string,
	failures: number,
): string | undefined {
	if (!FORMATS[target.format].findByExternalId) return undefined;
	if (target.lacks?.includes('externalTaskId')) return undefined;
	return request.externalTaskId ?? (failures === 0 ? name : `${name}-${failures}`);
}

/** Remembers that a video's task failed, so that a repetition creates another one. */
export function recordFailure(key: string, ledger: Ledger): void {
	const { name, failures } = ledger.read(key);
	ledger.write(key, { name, failures: failures + 1 });
}

function withoutDoubt(ledger: Ledger, { key }: PlannedVideo): LedgerEntry {
	const entry = { ...ledger.read(key) };
	delete entry.isUnsure;
	return entry;
}

async function create<Video extends PlannedVideo>(
	video: Video,
	externalTaskId: string | undefined,
	submission: Submission<Video>,
): Promise<Submitted> {
	const { verbs, clock, ledger, signal } = submission;
	const entry = withoutDoubt(ledger, video);
	const isUnsure = () => ledger.read(video.key).isUnsure === true;
	const deadline = Math.min(submission.deadline, clock.now() + LONGEST_TROUBLE);
	const createOnce = async (): Promise<Submitted> => {
		// Written before the request: afterwards the execution may have been stopped.
		ledger.write(video.key, { ...entry, isUnsure: true });
		const created = await attempt(async () => await verbs.create(video, externalTaskId));
		if (created.ok) return { task: created.value, isReused: false };
		const found = await findAfter(created.error, video, externalTaskId, submission);
		if (found) return { task: found, isReused: true };
		ledger.write(video.key, entry);
		throw created.error;
	};
	const created = await attempt(
		async () =>
			await retry(createOnce, {
				clock,
				signal,
				deadline,
				// What stayed unknown after the look-up is not repeated.
				isWorthRetrying: (error, tries) => !isUnsure() && tries < triesAllowed(error),
			}),
	);
	if (created.ok) return created.value;
	if (externalTaskId !== undefined && refusesDerivedId(created.error, video)) {
		return await createWithoutId(video, externalTaskId, submission, created.error);
	}
	// Nobody has created anything at an address that is not the Kling API.
	if (isAnotherAddress(created.error)) ledger.write(video.key, entry);
	throw created.error;
}

/**
 * Creates the task without an ID by which it could be found again, so that it is repeated as little
 * as a gateway's. Not while it is open whether an earlier attempt has created one with the ID.
 * @param refusal of the ID
 */
async function createWithoutId<Video extends PlannedVideo>(
	video: Video,
	externalTaskId: string,
	submission: Submission<Video>,
	refusal: unknown,
): Promise<Submitted> {
	const { verbs, ledger } = submission;
	const asked = await attempt(
		async () => await verbs.findByExternalId(video.target.format, externalTaskId),
	);
	if (!asked.ok) throw refusal;
	if (typeof asked.value !== 'string') return { task: asked.value, isReused: true };
	ledger.write(video.key, { ...ledger.read(video.key), hasNoExternalId: true });
	return await create(video, undefined, submission);
}

/**
 * The task that a failed request may have created all the same.
 * @returns nothing when it has created none
 * @throws what is wrong, when that cannot be found out
 */
async function findAfter<Video extends PlannedVideo>(
	error: unknown,
	video: Video,
	externalTaskId: string | undefined,
	submission: Submission<Video>,
): Promise<Task | undefined> {
	const { creating, checking, mayBeIdInUse } = meaningOf(error);
	if (creating !== 'unknown') {
		// Kling rejects a second task of one external ID, and only its words would tell
		// (docs/kling-api.md#external-task-ids): what may be such a rejection of a derived ID may be
		// about the task that a crashed worker created. Without an answer the rejection stands.
		const isDerived = video.request.externalTaskId === undefined;
		if (!mayBeIdInUse || !isDerived || externalTaskId === undefined) return undefined;
		const asked = await attempt(
			async () => await submission.verbs.findByExternalId(video.target.format, externalTaskId),
		);
		return asked.ok && typeof asked.value !== 'string' ? asked.value : undefined;
	}
	if (checking !== 'notUnderstood') {
		return await findLost(video, externalTaskId, submission, error);
	}
	const found = await attempt(async () => await findLost(video, externalTaskId, submission, error));
	if (found.ok) return found.value;
	if (found.error === error && (await isAnotherApi(video, submission.verbs))) {
		throw new KlingError('notTheApi', error instanceof KlingError ? error.facts : {});
	}
	throw found.error;
}

/**
 * Asks until Kling says whether it has the task.
 * @param cause why that is not known; thrown when it cannot be found out
 */
async function findLost<Video extends PlannedVideo>(
	{ target }: Video,
	externalTaskId: string | undefined,
	{ verbs, clock, deadline, signal }: Submission<Video>,
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

function triesAllowed(error: unknown): number {
	const { creating } = meaningOf(error);
	// Repeated only once Kling has said that it has no such task.
	if (creating === 'unknown') return TRIES_TROUBLE;
	if (creating === 'unsent') return TRIES_UNREACHABLE;
	return creating === 'resign' ? TRIES_RESIGN : 1;
}
