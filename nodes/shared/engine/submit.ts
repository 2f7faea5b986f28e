/** Creates a task exactly once, whatever happens to the request or its reply. */

import { KlingError } from '../api/errors/klingError';
import { meaningOf, UserError } from '../api/errors/userError';
import { FORMATS } from '../api/formats';
import { knownById, type Task } from '../api/task';
import { attempt } from '../utils/attempt';
import { refusesDerivedId } from './idRefusal';
import type { Ledger, LedgerEntry } from './ledger';
import { findAfter, findLost, type LookUp } from './lostTask';
import { retry } from './retry';
import type { PlannedVideo, Verbs } from './verbs';

export interface Submission<Video extends PlannedVideo> extends LookUp {
	verbs: LookUp['verbs'] & Pick<Verbs<Video, unknown>, 'create'>;
	ledger: Ledger;
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
	let wasUnderstood = true;
	const createOnce = async (): Promise<Submitted> => {
		// Written before the request: afterwards the execution may have been stopped.
		ledger.write(video.key, { ...entry, isUnsure: true });
		const created = await attempt(async () => await verbs.create(video, externalTaskId));
		if (created.ok) return { task: created.value, isReused: false };
		wasUnderstood = meaningOf(created.error).checking !== 'notUnderstood';
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
	// Nobody has created anything at an address that is not the Kling API. Another video may have
	// found that out, for which this one was given up.
	const isNobody = [created.error, ...(wasUnderstood ? [] : [signal.reason])].some(
		isAnotherAddress,
	);
	if (isNobody) ledger.write(video.key, entry);
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

function isAnotherAddress(error: unknown): boolean {
	return error instanceof KlingError && error.kind === 'notTheApi';
}

function triesAllowed(error: unknown): number {
	const { creating } = meaningOf(error);
	// Repeated only once Kling has said that it has no such task.
	if (creating === 'unknown') return TRIES_TROUBLE;
	if (creating === 'unsent') return TRIES_UNREACHABLE;
	return creating === 'resign' ? TRIES_RESIGN : 1;
}
