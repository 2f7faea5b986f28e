/** A batch of videos through the waiting engine and through a sequential loop. */
import type { FormatName } from '../nodes/shared/api/routes.ts';
import type { Section } from '../testkit/cli/section.mts';
import { count, ratio, seconds } from '../testkit/cli/units.mts';
import { runEngine, runSequentially, type Measured } from './virtualKling.mts';
import { fixed, idealMakespan, jittered } from './numbers.mts';

const VIDEOS = 20;
const AT_ONCE = 5;

/** Who keeps the batch to five videos at once. */
const LIMITS = {
	'the node': { maxConcurrency: AT_ONCE },
	'the account': { maxConcurrency: VIDEOS, concurrency: AT_ONCE },
} as const;

interface BatchResult {
	limitedBy: keyof typeof LIMITS;
	format: FormatName;
	generation: string;
	/** Milliseconds, as all times here. */
	ideal: number;
	engine: Measured;
	sequential: Measured;
	makespanOverIdeal: number;
	sequentialOverEngine: number;
}

const TIMES = {
	'60 s': fixed(60_000, VIDEOS),
	'175 s': fixed(175_000, VIDEOS),
	'175 s ±20 %': jittered(175_000, VIDEOS),
} as const;

/** @param isQuick one generation time and one format only */
export async function benchmarkBatch(isQuick: boolean): Promise<Section<BatchResult>> {
	const formats: FormatName[] = isQuick ? ['v1'] : ['gateway', 'v1', 'path'];
	const results: BatchResult[] = [];
	for (const [generation, times] of Object.entries(TIMES).slice(isQuick ? 2 : 0)) {
		for (const format of formats) {
			// A loop never has more than one video at a time: the limit does not matter to it.
			const sequential = await runSequentially({ format, generation: times });
			for (const [limitedBy, { maxConcurrency, ...account }] of Object.entries(LIMITS)) {
				const engine = await runEngine({ format, generation: times, ...account }, maxConcurrency);
				const ideal = idealMakespan(times, AT_ONCE);
				results.push({
					limitedBy: limitedBy as keyof typeof LIMITS,
					format,
					generation,
					ideal,
					engine,
					sequential,
					makespanOverIdeal: engine.makespan / ideal,
					sequentialOverEngine: sequential.makespan / engine.makespan,
				});
			}
		}
	}
	return {
		title: `Batch: ${VIDEOS} videos, ${AT_ONCE} at once, against a sequential loop`,
		note:
			'Virtual clock, 0.2 s per request, polling interval 5 s. The sequential loop uses the same client. ' +
			'Ideal: the generation times, five at a time, without any request.',
		columns: [
			['generation', (row) => row.generation],
			['format', (row) => row.format],
			['five at once by', (row) => row.limitedBy],
			['ideal makespan', (row) => seconds(row.ideal)],
			['makespan', (row) => seconds(row.engine.makespan)],
			['/ ideal', (row) => ratio(row.makespanOverIdeal)],
			['sequential', (row) => seconds(row.sequential.makespan)],
			['sequential / ours', (row) => ratio(row.sequentialOverEngine)],
			['creates/video', (row) => count(row.engine.createRequests / VIDEOS)],
			['of these 1303', (row) => count(row.engine.refusedRequests / VIDEOS)],
			['status requests/video', (row) => count(row.engine.statusRequests / VIDEOS)],
			['sequential', (row) => count(row.sequential.statusRequests / VIDEOS)],
			['lag mean (max)', (row) => lagOf(row.engine)],
			['sequential', (row) => lagOf(row.sequential)],
		],
		results,
	};
}

export function lagOf({ meanLag, maxLag }: Measured): string {
	return `${seconds(meanLag)} (${seconds(maxLag)})`;
}
