/**
 * `npm run bench`: measures the waiting engine, the polling, the memory, the overhead and the
 * package, each side by side with what it is to be compared with. Nothing here passes or fails;
 * README.md beside this file says what the numbers mean.
 */
import { writeFile } from 'node:fs/promises';
import { printFailure } from '../testkit/cli/flags.mts';
import { toMarkdown, type Section } from '../testkit/cli/section.mts';
import { seconds, today } from '../testkit/cli/units.mts';
import { benchmarkBatch } from './batch.mts';
import { benchmarkGrowth } from './growth.mts';
import { benchmarkHostile } from './hostile.mts';
import { benchmarkImages } from './images.mts';
import { benchmarkLoad, measureTarball } from './load.mts';
import { describeMachine, machineText } from './machine.mts';
import { benchmarkMemory } from './memory.mts';
import { benchmarkOverhead } from './overhead.mts';
import { benchmarkPolling } from './polling.mts';
import { benchmarkReplies } from './replies.mts';
import { readSettings, USAGE, type Part, type Settings } from './settings.mts';

/** A part as it comes out: its tables and its numbers. */
interface Finished {
	title: string;
	note: string;
	markdown: string;
	results: readonly unknown[];
}

const BENCHMARKS: Readonly<Record<Part, (isQuick: boolean) => Promise<Finished[]>>> = {
	batch: async (isQuick) => [finish(await benchmarkBatch(isQuick))],
	polling: async (isQuick) => (await benchmarkPolling(isQuick)).map(finish),
	memory: async (isQuick) => [
		finish(await benchmarkMemory(isQuick)),
		finish(await benchmarkImages(isQuick)),
	],
	overhead: async (isQuick) => [finish(await benchmarkOverhead(isQuick))],
	replies: async (isQuick) => await Promise.resolve([finish(benchmarkReplies(isQuick))]),
	hostile: async (isQuick) => [finish(await benchmarkHostile(isQuick))],
	growth: async (isQuick) => [finish(await benchmarkGrowth(isQuick))],
	load: async (isQuick) => [finish(await benchmarkLoad(isQuick)), finish(await measureTarball())],
};

function finish<Result>(section: Section<Result>): Finished {
	const { title, note, results } = section;
	return { title, note, results, markdown: toMarkdown(section) };
}

try {
	await run(readSettings(process.argv.slice(2)));
} catch (error) {
	process.exitCode = printFailure('Benchmarks', error, USAGE);
}

async function run({ isQuick, parts, json }: Settings): Promise<void> {
	const date = today();
	const machine = describeMachine();
	const printsTables = json !== '-';
	if (printsTables) {
		console.log(`# Benchmarks${isQuick ? ' (quick)' : ''}\n\n${machineText(machine)}\n`);
	}
	const sections: Array<Omit<Finished, 'markdown'> & { part: Part }> = [];
	for (const part of parts) {
		const startedAt = performance.now();
		for (const { markdown, ...section } of await BENCHMARKS[part](isQuick)) {
			if (printsTables) console.log(markdown);
			sections.push({ part, ...section });
		}
		console.error(`${part}: ${seconds(performance.now() - startedAt)}`);
	}
	if (json === undefined) return;
	const text = `${JSON.stringify({ date, machine, isQuick, sections }, null, 2)}\n`;
	if (printsTables) await writeFile(json, text);
	else process.stdout.write(text);
}
