/**
 * Looks at the tasks of a suspended execution, for callbacks that never come: the node calls its own
 * resume URL, as Kling would. A look costs one or two requests to Kling; a suspended execution less
 * than a kilobyte, no worker and no connection. They end with the process: a restart of n8n loses
 * them, and then only callbacks and the time limit resume the execution.
 */

import { randomUUID } from 'node:crypto';

import { signatureHeaders } from '../api/callback';
import type { TaskReply } from '../api/task';
import { attempt } from '../utils/attempt';
import { Semaphore } from '../utils/semaphore';

/** What a suspended execution costs this process: so nothing in it may hold the execution's data. */
interface Look {
	/** Where Kling calls back. */
	resumeUrl: string;
	/** One of the tasks that are waited for. */
	taskId: string;
	webhookSecret?: string;
}

/**
 * The first look: a callback that came in the moment between the last check and the suspension was
 * rejected by n8n. Milliseconds.
 */
const FIRST_LOOK = 15_000;

/** When the others come, as parts of the time limit: rarely, since callbacks do come as a rule. */
const LATER_LOOKS = [0.25, 0.5];

/**
 * How long before the time limit the last one comes, so that the videos can be downloaded in time;
 * in milliseconds, and as a part of the limit where that is less.
 */
const LAST_LOOK = { before: 2 * 60_000, part: 0.2 };

/** How long n8n may take to answer; milliseconds. */
const ANSWER_LIMIT = 30_000;

/** @returns when the looks come, in order; milliseconds from the suspension on */
export function timesOfLooks(timeLeft: number): number[] {
	const last = timeLeft - Math.min(LAST_LOOK.before, timeLeft * LAST_LOOK.part);
	const earlier = [FIRST_LOOK, ...LATER_LOOKS.map((part) => timeLeft * part)];
	const times = new Set([...earlier.filter((time) => time < last), last]);
	return [...times].filter((time) => time > 0).sort((one, other) => one - other);
}

interface Scheduled {
	look: Look;
	/** Of the next look and those after it; by the monotonic clock. */
	times: number[];
}

/** Looks that are due within so many milliseconds share a timer. */
const GRAIN = 250;

/** The looks to come, by when they are due; by the monotonic clock. */
const schedule = new Map<number, Scheduled[]>();

/** When the next ones are due: one timer serves all suspended executions. */
let nextDue = Infinity;

/** Calls to n8n at once. */
const calls = new Semaphore(5);

/**
 * Schedules looks. They end when n8n says that the execution does not wait any more.
 * @param times milliseconds from now on, in order
 */
export function scheduleLooks(look: Look, times: readonly number[]): void {
	const now = performance.now();
	enter({ look, times: times.map((time) => now + time) });
}

function enter(scheduled: Scheduled): void {
	const [time] = scheduled.times;
	if (time === undefined) return;
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
	AbortSignal.timeout(ms).addEventListener('abort', () => lookNow(due), { once: true });
}

function lookNow(due: number): void {
	const scheduled = schedule.get(due) ?? [];
	schedule.delete(due);
	for (const each of scheduled) void calls.run(async () => await lookOnce(each));
	// A later timer is set already if an earlier time came in between.
	if (nextDue !== due) return;
	nextDue = Infinity;
	let next = Infinity;
	for (const other of schedule.keys()) next = Math.min(next, other);
	if (next < Infinity) wakeAt(next);
}

async function lookOnce({ look, times: [, ...later] }: Scheduled): Promise<void> {
	const called = await attempt(async () => await callBack(look));
	if (called.ok && called.value) enter({ look, times: later });
}

/** n8n's answers for executions that do not wait, or not at this address. */
const OVER: readonly number[] = [401, 404, 409, 410];

/** @returns whether the execution may still be waiting */
async function callBack({ resumeUrl, taskId, webhookSecret }: Look): Promise<boolean> {
	const body = JSON.stringify({ task_id: taskId, task_status: 'succeed', [MARK]: true });
	const sent = await attempt(
		async () =>
			await fetch(resumeUrl, {
				method: 'POST',
				headers: {
					'content-type': 'application/json',
					...(webhookSecret !== undefined &&
						signatureHeaders(webhookSecret, randomUUID(), Buffer.from(body), Date.now())),
				},
				body,
				signal: AbortSignal.timeout(ANSWER_LIMIT),
			}),
	);
	if (!sent.ok) return true;
	await attempt(async () => await sent.value.body?.cancel());
	return !OVER.includes(sent.value.status);
}

/** The field by which a look is told from a callback: it does not claim that its task is over. */
const MARK = 'n8n_look';

export function isLook({ raw }: Pick<TaskReply, 'raw'>): boolean {
	return typeof raw === 'object' && raw !== null && MARK in raw;
}
