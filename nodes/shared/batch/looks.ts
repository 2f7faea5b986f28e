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

/** What a suspended execution costs this process: so nothing in it may hold the execution's data. */
export interface Look {
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

/**
 * Schedules looks. They end when n8n says that the execution does not wait any more.
 * @param times milliseconds from now on, in order
 */
export function scheduleLooks(look: Look, times: readonly number[]): void {
	scheduleNext(look, times, 0);
}

function scheduleNext(look: Look, times: readonly number[], elapsed: number): void {
	const [next, ...later] = times;
	if (next === undefined) return;
	after(next - elapsed, () => {
		void attempt(async () => {
			if (await callBack(look)) scheduleNext(look, later, next);
		});
	});
}

/** Calls after a time without keeping the process alive, which n8n's helpers for pauses would. */
function after(ms: number, call: () => void): void {
	AbortSignal.timeout(Math.max(0, Math.round(ms))).addEventListener('abort', call, { once: true });
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
