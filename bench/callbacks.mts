/**
 * Executions of a real n8n that wait by callback. On a quiet day: what many of them cost n8n, whose
 * limit of executions at once is so low that they can wait only if waiting holds none of them. On a
 * bad day callbacks come late, twice or not at all and are then repeated, status checks lag behind
 * them, and n8n is killed while all of them wait: every video must come, soon after the last one of
 * its execution is finished, none of them charged twice. Linux only: it reads /proc.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Section } from '../testkit/cli/section.mts';
import { count, mebibytes, percent, seconds } from '../testkit/cli/units.mts';
import { SettableClock } from '../testkit/clocks/settableClock.mts';
import { eventually } from '../testkit/eventually.mts';
import {
	chain,
	code,
	type Execution,
	klingAccount,
	klingNode,
	startHost,
	webhookTrigger,
	type Host,
} from '../testkit/n8n/index.mts';
import { residentMemory } from '../testkit/n8n/process.mts';
import { mean, seeded } from './numbers.mts';

const PATIENCE_MS = 600_000;
/** Triggers under way at once. */
const PARALLEL = 5;

/** Executions, each of so many videos. */
interface Order {
	executions: number;
	videos: number;
}

/**
 * Starts a workflow so often, and waits until all its executions wait for their callbacks.
 *
 * @returns its ID
 */
async function suspend(host: Host, { executions, videos }: Order): Promise<string> {
	host.emulator.updateAccount('emulator', { concurrency: executions * videos });
	const kling = await host.createCredential('Kling account', klingAccount(host.emulator));
	const prompts = `return [...Array(${videos}).keys()].map((video) => ({ json: { video } }));`;
	const prompt = '=A paper boat, {{ $json.video }}';
	const { id } = await host.importWorkflow(
		chain(
			'Callbacks',
			webhookTrigger('callbacks'),
			code('Prompts', prompts),
			klingNode(kling, { prompt, waitFor: 'callback', waitOptions: {} }),
		),
	);
	await host.activate(id);
	let left = executions;
	const trigger = async () => {
		while (left-- > 0) {
			const { status, body } = await host.trigger('callbacks', {});
			if (status === 200) continue;
			throw new Error(`n8n didn’t start an execution: ${status} ${JSON.stringify(body)}`);
		}
	};
	await Promise.all(Array.from({ length: PARALLEL }, trigger));
	await eventually(
		async () => (await host.countExecutions(id, 'waiting')) === executions,
		PATIENCE_MS,
	);
	return id;
}

// --- A quiet day

/** Of n8n's production executions at once. */
const LIMIT = 5;
const QUIET_MS = 20_000;
const LONG_MS = 3600_000;

/** What n8n's process takes and does over a quiet while. */
interface Reading {
	moment: string;
	waiting: number;
	succeeded: number;
	/** Resident memory in bytes. */
	memory: number;
	/** Processor time during the quiet while, ms. */
	processor: number;
	/** Requests to Kling during the quiet while. */
	requests: number;
	/** Open connections to Kling after it. */
	connections: number;
}

/** @param isQuick fewer executions */
export async function benchmarkSuspended(isQuick: boolean): Promise<Section<Reading>> {
	const executions = isQuick ? 20 : 200;
	const clock = new SettableClock();
	const host = await startHost({
		env: { N8N_CONCURRENCY_PRODUCTION_LIMIT: String(LIMIT) },
		emulator: { now: () => clock.now(), queueMs: 0, generationMs: LONG_MS },
	});
	try {
		const none = await read(host, 'none waiting');
		let id = '';
		const suspendedIn = await timed(async () => {
			id = await suspend(host, { executions, videos: 1 });
		});
		const same = await read(host, 'the same n8n, all waiting', id);
		await host.restart();
		const all = await read(host, 'fresh n8n, all waiting', id);
		const resumedIn = await timed(async () => {
			// Kling is done with one video after the other, as they were begun.
			const begun = Math.min(...host.emulator.tasks().map(({ createdAt }) => createdAt));
			clock.advance(begun + LONG_MS - clock.now());
			await host.emulator.flushCallbacks();
			await eventually(
				async () => (await host.countExecutions(id, 'success')) === executions,
				PATIENCE_MS,
			);
		});
		const done = await read(host, 'the same n8n, all resumed', id);
		return {
			title: `Suspended: ${executions} executions wait for callbacks`,
			note:
				`n8n ${host.version} with at most ${LIMIT} production executions at once. Suspended in ${seconds(suspendedIn)}, ` +
				`resumed with their videos in ${seconds(resumedIn)}. What running them leaves in the heap goes with a restart: ` +
				`waiting itself changes the memory of a fresh n8n by ${mebibytes(all.memory - none.memory)}. Processor time and requests are those of ${seconds(QUIET_MS)}.`,
			columns: [
				['moment', (row) => row.moment],
				['waiting', (row) => String(row.waiting)],
				['succeeded', (row) => String(row.succeeded)],
				['resident memory', (row) => mebibytes(row.memory)],
				['processor', (row) => `${row.processor} ms`],
				['requests to Kling', (row) => String(row.requests)],
				['connections to Kling', (row) => String(row.connections)],
			],
			results: [none, same, all, done],
		};
	} finally {
		await host.stop();
	}
}

async function read(host: Host, moment: string, workflowId?: string): Promise<Reading> {
	// n8n tidies up after the last executions.
	await delay(QUIET_MS);
	const used = await processorTime(host.pid);
	const requests = host.emulator.requests().length;
	await delay(QUIET_MS);
	const executions = async (status: 'waiting' | 'success') =>
		workflowId === undefined ? 0 : await host.countExecutions(workflowId, status);
	return {
		moment,
		processor: (await processorTime(host.pid)) - used,
		requests: host.emulator.requests().length - requests,
		connections: await connections(host.emulator.port),
		memory: await residentMemory(host.pid),
		waiting: await executions('waiting'),
		succeeded: await executions('success'),
	};
}

/** Clock ticks are hundredths of a second on every Linux there is. */
async function processorTime(pid: number): Promise<number> {
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
	// The name, in brackets, may hold blanks; behind it user and system time are fields 14 and 15.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Established connections to the emulator: nobody but n8n has any. */
async function connections(port: number): Promise<number> {
	const tables = await Promise.all(
		['tcp', 'tcp6'].map(async (name) => await readFile(`/proc/net/${name}`, 'utf8')),
	);
	const isToPort = new RegExp(`^ *\\d+: \\S+ \\w+:${port.toString(16).padStart(4, '0')} 01 `, 'i');
	return tables.flatMap((table) => table.split('\n')).filter((line) => isToPort.test(line)).length;
}

async function timed(action: () => Promise<void>): Promise<number> {
	const startedAt = performance.now();
	await action();
	return performance.now() - startedAt;
}

// --- A bad day

/** The first video is finished so long after n8n was killed, before it is there again, and the others within JITTER_MS, or sooner in a reduced set; ms. */
const GENERATION_MS = 8_000;
const JITTER_MS = 240_000;
const QUICK_JITTER_MS = 60_000;
/** Pauses before a callback that was not accepted comes again, ms. */
const RETRIES_MS = [5_000, 5_000, 10_000, 20_000, 40_000];
/** Shares of the callbacks, or of the tasks. */
const SHARE = { lost: 0.1, late: 0.3, twice: 0.2, lagging: 0.3 };
const LATEST_MS = 3_000;

interface BadDay {
	ordered: number;
	/** Different videos. */
	delivered: number;
	charged: number;
	/** From the end of an execution's last video to the end of the execution; ms. */
	lags: number[];
	/** Status checks, and those of them before the suspension, per video. */
	checks: number;
	early: number;
}

/**
 * @param isQuick fewer executions
 * @throws Error when a video is lost, or charged twice
 */
export async function benchmarkCallbacks(isQuick: boolean): Promise<Section<BadDay>> {
	const order = { executions: isQuick ? 10 : 100, videos: 5 };
	const jitter = isQuick ? QUICK_JITTER_MS : JITTER_MS;
	const random = seeded(4711);
	const clock = new SettableClock();
	clock.hold();
	const host = await startHost({
		emulator: {
			now: () => clock.now(),
			queueMs: 0,
			generationMs: GENERATION_MS,
			generationJitterMs: () => Math.round(random() * jitter),
			callbackJourney: () => ({
				isLost: random() < SHARE.lost,
				delayMs: random() < SHARE.late ? Math.round(random() * LATEST_MS) : 0,
				copies: random() < SHARE.twice ? 2 : 1,
			}),
			callbackRetriesMs: RETRIES_MS,
		},
	});
	const { emulator } = host;
	try {
		const id = await suspend(host, order);
		const early = statusChecks(host);
		for (const task of emulator.tasks()) {
			if (random() >= SHARE.lagging) continue;
			emulator.addFault({
				match: { route: 'query', contains: task.id },
				times: 2,
				action: { type: 'status', value: 'processing' },
			});
		}
		await host.kill9();
		clock.release();
		await host.restart();
		await eventually(
			async () => (await host.countExecutions(id, 'waiting', 'running')) === 0,
			PATIENCE_MS,
		).catch(() => {});
		await emulator.flushCallbacks();
		const executions = await Promise.all(
			(await host.executionIds(id)).map(async (execution) => await host.execution(execution)),
		);
		const day: BadDay = {
			ordered: order.executions * order.videos,
			...outcome(host, executions, clock.now() - Date.now()),
			early: early / emulator.tasks().length,
		};
		if (day.delivered !== day.ordered || day.charged !== day.ordered) {
			throw new Error(
				`Of ${day.ordered} videos ${day.delivered} came, ${day.charged} were charged`,
			);
		}
		return {
			title: `Callbacks: ${order.executions} executions of ${order.videos} videos each, n8n killed in between`,
			note: `n8n ${host.version}. ${conditions(host)} Lag: from the end of an execution’s last video to the end of the execution.`,
			columns: [
				['videos ordered', (row) => String(row.ordered)],
				['delivered', (row) => String(row.delivered)],
				['charged', (row) => String(row.charged)],
				['lag, mean', (row) => seconds(mean(row.lags))],
				['lag, longest', (row) => seconds(Math.max(...row.lags))],
				['status checks per video', (row) => count(row.checks)],
				['of these before the suspension', (row) => count(row.early)],
			],
			results: [day],
		};
	} finally {
		await host.stop();
	}
}

function conditions({ emulator }: Host): string {
	const callbacks = emulator.callbacks();
	const failed = callbacks.filter(({ error }) => error).length;
	return (
		`Of the callbacks ${percent(SHARE.lost)} are lost, ${percent(SHARE.late)} are up to ${seconds(LATEST_MS)} late, ${percent(SHARE.twice)} come twice; ` +
		`what n8n does not accept is repeated after ${RETRIES_MS.map(seconds).join(', ')}. For ${percent(SHARE.lagging)} of the videos status checks lag two answers behind. ` +
		`${callbacks.length} callbacks were sent, ${failed} of them while n8n was down.`
	);
}

function statusChecks({ emulator }: Host): number {
	return emulator.requests().filter(({ route }) => route === 'query' || route === 'list').length;
}

/** @param toClock from the system's clock to the emulator's; ms */
function outcome(
	host: Host,
	executions: readonly Execution[],
	toClock: number,
): Omit<BadDay, 'ordered' | 'early'> {
	const tasks = new Map(host.emulator.tasks().map((task) => [task.id, task]));
	const items = executions.map((execution) => execution.items('Kling'));
	const delivered = items
		.flat()
		.filter(({ json, binary }) => json.task_status === 'completed' && binary !== undefined);
	const lags = executions.flatMap(({ stoppedAt }, index) => {
		const ends = items[index]!.map(({ json }) => tasks.get(String(json.task_id))?.updatedAt ?? 0);
		return stoppedAt ? [stoppedAt.getTime() + toClock - Math.max(...ends)] : [];
	});
	return {
		lags,
		delivered: new Set(delivered.map(({ json }) => String(json.task_id))).size,
		charged: tasks.size,
		checks: statusChecks(host) / tasks.size,
	};
}
