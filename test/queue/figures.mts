/** What the tests measure, and the tables they print in the end. */
import { toMarkdown } from '../../testkit/cli/section.mts';
import { mebibytes, ratio, seconds } from '../../testkit/cli/units.mts';
import type { Emulator, Execution, Worker } from '../../testkit/n8n/index.mts';
import { CONCURRENCY, GENERATION_MS, WORKERS } from './cluster.mts';

/** Executions that can run at once. */
const AT_ONCE = WORKERS * CONCURRENCY;

/** A burst of executions from its first trigger to its last delivery. */
export interface Burst {
	mode: string;
	/** Concurrency limit of the account. */
	concurrency: number;
	executions: number;
	videos: number;
	ms: number;
	/** Of it, the emulator's clock was held. */
	heldMs: number;
	mostTasks: number;
	/** Rejected by the concurrency limit. */
	refused: number;
	requests: Record<'create' | 'ask' | 'file', number>;
	mostSuspended: number;
	/** Of each worker while the videos were made, in bytes. */
	memory: number[];
}

/** What became of the executions on a worker that was killed, and of all others. */
export interface Kill {
	mode: string;
	executions: number;
	videos: number;
	tasks: number;
	delivered: number;
	/** Executions that the worker was running. */
	onWorker: number;
	/** Of these, repeated by another worker. */
	repeated: number;
	/** Of these, ended by n8n as failed. */
	failed: number;
	/** Tasks of the failed ones that Get Many found by the execution's ID. */
	found: number;
}

/** The greatest number of tasks under way at the same moment of the emulator's clock. */
export function mostTasksAtOnce(emulator: Emulator): number {
	const changes = emulator.tasks().flatMap(({ createdAt, updatedAt }) => [
		{ at: createdAt, by: 1 },
		{ at: updatedAt, by: -1 },
	]);
	changes.sort((one, other) => one.at - other.at || one.by - other.by);
	let running = 0;
	return Math.max(...changes.map(({ by }) => (running += by)));
}

/** When the last of them was over, in ms since the epoch. */
export function lastEnd(executions: Execution[]): number {
	return Math.max(...executions.map(({ stoppedAt }) => stoppedAt?.getTime() ?? NaN));
}

/** Requests by purpose, and how often the concurrency limit rejected one. */
export function countRequests(emulator: Emulator): Pick<Burst, 'requests' | 'refused'> {
	const all = emulator.requests();
	const countOf = (...routes: string[]) =>
		all.filter(({ route }) => routes.includes(route ?? '')).length;
	return {
		requests: { create: countOf('create'), ask: countOf('list', 'query'), file: countOf('video') },
		refused: all.filter(({ route, status }) => route === 'create' && status === 429).length,
	};
}

export async function memoryOf(workers: Worker[]): Promise<number[]> {
	return await Promise.all(workers.map(async (worker) => await worker.rss()));
}

/** Prints what there is: not all tests may have run. */
export function print(bursts: Burst[], kills: Kill[]): void {
	const tables = [bursts.length > 0 && burstTable(bursts), kills.length > 0 && killTable(kills)];
	for (const table of tables) if (table) process.stdout.write(`\n${table}`);
}

function burstTable(results: Burst[]): string {
	const per = (number: number, { videos }: Burst) => (number / videos).toFixed(1);
	const rounds = (number: number, atOnce: number) => Math.ceil(number / atOnce) * GENERATION_MS;
	const ideal = ({ executions, videos, concurrency }: Burst) =>
		Math.max(rounds(executions, AT_ONCE), rounds(videos, concurrency));
	const [polling, callback] = ['polling', 'callback'].map((mode) =>
		results.find((burst) => burst.mode === mode && burst.executions === burst.videos),
	);
	const faster =
		polling && callback
			? ` In this run polling took ${ratio(polling.ms / callback.ms)} as long as callbacks.`
			: '';
	return toMarkdown({
		title: `Queue mode: one main, ${WORKERS} workers, ${CONCURRENCY} executions at once on each`,
		note:
			`A video takes ${seconds(GENERATION_MS)}. "At best" is what executions could reach that hold a worker while they wait, ` +
			`${AT_ONCE} at a time. "Held": no video made progress until all executions were suspended.${faster}`,
		columns: [
			['mode', ({ mode }) => mode],
			['concurrency limit', ({ concurrency }) => String(concurrency)],
			['executions', ({ executions }) => String(executions)],
			['videos', ({ videos }) => String(videos)],
			['all delivered in', ({ ms }) => seconds(ms)],
			['of it, clock held', ({ heldMs }) => seconds(heldMs)],
			['at best, holding workers', (row) => seconds(ideal(row))],
			['one after the other', ({ videos }) => seconds(videos * GENERATION_MS)],
			['most tasks at once', ({ mostTasks }) => String(mostTasks)],
			['most suspended at once', ({ mostSuspended }) => String(mostSuspended)],
			['rejected (1303)', ({ refused }) => String(refused)],
			[
				'requests per video (create, check, file)',
				(row) =>
					[row.requests.create, row.requests.ask, row.requests.file]
						.map((number) => per(number, row))
						.join(', '),
			],
			['memory of the workers meanwhile', ({ memory }) => memory.map(mebibytes).join(', ')],
		],
		results,
	});
}

function killTable(results: Kill[]): string {
	return toMarkdown({
		title: 'Queue mode: kill -9 of a worker',
		note: 'What became of the executions it was running, and of all videos. None was charged twice.',
		columns: [
			['mode', ({ mode }) => mode],
			['executions', ({ executions }) => String(executions)],
			['videos requested', ({ videos }) => String(videos)],
			['tasks charged', ({ tasks }) => String(tasks)],
			['videos delivered', ({ delivered }) => String(delivered)],
			['executions on the worker', ({ onWorker }) => String(onWorker)],
			['repeated by another', ({ repeated }) => String(repeated)],
			['ended as failed', ({ failed }) => String(failed)],
			['their tasks found by Get Many', ({ found }) => String(found)],
		],
		results,
	});
}
