/**
 * `npm run build && npx tsx bench/suspended.mts [200]`: what executions that wait for a callback
 * cost a real n8n. Its limit of executions at once is 5, so that many more can wait only if waiting
 * holds none of them. Linux only: it reads /proc.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { toMarkdown } from '../testkit/cli/section.mts';
import { mebibytes, seconds } from '../testkit/cli/units.mts';
import { SettableClock } from '../testkit/clocks/settableClock.mts';
import { eventually } from '../testkit/eventually.mts';
import {
	chain,
	klingAccount,
	klingNode,
	startHost,
	webhookTrigger,
	type Host,
} from '../testkit/n8n/index.mts';
import { residentMemory } from '../testkit/n8n/process.mts';

const LIMIT = 5;
const QUIET_MS = 20_000;
const GENERATION_MS = 3600_000;
const PATIENCE_MS = 300_000;
/** Triggers under way at once. */
const PARALLEL = 10;

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

const total = Number(process.argv[2] ?? 200);
const clock = new SettableClock();
const host = await startHost({
	env: { N8N_CONCURRENCY_PRODUCTION_LIMIT: String(LIMIT) },
	emulator: { now: () => clock.now(), queueMs: 0, generationMs: GENERATION_MS },
});
try {
	await measure(host);
} finally {
	await host.stop();
}

async function measure({ emulator }: Host): Promise<void> {
	emulator.updateAccount('emulator', { concurrency: total });
	const kling = await host.createCredential('Kling account', klingAccount(emulator));
	const { id } = await host.importWorkflow(
		chain(
			'Suspended',
			webhookTrigger('suspended'),
			klingNode(kling, { waitFor: 'callback', waitOptions: {} }),
		),
	);
	await host.activate(id);

	const none = await readAfterRestart(id, 'fresh n8n, none waiting');
	const suspendedIn = await timed(async () => await suspend(id, total));
	const same = await read(id, 'the same n8n, all waiting');
	const all = await readAfterRestart(id, 'fresh n8n, all waiting');
	const resumedIn = await timed(async () => await finishAll(id, total));
	const done = await read(id, 'the same n8n, all resumed');

	console.log(
		toMarkdown({
			title: `Suspended: ${total} executions wait for callbacks`,
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
		}),
	);
}

async function readAfterRestart(workflowId: string, moment: string): Promise<Reading> {
	await host.restart();
	return await read(workflowId, moment);
}

async function suspend(workflowId: string, count: number): Promise<void> {
	let left = count;
	const trigger = async () => {
		while (left-- > 0) await host.trigger('suspended', {});
	};
	await Promise.all(Array.from({ length: PARALLEL }, trigger));
	await eventually(
		async () => (await host.countExecutions(workflowId, 'waiting')) === count,
		PATIENCE_MS,
	);
}

/** Kling is done with one video after the other, as they were begun, and calls back. */
async function finishAll(workflowId: string, count: number): Promise<void> {
	const running = host.emulator.tasks().filter(({ state }) => state === 'processing');
	const first = Math.min(...running.map(({ createdAt }) => createdAt));
	clock.advance(first + GENERATION_MS - clock.now());
	await host.emulator.flushCallbacks();
	await eventually(
		async () => (await host.countExecutions(workflowId, 'success')) === count,
		PATIENCE_MS,
	);
}

async function read(workflowId: string, moment: string): Promise<Reading> {
	// n8n tidies up after the last executions.
	await delay(QUIET_MS);
	const used = await processorTime();
	const requests = host.emulator.requests().length;
	await delay(QUIET_MS);
	return {
		moment,
		processor: (await processorTime()) - used,
		requests: host.emulator.requests().length - requests,
		connections: await connections(),
		memory: await residentMemory(host.pid),
		waiting: await host.countExecutions(workflowId, 'waiting'),
		succeeded: await host.countExecutions(workflowId, 'success'),
	};
}

/** Clock ticks are hundredths of a second on every Linux there is. */
async function processorTime(): Promise<number> {
	const stat = await readFile(`/proc/${host.pid}/stat`, 'utf8');
	// The name, in brackets, may hold blanks; behind it user and system time are fields 14 and 15.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Established connections of n8n's to the emulator. */
async function connections(): Promise<number> {
	const sockets = new Set<string>();
	for (const name of await readdir(`/proc/${host.pid}/fd`)) {
		const target = await readlink(`/proc/${host.pid}/fd/${name}`).catch(() => '');
		const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
		if (inode !== undefined) sockets.add(inode);
	}
	const tables = await Promise.all(
		['tcp', 'tcp6'].map(async (name) => await readFile(`/proc/${host.pid}/net/${name}`, 'utf8')),
	);
	const port = host.emulator.port.toString(16).toUpperCase().padStart(4, '0');
	return tables
		.flatMap((table) => table.trim().split('\n').slice(1))
		.map((line) => line.trim().split(/\s+/))
		.filter(
			([, , remote = '', state, , , , , , inode = '']) =>
				remote.endsWith(`:${port}`) && state === '01' && sockets.has(inode),
		).length;
}

async function timed(action: () => Promise<void>): Promise<number> {
	const startedAt = performance.now();
	await action();
	return performance.now() - startedAt;
}
