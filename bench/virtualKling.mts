/** The node's waiting engine against the emulator on a virtual clock, and what it is compared with. */
import {
	EMULATOR_API_KEY,
	startEmulator,
	type Emulator,
	type RecordedRequest,
} from '../emulator/index.mts';
import { KlingClient } from '../nodes/shared/api/client.ts';
import type { ApiReply, ApiRequest } from '../nodes/shared/api/http.ts';
import { findTarget } from '../nodes/shared/api/modelLookup.ts';
import type { FormatName } from '../nodes/shared/api/routes.ts';
import type { VideoRequest } from '../nodes/shared/api/request.ts';
import { isOver, type Task } from '../nodes/shared/api/task.ts';
import { runBatch } from '../nodes/shared/engine/runBatch.ts';
import { Semaphore } from '../nodes/shared/utils/semaphore.ts';
import { externalTaskIdOf } from '../nodes/shared/engine/externalIds.ts';
import type { PlannedVideo, TaskService } from '../nodes/shared/engine/taskService.ts';
import { VirtualClock } from '../testkit/clocks/virtualClock.mts';
import { MemoryLedger } from '../testkit/memoryLedger.mts';
import { mean } from './numbers.mts';

/** How long a request takes to reach Kling; milliseconds. */
const LATENCY = 200;

/** The node's default, in milliseconds. */
const POLLING_INTERVAL = 5_000;

/** The node's default, in milliseconds. */
const TIMEOUT = 60 * 60_000;

const MODELS: Readonly<Partial<Record<FormatName, string>>> = {
	gateway: 'kling-v1-6',
	v1: 'kling-v2-6',
	path: 'kling-v2-6',
};

const REQUEST: VideoRequest = { prompt: 'a cat', mode: 'std', duration: 5, aspectRatio: '16:9' };

export interface KlingOptions {
	format: FormatName;
	/** Generation times of the tasks in the order of their creation; milliseconds. */
	generation: readonly number[];
	/** Concurrency limit of the account. Default: none that matters. */
	concurrency?: number;
}

/** What a run cost and how late it was. */
export interface Measured {
	videos: number;
	/** From the start to the last delivery; milliseconds. */
	makespan: number;
	/** Requests to create a video, refused ones included. */
	createRequests: number;
	/** Creations refused by the concurrency limit (1303). */
	refusedRequests: number;
	/** Status checks: queries and lists. */
	statusRequests: number;
	/** Detection lags, from a task's end at Kling to its delivery; milliseconds. */
	meanLag: number;
	maxLag: number;
}

export class VirtualKling {
	readonly clock: VirtualClock;
	readonly client: KlingClient;
	private readonly startedAt: number;
	/** When each task was delivered, by its ID. */
	private readonly deliveredAt = new Map<string, number>();
	/** Real requests go one after the other: who asks first is answered first, in every run. */
	private readonly wire = new Semaphore(1);

	private constructor(
		private readonly format: FormatName,
		clock: VirtualClock,
		private readonly emulator: Emulator,
		/** All of them: the emulator's own log forgets the oldest. */
		private readonly requests: readonly RecordedRequest[],
	) {
		this.clock = clock;
		this.startedAt = clock.now();
		this.client = new KlingClient(
			{ formats: [format], isRelay: false, mayLackFormats: false },
			async (request) => await this.send(request),
			() => clock.now(),
		);
	}

	static async start({
		format,
		generation,
		concurrency = 1000,
	}: KlingOptions): Promise<VirtualKling> {
		const clock = new VirtualClock();
		const shortest = Math.min(...generation);
		const requests: RecordedRequest[] = [];
		const emulator = await startEmulator({
			now: () => clock.now(),
			queueMs: 1000,
			generationMs: shortest,
			generationJitterMs: (seq) => (generation[seq - 1] ?? shortest) - shortest,
			models: 'classic',
			accounts: [{ apiKey: EMULATOR_API_KEY, concurrency }],
			onRequest: (request) => requests.push(request),
		});
		return new VirtualKling(format, clock, emulator, requests);
	}

	/** A video to be created. */
	plan(index: number): PlannedVideo {
		const { format } = this;
		const target = findTarget(MODELS[format] ?? '', [format]);
		if (!target) throw new Error(`${MODELS[format]} is not served in the format ${format}`);
		const key = `bench-${index}`;
		return { key, name: key, request: REQUEST, target };
	}

	/** What the engine can do: the client's requests, as in the node. */
	service(): TaskService<PlannedVideo, void> {
		const { client } = this;
		return {
			create: async ({ request, target }, externalTaskId, onLeaving) =>
				await client.create({ ...request, externalTaskId }, target, onLeaving),
			findByExternalId: async (sent) => await client.findByExternalId(sent),
			refresh: (tasks) => client.refresh(tasks),
			deliver: async (_video, task) => this.deliver(task),
		};
	}

	/** Creates a video without the engine. */
	async create(index: number): Promise<Task> {
		const video = this.plan(index);
		const record = { name: video.name, failures: 0, hasNoExternalId: false };
		const { signal } = new AbortController();
		return await this.service().create(video, externalTaskIdOf(video, record), () => {}, signal);
	}

	/** Notes that a task's result has reached the user. */
	deliver({ id }: Pick<Task, 'id'>): void {
		this.deliveredAt.set(id, this.clock.now());
	}

	/** What has happened so far. */
	measure(): Measured {
		const { requests } = this;
		const creations = requests.filter(({ route }) => route === 'create');
		const lags = this.emulator.tasks().flatMap(({ id, state, updatedAt }) => {
			const deliveredAt = this.deliveredAt.get(id);
			return state === 'succeeded' && deliveredAt ? [deliveredAt - updatedAt] : [];
		});
		return {
			videos: lags.length,
			makespan: Math.max(...this.deliveredAt.values()) - this.startedAt,
			createRequests: creations.length,
			refusedRequests: creations.filter(({ status = 0 }) => status === 429).length,
			statusRequests: requests.filter(({ route }) => route === 'query' || route === 'list').length,
			meanLag: mean(lags),
			maxLag: Math.max(...lags),
		};
	}

	async stop(): Promise<void> {
		await this.emulator.close();
	}

	private async send({ method, path, body }: ApiRequest): Promise<ApiReply> {
		await this.clock.sleep(LATENCY);
		const { url, gatewayUrl } = this.emulator;
		const baseUrl = this.format === 'gateway' ? gatewayUrl : url;
		return await this.clock.hold(
			async () =>
				await this.wire.run(async () => {
					const reply = await fetch(baseUrl + path, {
						method,
						headers: {
							authorization: `Bearer ${EMULATOR_API_KEY}`,
							...(body && { 'content-type': 'application/json' }),
						},
						...(body && { body: JSON.stringify(body) }),
					});
					const headers = Object.fromEntries(reply.headers);
					return { status: reply.status, headers, body: await reply.text() };
				}),
		);
	}
}

/** Runs the videos of `generation` through the waiting engine, all in one batch. */
export async function runEngine(options: KlingOptions, maxConcurrency: number): Promise<Measured> {
	return await measure(options, async (kling) => {
		const videos = options.generation.map((_, index) => kling.plan(index));
		const outcomes = await runBatch(videos, kling.service(), {
			clock: kling.clock,
			ledger: new MemoryLedger(),
			timeout: TIMEOUT,
			maxConcurrency,
			polling: { pollingInterval: POLLING_INTERVAL, onTimeout: 'error' },
			stopOnFailure: false,
		});
		for (const { state, error } of outcomes) if (state !== 'finished') throw error;
	});
}

/** Does what other nodes do: creates a video, checks it until it is finished, then the next one. */
export async function runSequentially(options: KlingOptions): Promise<Measured> {
	return await measure(options, async (kling) => {
		for (const index of options.generation.keys()) {
			let task = await kling.create(index);
			while (!isOver(task)) {
				await kling.clock.sleep(POLLING_INTERVAL);
				task = await kling.client.find(task.id);
			}
			kling.deliver(task);
		}
	});
}

/** Runs something against a Kling of its own. */
export async function measure(
	options: KlingOptions,
	run: (kling: VirtualKling) => Promise<void>,
): Promise<Measured> {
	const kling = await VirtualKling.start(options);
	try {
		await run(kling);
		return kling.measure();
	} finally {
		await kling.stop();
	}
}
