/** What ten, a hundred, a thousand and ten thousand items cost. */
import type { Section } from '../testkit/cli/section.mts';
import { count, kibibytes, ratio, seconds } from '../testkit/cli/units.mts';
import { lagOf } from './batch.mts';
import { heapWhileWaiting } from './memory.mts';
import { runEngine, type Measured } from './virtualKling.mts';
import { idealMakespan, jittered } from './numbers.mts';

const SLOTS = 20;
const SIZES = [10, 100, 1_000, 10_000] as const;
/** Milliseconds. */
const GENERATION = 60_000;

export interface GrowthResult extends Measured {
	/** Milliseconds. */
	ideal: number;
	/** What the node adds to n8n's heap while all items wait but those in the slots; bytes. */
	heap: number;
}

/** @param isQuick up to a hundred items */
export async function benchmarkGrowth(isQuick: boolean): Promise<Section<GrowthResult>> {
	const results: GrowthResult[] = [];
	for (const items of SIZES.slice(0, isQuick ? 2 : undefined)) {
		const times = jittered(GENERATION, items);
		const measured = await runEngine(
			{ format: 'v1', generation: times, concurrency: SLOTS },
			SLOTS,
		);
		const heap =
			(await heapWhileWaiting('waiting', items)) - (await heapWhileWaiting('idle', items));
		results.push({ ...measured, ideal: idealMakespan(times, SLOTS), heap });
	}
	return growthSection(results);
}

export function growthSection(results: readonly GrowthResult[]): Section<GrowthResult> {
	return {
		title: `Growth: items on ${SLOTS} slots`,
		note:
			`Videos of ${seconds(GENERATION)} ±20 % on a virtual clock, 0.2 s per request. Heap: of n8n’s engine with the built node, ` +
			'less that with a node that does nothing, while all items wait.',
		columns: [
			['items', (row) => String(row.videos)],
			['ideal makespan', (row) => seconds(row.ideal)],
			['/ ideal', (row) => ratio(row.makespan / row.ideal)],
			['creates/video', (row) => count(row.createRequests / row.videos)],
			['status requests/video', (row) => count(row.statusRequests / row.videos)],
			['lag mean (max)', (row) => lagOf(row)],
			['heap', (row) => kibibytes(row.heap)],
			['heap per further item', (row) => heapPerItem(row, results[results.indexOf(row) - 1])],
		],
		results,
	};
}

/** By the row before, if that has items that wait, too: the first ones bring the code along. */
function heapPerItem({ heap, videos }: GrowthResult, before?: GrowthResult): string {
	if (before === undefined || before.videos <= SLOTS) return '';
	return kibibytes((heap - before.heap) / (videos - before.videos));
}
