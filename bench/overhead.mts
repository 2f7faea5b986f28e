/** What an item costs beyond its requests. */
import type { Section } from '../testkit/cli/section.mts';
import { count, milliseconds, ratio } from '../testkit/cli/units.mts';
import { runChild } from './child.mts';
import { withRemoteEmulator, type RemoteEmulator } from './remoteEmulator.mts';

export interface OverheadTask {
	operation: 'create' | 'createAndWait';
	format: 'gateway' | 'v1';
	/** Input items per run. */
	items: number;
	repetitions: number;
	/** Items under way at once: what the operation does by default. */
	parallelism: number;
	emulator: RemoteEmulator;
}

/** The built node; its requests by n8n's helper, in a node that does nothing else; and by bare fetch. */
export type Contender = 'node' | 'helper' | 'fetch';

/** Medians of the repetitions, per item. */
export interface OverheadReading {
	contender: Contender;
	/** Elapsed time in milliseconds. */
	wall: number;
	/** Processor time of the process, the emulator's not included; milliseconds. */
	cpu: number;
	requests: number;
}

type Case = Pick<OverheadTask, 'operation' | 'format' | 'parallelism' | 'items'>;

type OverheadResult = Case & Record<Contender, OverheadReading>;

/** @param isQuick fewer items, one case */
export async function benchmarkOverhead(isQuick: boolean): Promise<Section<OverheadResult>> {
	const items = isQuick ? 200 : 1000;
	const repetitions = isQuick ? 1 : 3;
	const cases: Case[] = [
		{ operation: 'createAndWait', format: 'gateway', parallelism: 20, items },
		{ operation: 'createAndWait', format: 'v1', parallelism: 20, items },
		{ operation: 'create', format: 'gateway', parallelism: 5, items },
	];
	const results: OverheadResult[] = [];
	for (const each of isQuick ? cases.slice(0, 1) : cases) {
		results.push(await runCase(each, repetitions));
	}
	return {
		title: `Overhead: ${items} items on a service that answers at once`,
		note:
			'Per item; n8n’s engine, no download, every pause of the node over at once. Each cell: elapsed ms (processor ms). ' +
			'Bare: the same requests, as many at once, by fetch, and by n8n’s own request helper in a node that does nothing else.',
		columns: [
			['operation', (row) => row.operation],
			['format', (row) => row.format],
			['requests', (row) => count(row.node.requests)],
			['bare', (row) => count(row.fetch.requests)],
			['node', (row) => timesOf(row.node)],
			['n8n’s helper', (row) => timesOf(row.helper)],
			['fetch', (row) => timesOf(row.fetch)],
			['node / helper', (row) => ratio(row.node.wall / row.helper.wall)],
			['node / fetch', (row) => ratio(row.node.wall / row.fetch.wall)],
		],
		results,
	};
}

async function runCase(each: Case, repetitions: number): Promise<OverheadResult> {
	return await withRemoteEmulator(async (emulator) => {
		const task: OverheadTask = { ...each, repetitions, emulator };
		const readings = await runChild<OverheadReading[]>('overhead.child.mts', task);
		const [node, helper, fetch] = readings as [OverheadReading, OverheadReading, OverheadReading];
		return { ...each, node, helper, fetch };
	});
}

function timesOf({ wall, cpu }: OverheadReading): string {
	return `${milliseconds(wall)} (${milliseconds(cpu)})`;
}
