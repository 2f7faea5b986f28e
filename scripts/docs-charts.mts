/** `npm run docs`: writes the charts of docs/charts from what the benchmarks have recorded. */
import { mkdirSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { renderChart, THEMES } from '../bench/n8n/charts.mts';
import { recordedCharts } from '../bench/recorded.mts';

const FOLDER = 'docs/charts';

/** @returns the charts' SVG by their paths */
export function renderCharts(): Record<string, string> {
	return Object.fromEntries(
		Object.entries(recordedCharts()).flatMap(([name, chart]) =>
			THEMES.map((theme) => [`${FOLDER}/${name}-${theme}.svg`, renderChart(chart, theme)]),
		),
	);
}

function run(): void {
	mkdirSync(FOLDER, { recursive: true });
	for (const [path, svg] of Object.entries(renderCharts())) writeFileSync(path, svg);
	console.log(`Wrote the charts of ${FOLDER}`);
}

// Run as a script, not imported by a test.
if (process.argv[1]?.endsWith('docs-charts.mts')) run();
