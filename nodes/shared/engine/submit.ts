/** Creates a task exactly once, whatever happens to the request or its reply. The protocol: README.md. */

import { meaningOf, ExplainedError } from '../api/errors/explainedError';
import { knownById } from '../api/task';
import { attempt } from '../utils/attempt';
import { StoppedError } from './clock';
import { externalTaskIdOf, refusesDerivedId } from './externalIds';
import { type LedgerStore, type SentRequest, VideoRecord } from './ledger';
import { type CreateOutcome, findSent, type LookUpContext, outcomeOfFailedCreate } from './lookUp';
import { CREATION, type RetryPolicy } from './policies';
import { backoff } from './retry';
import type { PlannedVideo, TaskService } from './taskService';

export interface Submission<Video extends PlannedVideo> extends LookUpContext {
	service: LookUpContext['service'] & Pick<TaskService<Video, unknown>, 'create'>;
	ledger: LedgerStore;
}

/** Whether an earlier attempt started the video is not known, and cannot be found out. */
export class UnknownOutcomeError extends ExplainedError<'unknownOutcome'> {
	/** @param externalTaskId under which the video would be found, where there are such IDs */
	constructor(readonly externalTaskId?: string) {
		super('unknownOutcome');
		this.name = 'UnknownOutcomeError';
	}
}

/**
 * Creates the video's task, or reuses the one that an earlier attempt created. A request whose outcome is
 * unknown is repeated only after Kling has said that it has no such task. Never throws.
 */
export async function submit<Video extends PlannedVideo>(
	video: Video,
	submission: Submission<Video>,
): Promise<CreateOutcome> {
	const record = new VideoRecord(submission.ledger, video);
	if (record.task) return { is: 'created', task: knownById(record.task), isReused: true };
	const outcome = record.isUnsure ? await findEarlier(video, record, submission) : undefined;
	if (outcome && outcome.is !== 'notCreated') return outcome;
	return await createUntilSettled(video, record, submission);
}

/** What became of the request of an earlier attempt. */
async function findEarlier(
	video: PlannedVideo,
	record: VideoRecord,
	submission: LookUpContext,
): Promise<CreateOutcome> {
	const sent = record.sent ?? sentRequestOf(video, record);
	const error = new UnknownOutcomeError(sent.externalTaskId);
	return note(record, await findSent(sent, error, submission));
}

/** Repeats what created nothing, as long as another request may bring something else. */
async function createUntilSettled<Video extends PlannedVideo>(
	video: Video,
	record: VideoRecord,
	submission: Submission<Video>,
): Promise<CreateOutcome> {
	const { clock, signal, deadline } = submission;
	const startedAt = clock.now();
	for (let tries = 1; ; tries++) {
		if (signal.aborted) return { is: 'notCreated', error: new StoppedError() };
		const outcome = await createOnce(video, record, submission);
		if (outcome.is !== 'notCreated') return outcome;
		if (!record.hasNoExternalId && refusesDerivedId(outcome.error, video)) {
			return await createWithoutId(video, record, submission, outcome);
		}
		const policy = policyFor(outcome.error);
		if (tries >= (policy?.tries ?? 1)) return outcome;
		const pause = backoff(tries - 1);
		const end = Math.min(deadline, startedAt + (policy?.within ?? Infinity));
		if (clock.now() + pause >= end) return outcome;
		const slept = await attempt(clock.sleep(pause, signal));
		if (!slept.ok) return { is: 'notCreated', error: slept.error };
	}
}

/** @returns undefined for what another request does not change, or what waits for its turn (throttle.ts) */
function policyFor(error: unknown): RetryPolicy | undefined {
	const { creating, checking } = meaningOf(error);
	const isFinal = checking === 'final' || creating === 'refused' || creating === 'wait';
	return isFinal ? undefined : CREATION[creating];
}

/** One request, and what became of it. */
async function createOnce<Video extends PlannedVideo>(
	video: Video,
	record: VideoRecord,
	submission: Submission<Video>,
): Promise<CreateOutcome> {
	const { service, signal } = submission;
	const sent = sentRequestOf(video, record);
	const onLeaving = () => {
		if (signal.aborted) throw new StoppedError();
		record.begin(sent);
	};
	const created = await attempt(service.create(video, sent.externalTaskId, onLeaving, signal));
	if (created.ok) return note(record, { is: 'created', task: created.value, isReused: false });
	// It never left.
	if (!record.isUnsure) return { is: 'notCreated', error: created.error };
	const isDerived = video.request.externalTaskId === undefined;
	return note(record, await outcomeOfFailedCreate(created.error, sent, isDerived, submission));
}

/** An outcome that stayed unknown leaves the entry as it was before the request: unsure. */
function note(record: VideoRecord, outcome: CreateOutcome): CreateOutcome {
	if (outcome.is === 'created') record.created(outcome.task);
	if (outcome.is === 'notCreated') record.notCreated();
	return outcome;
}

/**
 * Creates the task without an ID by which it could be found again, so that it is repeated as little as a
 * gateway's. Not while it is open whether an earlier attempt has created one with the ID.
 * @param refusal of the ID
 */
async function createWithoutId<Video extends PlannedVideo>(
	video: Video,
	record: VideoRecord,
	submission: Submission<Video>,
	refusal: CreateOutcome,
): Promise<CreateOutcome> {
	const { externalTaskId = '', ...sent } = sentRequestOf(video, record);
	const asked = await attempt(submission.service.findByExternalId({ ...sent, externalTaskId }));
	if (!asked.ok) return refusal;
	const { value } = asked;
	if (value.is === 'created') return note(record, { ...value, isReused: true });
	record.withoutExternalId();
	return await createUntilSettled(video, record, submission);
}

function sentRequestOf(video: PlannedVideo, record: VideoRecord): SentRequest {
	const externalTaskId = externalTaskIdOf(video, record);
	const { format, id: modelId } = video.target;
	return { ...(externalTaskId !== undefined && { externalTaskId }), format, modelId };
}
