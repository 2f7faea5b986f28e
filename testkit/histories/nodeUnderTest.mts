/**
 * The node as histories run it: the engine, the client, the wire formats and the ledger, joined as the
 * node joins them. The only file here that knows their interfaces.
 */

import type { IExecuteFunctions } from 'n8n-workflow';

import { KlingClient } from '../../nodes/shared/api/client.ts';
import { API_KEY_FORMATS, type Connection } from '../../nodes/shared/api/connection.ts';
import { KlingError, noVideo, taskFailed } from '../../nodes/shared/api/errors/klingError.ts';
import { meaningOf, ExplainedError } from '../../nodes/shared/api/errors/explainedError.ts';
import type { Send } from '../../nodes/shared/api/http.ts';
import { findTarget, type Target } from '../../nodes/shared/api/modelLookup.ts';
import { lacksVideo, type Task } from '../../nodes/shared/api/task.ts';
import { type LedgerStore, VideoRecord } from '../../nodes/shared/engine/ledger.ts';
import { type Outcome, runBatch } from '../../nodes/shared/engine/runBatch.ts';
import type { PlannedVideo, TaskService } from '../../nodes/shared/engine/taskService.ts';
import { contextLedger } from '../../nodes/shared/n8n/contextLedger.ts';
import { VideoIdentities } from '../../nodes/shared/n8n/videoIdentity.ts';
import type { NodeProcess } from './process.mts';
import type { Script } from './script.mts';

/** What n8n keeps for the node in an execution. */
export type Stored = Record<string, unknown>;

/** What the user learns of an item's video. */
export interface Told {
	/** The video's task, that it may have been started, or neither: then it was not charged. */
	as: 'task' | 'mayHaveStarted' | 'notCharged';
	failed: boolean;
	taskId?: string;
	/** All that is said, facts included. */
	text: string;
}

interface NodeTry {
	script: Script;
	/** Of n8n: no two histories have the same. */
	instanceId: string;
	executionId: string;
	/** n8n hands each try of an execution the same object. */
	executeData: object;
	/** It retries an execution that this process has run. */
	isRetry: boolean;
	stored: Stored;
	/** Of each item, which of its requests it is. */
	variants: readonly number[];
	process: NodeProcess;
	send: Send;
}

/** One try of the node in an execution. */
export async function runNode(nodeTry: NodeTry): Promise<Told[]> {
	const { script, process } = nodeTry;
	const connection = connectionOf(script);
	const context = contextOf(nodeTry);
	const ledger = contextLedger(context, connection);
	const identities = new VideoIdentities(context);
	const videos: PlannedVideo[] = [];
	for (const [item, variant] of nodeTry.variants.entries()) {
		const planned = { request: requestOf(script, item, variant), target: targetOf(script) };
		videos.push({ ...(await identities.of(item, planned)), ...planned });
	}
	const outcomes = await runBatch(videos, serviceOf(nodeTry, connection), {
		clock: process.clock,
		ledger,
		timeout: script.timeout,
		maxConcurrency: script.maxConcurrency,
		polling: script.waits
			? { pollingInterval: script.pollingInterval, onTimeout: script.onTimeout }
			: undefined,
		stopOnFailure: script.stopsOnFailure,
		signal: process.signal,
	});
	identities.end(outcomes.every(({ state }) => state === 'finished'));
	if (process.signal.aborted) ledger.keepForRetry(videos);
	return videos.map((video, item) => toTold(video, outcomes[item] as Outcome<string>, ledger));
}

/** The client's functions, and the end of a task, as the node gives them to the engine. */
function serviceOf(
	{ send, process }: NodeTry,
	connection: Connection,
): TaskService<PlannedVideo, string> {
	const now = () => process.clock.now();
	const client = new KlingClient(connection, send, now);
	return {
		create: async ({ request, target }, externalTaskId, onLeaving) =>
			await client.create({ ...request, externalTaskId }, target, onLeaving),
		findByExternalId: async (sent) => await client.findByExternalId(sent),
		refresh: (tasks, signal) => client.refresh(tasks, signal),
		deliver: async (_video, task) => await deliver(task),
	};
}

async function deliver(task: Task): Promise<string> {
	if (task.status === 'failed') throw taskFailed(task);
	if (lacksVideo(task)) throw noVideo(task);
	return await Promise.resolve(task.id);
}

function toTold(
	video: PlannedVideo,
	{ task, state, error, result }: Outcome<string>,
	ledger: LedgerStore,
): Told {
	const { task: noted, isUnsure } = new VideoRecord(ledger, video);
	const id = task?.id ?? noted?.id;
	const facts = error instanceof KlingError ? error.facts : undefined;
	const text = JSON.stringify([id, state, result, error instanceof Error && error.message, facts]);
	const failed = state === 'failed';
	if (id !== undefined) return { as: 'task', failed, taskId: id, text };
	const isDoubtful =
		isUnsure || (error instanceof ExplainedError && meaningOf(error).creating === 'unknown');
	return { as: isDoubtful ? 'mayHaveStarted' : 'notCharged', failed, text };
}

function connectionOf({ service }: Script): Connection {
	return {
		service: service === 'gateway' ? 'gateway' : 'official',
		baseUrl: 'https://service.example/kling',
		hasOwnBaseUrl: service !== 'official',
		authentication: { kind: 'apiKey', apiKey: 'key' },
		isRelay: service !== 'official',
		mayLackFormats: service !== 'official',
		formats: API_KEY_FORMATS[service === 'gateway' ? 'gateway' : 'official'],
	};
}

function requestOf({ format }: Script, item: number, variant: number): PlannedVideo['request'] {
	return {
		prompt: `item-${item} variant-${variant}`,
		mode: 'std',
		duration: 5,
		...(format.endsWith('image')
			? { firstFrame: { kind: 'url', url: 'https://files.example/i.png' } }
			: { aspectRatio: '16:9' }),
	};
}

function targetOf({ format, isUndocumented }: Script): Target {
	const model =
		{ gateway: 'kling-v1-6' }[format as string] ?? (isUndocumented ? 'kling-4.0' : 'kling-v3');
	const target = findTarget(model, [format]);
	if (!target) throw new Error(`${model} is not served in the format ${format}`);
	return target;
}

/** As much of n8n as the ledger and the names of videos need. */
function contextOf(nodeTry: NodeTry): IExecuteFunctions {
	const context = {
		getContext: () => nodeTry.stored,
		getExecutionId: () => nodeTry.executionId,
		getExecuteData: () => nodeTry.executeData,
		getInstanceId: () => nodeTry.instanceId,
		getMode: () => (nodeTry.isRetry ? 'retry' : 'manual'),
		getWorkflow: () => ({ id: 'workflow' }),
		getNode: () => ({ id: 'node', type: 'kling' }),
		evaluateExpression: () => 0,
	};
	return context as unknown as IExecuteFunctions;
}
