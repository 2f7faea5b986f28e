/**
 * `npm run bench`: measures the waiting engine, the polling, the memory and the overhead, each side by
 * side with what it is to be compared with. Nothing here passes or fails; README.md beside this file
 * says what the numbers mean.
 */
import { writeFile } from 'node:fs/promises';
import { parseFlags, printFailure, UsageError } from '../testkit/cli/flags.mts';
import { toMarkdown, type Section } from '../testkit/cli/section.mts';
import { seconds, today } from '../testkit/cli/units.mts';
import { benchmarkBatch } from './batch.mts';
import { benchmarkCallbacks, benchmarkSuspended } from './callbacks.mts';
import { benchmarkGrowth } from './growth.mts';
import { benchmarkHostile } from './hostile.mts';
import { describeMachine, machineText } from './machine.mts';
import { benchmarkMemory } from './memory.mts';
import { benchmarkOverhead } from './overhead.mts';
import { benchmarkPolling } from './polling.mts';

/** A part as it comes out: its tables and its numbers. */
interface Finished {
	title: string;
	note: string;
	markdown: string;
	results: readonly unknown[];
}

type Part = (isQuick: boolean) => Promise<Finished[]>;

const PARTS: Readonly<Record<string, Part>> = {
	batch: async (isQuick) => [finish(await benchmarkBatch(isQuick))],
	polling: async (isQuick) => (await benchmarkPolling(isQuick)).map(finish),
	memory: async (isQuick) => (await benchmarkMemory(isQuick)).map(finish),
	overhead: async (isQuick) => [finish(await benchmarkOverhead(isQuick))],
	hostile: async (isQuick) => [finish(await benchmarkHostile(isQuick))],
	growth: async (isQuick) => [finish(await benchmarkGrowth(isQuick))],
};

/** Only when they are named. */
const IN_REAL_N8N: Readonly<Record<string, Part>> = {
	callbacks: async (isQuick) => [
		finish(await benchmarkSuspended(isQuick)),
		finish(await benchmarkCallbacks(isQuick)),
	],
};

const USAGE = `Usage: npm run bench -- [options] [part ...]

  parts          ${Object.keys(PARTS).join(', ')} (default: all of these);
                 in a real n8n: ${Object.keys(IN_REAL_N8N).join(', ')}
  --quick        a reduced set, one minute
  --json <file>  also write the results as JSON; "-": print them instead of the tables
`;

function finish<Result>(section: Section<Result>): Finished {
	const { title, note, results } = section;
	return { title, note, results, markdown: toMarkdown(section) };
}

try {
	const { values, positionals } = parseFlags({
		args: process.argv.slice(2),
		options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
		allowPositionals: true,
	});
	const names = positionals.length > 0 ? positionals : Object.keys(PARTS);
	await run(names.map(toPart), values.quick, values.json);
} catch (error) {
	process.exitCode = printFailure('Benchmarks', error, USAGE);
}

/** @throws UsageError */
function toPart(name: string): [name: string, part: Part] {
	const part = { ...PARTS, ...IN_REAL_N8N }[name];
	if (part === undefined) throw new UsageError(`There is no part "${name}"`);
	return [name, part];
}

async function run(
	parts: ReadonlyArray<[name: string, part: Part]>,
	isQuick: boolean,
	json?: string,
): Promise<void> {
	const date = today();
	const machine = describeMachine();
	const printsTables = json !== '-';
	if (printsTables) {
		console.log(`# Benchmarks${isQuick ? ' (quick)' : ''}\n\n${machineText(machine)}\n`);
	}
	const sections: Array<Omit<Finished, 'markdown'> & { part: string }> = [];
	for (const [name, part] of parts) {
		const startedAt = performance.now();
		for (const { markdown, ...section } of await part(isQuick)) {
			if (printsTables) console.log(markdown);
			sections.push({ part: name, ...section });
		}
		console.error(`${name}: ${seconds(performance.now() - startedAt)}`);
	}
	if (json === undefined) return;
	const text = `${JSON.stringify({ date, machine, isQuick, sections }, null, 2)}\n`;
	if (printsTables) await writeFile(json, text);
	else process.stdout.write(text);
}
