/**
 * n8n in queue mode on loopback: a main and two workers, each with the package in a user folder of
 * its own, on PostgreSQL and Redis, and the emulator, whose clock can be held.
 */
import { randomBytes } from 'node:crypto';
import { SettableClock } from '../../testkit/clocks/settableClock.mts';
import { startHost, type Host, type Worker } from '../../testkit/n8n/index.mts';
import { freePort } from '../../testkit/ports.mts';
import { startPostgres } from './postgres.mts';
import { startRedis, type Redis } from './redis.mts';

export const WORKERS = 2;
/** Executions at once on each worker. */
export const CONCURRENCY = 2;
/** How long the emulator takes for a video. */
export const GENERATION_MS = 2500;

/**
 * Bull's settings, by which a worker that died is noticed, in ms. n8n's defaults, 60, 10 and 30
 * seconds, would take minutes.
 */
export const LOCK = { duration: 10_000, renewal: 2000, stalledCheck: 3000 } as const;

export interface Cluster {
	host: Host;
	workers: [Worker, Worker];
	redis: Redis;
	/** The emulator's. While it is held, no video makes progress. */
	clock: SettableClock;
	stop(): Promise<void>;
}

/** @throws Error when a program is missing or something does not start */
export async function startCluster(): Promise<Cluster> {
	const cleanUp: Array<() => Promise<void>> = [];
	const stop = async () => {
		for (const step of cleanUp.splice(0)) await step();
	};
	try {
		const redis = await startRedis();
		cleanUp.unshift(redis.stop);
		const postgres = await startPostgres();
		cleanUp.unshift(postgres.stop);
		const clock = new SettableClock();
		const port = await freePort();
		const host = await startHost({
			port,
			env: {
				...redis.env,
				...postgres.env,
				EXECUTIONS_MODE: 'queue',
				// Workers make the resume URLs: without it they would name their own port.
				WEBHOOK_URL: `http://127.0.0.1:${port}`,
				OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
				N8N_ENCRYPTION_KEY: randomBytes(24).toString('base64'),
				// n8n's own choice in queue mode: the database.
				N8N_DEFAULT_BINARY_DATA_MODE: undefined,
				QUEUE_WORKER_LOCK_DURATION: String(LOCK.duration),
				QUEUE_WORKER_LOCK_RENEW_TIME: String(LOCK.renewal),
				QUEUE_WORKER_STALLED_INTERVAL: String(LOCK.stalledCheck),
			},
			emulator: { queueMs: 300, generationMs: GENERATION_MS, now: () => clock.now() },
		});
		cleanUp.unshift(async () => await host.stop());
		const workers = (await Promise.all(
			Array.from({ length: WORKERS }, async () => {
				return await host.startWorker({ concurrency: CONCURRENCY });
			}),
		)) as [Worker, Worker];
		return { host, workers, redis, clock, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

/**
 * How long Bull's lock on a running execution still holds, in ms; undefined when nobody runs it.
 * Workers renew it, or else Bull calls the execution stalled.
 */
export async function lockOf(
	{ redis, workers }: Cluster,
	executionId: string,
): Promise<number | undefined> {
	const started = new RegExp(`^Worker started execution ${executionId} \\(job (\\d+)\\)`);
	const jobs = workers.flatMap(({ log }) =>
		log.flatMap(({ message }) => started.exec(message)?.[1] ?? []),
	);
	const left = Number(await redis.command('PTTL', `bull:jobs:${jobs.at(-1)}:lock`));
	return left < 0 ? undefined : left;
}
