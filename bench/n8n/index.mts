/**
 * `npm run bench:n8n [-- --quick]`: the ways to a batch of videos, side by side in one real n8n
 * against one emulator, in real time: 40 minutes. What it measures goes to bench/results, and from there
 * to the tables and charts of docs/benchmarks.md. Linux only: it reads /proc.
 * With --quick it takes four minutes, prints the tables, and writes nothing. It fails only if this
 * package's node loses a video or has one charged twice.
 */
import { writeFile } from 'node:fs/promises';
import { parseFlags, printFailure } from '../../testkit/cli/flags.mts';
import { ratio, seconds, today } from '../../testkit/cli/units.mts';
import { npm, printProgress } from '../../testkit/npm/npm.mts';
import { describeMachine } from '../machine.mts';
import { SIDE_BY_SIDE } from '../recorded.mts';
import type { Reading } from './measure.mts';
import { renderTables, type SideBySide } from './report.mts';
import { PLANS, runTrials } from './trials.mts';
import { WAYS } from './ways.mts';

try {
	const { values } = parseFlags({
		args: process.argv.slice(2),
		options: { quick: { type: 'boolean', default: false } },
	});
	await run(values.quick);
} catch (error) {
	process.exitCode = printFailure('Benchmarks', error);
}

async function run(isQuick: boolean): Promise<void> {
	const plan = PLANS[isQuick ? 'quick' : 'full'];
	const { version, clean, faulty } = await runTrials(plan, (reading) => {
		const { way, videos, slots, status, wall, ideal, faults } = reading;
		const facts = `${seconds(wall)}, ${ratio(wall / ideal)}, ${faults} faults`;
		console.error(`${WAYS[way].label}, ${videos} on ${slots}: ${status}, ${facts}`);
	});
	const results: SideBySide = {
		date: today(),
		n8n: version,
		machine: describeMachine(),
		range: plan.range,
		clean,
		faulty,
	};
	const promised = [...clean, ...faulty].filter(({ way }) => WAYS[way].isOurs);
	if (!promised.every(isExactlyOnce)) {
		console.error('The Kling node has lost a video, or charged one twice.');
		process.exitCode = 1;
	}
	if (isQuick) {
		console.log(renderTables(results));
		return;
	}
	await writeFile(SIDE_BY_SIDE, `${JSON.stringify(results, null, '\t')}\n`);
	await npm(['run', 'docs'], process.cwd(), 'npm run docs', { onProgress: printProgress });
}

function isExactlyOnce({ videos, delivered, lost, chargedTwice }: Reading): boolean {
	return delivered === videos && lost === 0 && chargedTwice === 0;
}
