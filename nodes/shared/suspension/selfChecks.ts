/**
 * Checks the tasks of a suspended execution, for callbacks that never come: the node calls its own
 * resume URL, as Kling would. A check costs one or two requests to Kling; a suspended execution less
 * than a kilobyte, no worker and no connection. They end with the process: a restart of n8n loses
 * them, and then only callbacks and the time limit resume the execution.
 */

import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

import type { Logger } from 'n8n-workflow';

import { signatureHeaders } from '../api/callback';
import type { Connection } from '../api/connection';
import { isFields } from '../api/formats/fields';
import { parseJson } from '../api/json';
import type { TaskReply } from '../api/task';
import { answers, notes } from '../n8n/words/notes';
import { attempt } from '../utils/attempt';
import { Semaphore } from '../utils/semaphore';

/** What a suspended execution costs this process: so nothing in it may hold the execution's data. */
interface SelfCheck {
	/** Where Kling calls back. */
	resumeUrl: string;
	/** One of the tasks that are waited for. */
	taskId: string;
	webhookSecret?: string;
	/** Of markOf. */
	mark: string;
	/** n8n's own, which all executions share. */
	logger: Pick<Logger, 'warn'>;
}

/**
 * The first check: a callback that came in the moment between the last check and the suspension was
 * rejected by n8n. Milliseconds.
 */
const FIRST_CHECK = 15_000;

/** When the others come, as parts of the time limit: rarely, since callbacks do come as a rule. */
const LATER_CHECKS = [0.25, 0.5];

/**
 * How long before the time limit the last one comes, so that the videos can be downloaded in time;
 * in milliseconds, and as a part of the limit where that is less.
 */
const LAST_CHECK = { before: 2 * 60_000, part: 0.2 };

/** How long n8n may take to answer; milliseconds. */
const ANSWER_LIMIT = 30_000;

/** @returns when the checks come, in order; milliseconds from the suspension on */
export function timesOfSelfChecks(timeLeft: number): number[] {
	const last = timeLeft - Math.min(LAST_CHECK.before, timeLeft * LAST_CHECK.part);
	const earlier = [FIRST_CHECK, ...LATER_CHECKS.map((part) => timeLeft * part)];
	const times = new Set([...earlier.filter((time) => time < last), last]);
	return [...times].filter((time) => time > 0).sort((one, other) => one - other);
}

interface Scheduled {
	check: SelfCheck;
	/** Of the next check and those after it; by the monotonic clock. None once it is cancelled. */
	times: number[];
}

/** Checks that are due within so many milliseconds share a timer. */
const GRAIN = 250;

/** The checks to come, by when they are due; by the monotonic clock. */
const schedule = new Map<number, Scheduled[]>();

/** The same, by the resume URL. */
const scheduledFor = new Map<string, Scheduled>();

/** When the next ones are due: one timer serves all suspended executions. */
let nextDue = Infinity;

/** Calls to n8n at once. */
const calls = new Semaphore(5);

/**
 * Schedules checks. They end when n8n says that the execution does not wait any more.
 * @param times milliseconds from now on, in order
 */
export function scheduleSelfChecks(check: SelfCheck, times: readonly number[]): void {
	const now = performance.now();
	enqueue({ check, times: times.map((time) => now + time) });
}

/** The execution is resumed: n8n would log every further check as an error. */
export function cancelSelfChecks(resumeUrl: string): void {
	const scheduled = scheduledFor.get(resumeUrl);
	scheduledFor.delete(resumeUrl);
	scheduled?.times.splice(0);
}

function enqueue(scheduled: Scheduled): void {
	const [time] = scheduled.times;
	if (time === undefined) return;
	scheduledFor.set(scheduled.check.resumeUrl, scheduled);
	const due = Math.ceil(time / GRAIN) * GRAIN;
	const others = schedule.get(due) ?? [];
	others.push(scheduled);
	schedule.set(due, others);
	if (due < nextDue) wakeAt(due);
}

/** Wakes without keeping the process alive, which n8n's helpers for pauses would. */
function wakeAt(due: number): void {
	nextDue = due;
	const ms = Math.max(0, Math.round(due - performance.now()));
	AbortSignal.timeout(ms).addEventListener('abort', () => checkNow(due), { once: true });
}

function checkNow(due: number): void {
	const scheduled = schedule.get(due) ?? [];
	schedule.delete(due);
	for (const each of scheduled) void calls.run(async () => await checkOnce(each));
	// A later timer is set already if an earlier time came in between.
	if (nextDue !== due) return;
	nextDue = Infinity;
	let next = Infinity;
	for (const other of schedule.keys()) next = Math.min(next, other);
	if (next < Infinity) wakeAt(next);
}

async function checkOnce({ check, times: [now, ...later] }: Scheduled): Promise<void> {
	if (now === undefined) return;
	scheduledFor.delete(check.resumeUrl);
	const called = await attempt(callBack(check));
	if (called.ok && called.value) enqueue({ check, times: later });
}

/** @returns whether the execution may still be waiting */
async function callBack(check: SelfCheck): Promise<boolean> {
	const { resumeUrl, taskId, webhookSecret, mark, logger } = check;
	const body = JSON.stringify({ task_id: taskId, task_status: 'succeed', [MARK]: mark });
	const sent = await attempt(async () => {
		const reply = await fetch(resumeUrl, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				...(webhookSecret !== undefined &&
					signatureHeaders(webhookSecret, randomUUID(), Buffer.from(body), Date.now())),
			},
			body,
			signal: AbortSignal.timeout(ANSWER_LIMIT),
		});
		return { status: reply.status, text: await reply.text() };
	});
	if (!sent.ok) return true;
	const { status, text } = sent.value;
	if (isOver(status, text)) return false;
	if (!isN8ns(status, text)) logger.warn(notes.checkNotReceived(status, new URL(resumeUrl).host));
	return true;
}

/** What n8n answers for executions that do not wait, or not at this address. */
const OVER: readonly number[] = [401, 404, 409, 410];

/** Whether n8n says that the execution does not wait any more: a proxy in front of it may answer the same status. */
function isOver(status: number, text: string): boolean {
	if (status === 200) return text.includes(answers.resuming);
	if (!OVER.includes(status)) return false;
	const json = answerIn(text);
	const isOwn = json?.message === answers.badSignature;
	const isN8nsError = json?.code === status && typeof json.message === 'string';
	return isOwn || isN8nsError || json?.error === INVALID_TOKEN;
}

/** n8n's word for a resume URL with a wrong signature. */
const INVALID_TOKEN = 'Invalid token';

/** Whether this node has answered, or n8n that it is in trouble. */
function isN8ns(status: number, text: string): boolean {
	return (status === 200 || status >= 500) && typeof answerIn(text)?.message === 'string';
}

/** Longer ones are pages. */
const LONGEST_ANSWER = 10_000;

function answerIn(text: string): Record<string, unknown> | undefined {
	const json = text.length > LONGEST_ANSWER ? undefined : parseJson(text);
	return isFields(json) ? json : undefined;
}

/** The field by which a self check is told from a callback: it does not claim that its task is over. */
const MARK = 'n8n_look';

/**
 * What only this n8n's own checks of an execution can say, whichever of its processes sends or gets
 * them: whoever knows the resume URL could ask for such checks otherwise.
 * @param about the execution, its node and one of its tasks
 */
export function markOf({ authentication }: Connection, about: readonly string[]): string {
	const key = authentication.kind === 'apiKey' ? authentication.apiKey : authentication.secretKey;
	return createHmac('sha256', key)
		.update(JSON.stringify([MARK, ...about]))
		.digest('base64url');
}

/** @param mark of markOf */
export function isSelfCheck({ raw }: Pick<TaskReply, 'raw'>, mark: string): boolean {
	const given = isFields(raw) ? raw[MARK] : undefined;
	return (
		typeof given === 'string' &&
		given.length === mark.length &&
		timingSafeEqual(Buffer.from(given, 'latin1'), Buffer.from(mark, 'latin1'))
	);
}
