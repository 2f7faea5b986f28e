/**
 * Waiting without holding a worker: the execution is suspended once the tasks are created, and
 * Kling's callbacks resume it (resume.ts). For n8n's side of this see n8n-node-rules.md, section 6.
 */

import type { INodeExecutionData } from 'n8n-workflow';

import type { KlingClient, Refreshed } from '../../shared/api/client';
import { isOwnNetwork } from '../../shared/api/connection';
import { failedTask } from '../../shared/api/errors';
import { FORMATS } from '../../shared/api/formats';
import { isOver, type Task } from '../../shared/api/task';
import { InputError } from '../../shared/n8n/errors';
import { contextLedger } from '../../shared/n8n/ledger';
import { recordFailure } from '../../shared/waiting/submit';
import { readWaitOptions } from '../input';
import { createVideos, type Video } from '../operations/createVideos';
import { deliverTask } from '../operations/deliverTask';
import { inOrder, toItem } from '../operations/report';
import type { Run } from '../operations/run';
import { forErrorOutput, isParked, park } from './parked';

/**
 * Creates the videos of all items and suspends the execution until Kling is done with them all, or
 * until the timeout. Items that are over after a first look are not waited for.
 * @throws {InputError} when a callback could never arrive, before anything is paid for
 */
export async function suspend(run: Run): Promise<INodeExecutionData[]> {
	const { context, client } = run;
	const resumeUrl = toResumeUrl(run);
	const { timeout } = readWaitOptions(context);
	const deadline = new Date(Date.now() + timeout);
	const created = await createVideos(run, { timeout, maxConcurrency: Infinity }, resumeUrl.href);
	const { videos } = created;
	await look(client, videos);
	for (const video of videos) {
		if (video.task && isOver(video.task)) await finish(run, video);
	}
	const items = inOrder(created, (video) =>
		isWaiting(video) ? parkVideo(video) : toItem(run, video, videos),
	);
	if (!videos.some(isWaiting)) return items;

	if (isOwnNetwork(resumeUrl.hostname)) {
		context.addExecutionHints({
			message: `Kling is told to call back at ${resumeUrl.host}, which it can reach only inside your own network. Set WEBHOOK_URL to n8n's public address, or wait by polling.`,
			type: 'warning',
			location: 'outputPane',
		});
	}
	// What a resume by the timer puts out; the previous node's own output stays as it is.
	context.getExecuteData().data.main = [forErrorOutput(context, items)];
	await context.putExecutionToWait(deadline);
	// n8n throws this away; but a failed item in front would make Retry On Fail run the parked items.
	return items.filter(isParked);
}

/** A task may be over before the execution is suspended, and its callback lost. */
async function look(client: KlingClient, videos: Video[]): Promise<void> {
	const running = videos.filter(({ task }) => task && !isOver(task));
	const looks = await client.refresh(running.map(({ task }) => task as Task));
	running.forEach((video, index) => {
		const outcome = looks[index] as Refreshed;
		if ('task' in outcome) video.task = outcome.task;
	});
}

/** Delivers a video that is over when the first look is taken, or notes why that cannot be. */
async function finish(run: Run, video: Video): Promise<void> {
	const { itemIndex, delivery, key, target } = video;
	const task = video.task as Task;
	try {
		if (task.status !== 'failed') {
			const { signal } = run;
			const modelName = target.id;
			video.result = await deliverTask(run, task, itemIndex, delivery, { modelName, signal });
			video.state = 'finished';
			return;
		}
		recordFailure(key, contextLedger(run.context));
		video.error = failedTask(task);
	} catch (error) {
		video.error = error;
	}
	video.result = undefined;
	video.state = 'failed';
}

function isWaiting({ task, state }: Video): boolean {
	return task !== undefined && state !== 'failed' && !isOver(task);
}

function parkVideo({ task, itemIndex, target, delivery }: Video): INodeExecutionData | undefined {
	return task && park(task, itemIndex, target.id, delivery);
}

/**
 * The address at which a callback resumes this execution at this node.
 * @throws {InputError} when there is none, or Kling could never call it
 */
function toResumeUrl({ context, connection, isTool }: Run): URL {
	if (!connection.formats.some((format) => FORMATS[format].features.includes('callbackUrl'))) {
		throw new InputError(
			"'Wait For' cannot be Callback with a Kling-Compatible Gateway, which does not call back",
			POLL_INSTEAD,
		);
	}
	if (isTool) {
		throw new InputError(
			"'Wait For' cannot be Callback inside an AI agent, which waits for its tool's answer",
			POLL_INSTEAD,
		);
	}
	if (!context.getWorkflow().id) {
		throw new InputError(
			"'Wait For' cannot be Callback in a workflow that was never saved, because n8n could not find it again",
			'Save the workflow, or choose Polling.',
		);
	}
	const url = new URL(context.evaluateExpression('{{ $execution.resumeUrl }}', 0) as string);
	if (!url.searchParams.has('signature')) {
		throw new InputError(
			"'Wait For' cannot be Callback with this version of n8n, which does not protect the address",
			'Update n8n to 2.14 or later, or choose Polling.',
		);
	}
	url.pathname += `/${context.getNode().id}`;
	return url;
}

const POLL_INSTEAD = 'Choose Polling.';
