/** How long hostile input blocks n8n's event loop, which all executions of a process share, and what memory it takes. */
import type { Section } from '../testkit/cli/section.mts';
import { mebibytes, milliseconds, ratio } from '../testkit/cli/units.mts';
import { runChild } from './child.mts';
import { HOSTILE_INPUTS } from './hostileInputs.mts';

export interface HostileTask {
	/** Of HOSTILE_INPUTS. */
	index: number;
}

export interface HostileReading {
	/** Of all items together; bytes. */
	size: number;
	/** The longest time in which nothing else was done; milliseconds, as all times here. */
	block: number;
	/** By `JSON.parse` of the same input alone, an image as a text in JSON. */
	parsed: number;
	/** How far resident memory grew; bytes. */
	growth: number;
	/** What became of it. */
	outcome: string;
}

interface HostileResult extends HostileReading {
	kind: string;
	shape: string;
}

/** Of each kind in a reduced set. */
const QUICK = 3;

/** @param isQuick some inputs of each kind only */
export async function benchmarkHostile(isQuick: boolean): Promise<Section<HostileResult>> {
	const seen: Record<string, number> = {};
	const indexes = [...HOSTILE_INPUTS.keys()].filter((index) => {
		const kind = HOSTILE_INPUTS[index]?.kind ?? '';
		seen[kind] = (seen[kind] ?? 0) + 1;
		return !isQuick || seen[kind] <= QUICK;
	});
	const results: HostileResult[] = [];
	for (const index of indexes) {
		const { kind, shape } = HOSTILE_INPUTS[index] as (typeof HOSTILE_INPUTS)[number];
		const reading = await runChild<HostileReading>('hostile.child.mts', { index });
		results.push({ kind, shape, ...reading });
	}
	return {
		title: 'Hostile input',
		note:
			'The longest block of the event loop and the growth of resident memory, each input in a fresh process. Replies and ' +
			'callbacks: read as a task, a list and a refusal. Parameters and files: from what n8n hands out to the request’s ' +
			'body, n8n’s own share left out. Median of three runs in one process, the first of which finds cold code.',
		columns: [
			['kind', (row) => row.kind],
			['input', (row) => row.shape],
			['size', (row) => mebibytes(row.size)],
			['JSON.parse', (row) => milliseconds(row.parsed)],
			['longest block', (row) => milliseconds(row.block)],
			['memory', (row) => mebibytes(row.growth)],
			['memory / size', (row) => ratio(row.growth / row.size)],
			['outcome', (row) => row.outcome],
		],
		results,
	};
}
