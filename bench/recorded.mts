/** What was measured last and kept, in bench/results: docs/benchmarks.md is made from it. */
import { readFileSync } from 'node:fs';
import { sectionTable } from '../testkit/cli/section.mts';
import { growthSection, type GrowthResult } from './growth.mts';
import { machineText, type Machine } from './machine.mts';
import type { Chart } from './n8n/charts.mts';
import { renderTables, sideBySideCharts, type SideBySide } from './n8n/report.mts';

/** From the repository's root. */
export const SIDE_BY_SIDE = 'bench/results/sideBySide.json';
const GROWTH = 'bench/results/growth.json';

/** Of `npm run bench:n8n`. */
export function sideBySideTables(): string {
	return renderTables(read<SideBySide>(SIDE_BY_SIDE));
}

/** Of `npm run bench -- growth`. */
export function growthTable(): string {
	const { date, machine, sections } = read<{
		date: string;
		machine: Machine;
		sections: [{ results: GrowthResult[] }];
	}>(GROWTH);
	const section = growthSection(sections[0].results);
	const origin = `\`npm run bench -- growth\`, ${date}, on ${machineText(machine)}.`;
	return [`${origin} ${section.note}`, sectionTable(section)].join('\n\n');
}

/** The charts by their names. */
export function recordedCharts(): Record<string, Chart> {
	return sideBySideCharts(read<SideBySide>(SIDE_BY_SIDE));
}

function read<Results>(path: string): Results {
	return JSON.parse(readFileSync(path, 'utf8')) as Results;
}
