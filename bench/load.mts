/** Part 5: what installing and loading the package costs. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Section } from '../testkit/cli/section.mts';
import { kibibytes, mebibytes, milliseconds } from '../testkit/cli/units.mts';
import { median } from './statistics.mts';

/** One `require` after the other, in a process that does nothing else. */
interface LoadReading {
	/** Milliseconds. */
	duration: number;
	/** Growth of resident memory, in bytes. */
	memory: number;
}

interface LoadResult extends LoadReading {
	what: string;
}

interface PackResult {
	/** Of the tarball, in bytes. */
	size: number;
	/** Of the files in it, in bytes. */
	unpackedSize: number;
	/** Number of files. */
	entryCount: number;
}

/** Plain JavaScript, since a loader for TypeScript would take its time too. */
const SCRIPT = `
const readings = JSON.parse(process.argv[1]).map((modules) => {
	const before = process.memoryUsage().rss;
	const startedAt = performance.now();
	for (const module of modules) require(module);
	return {
		duration: performance.now() - startedAt,
		memory: process.memoryUsage().rss - before,
	};
});
console.log(JSON.stringify(readings));
`;

/** @param isQuick fewer repetitions */
export async function benchmarkLoad(isQuick: boolean): Promise<Section<LoadResult>> {
	const steps = [
		{ what: 'n8n-workflow', modules: ['n8n-workflow'] },
		{ what: 'then the node and its credential', modules: await builtModules() },
	];
	const runs: LoadReading[][] = [];
	for (let repetition = 0; repetition < (isQuick ? 3 : 5); repetition++) {
		runs.push(await load(steps.map(({ modules }) => modules)));
	}
	const results = steps.map(({ what }, step) => {
		const readings = runs.flatMap((run) => run[step] ?? []);
		return {
			what,
			duration: median(readings.map(({ duration }) => duration)),
			memory: median(readings.map(({ memory }) => memory)),
		};
	});
	return {
		title: 'Load: `require` in a fresh process',
		note: 'Medians. In production n8n has loaded n8n-workflow, and zod with it, long before.',
		columns: [
			['required', (row) => row.what],
			['takes', (row) => milliseconds(row.duration)],
			['resident memory', (row) => mebibytes(row.memory)],
		],
		results,
	};
}

async function load(steps: string[][]): Promise<LoadReading[]> {
	const args = ['-e', SCRIPT, JSON.stringify(steps)];
	const { stdout } = await promisify(execFile)(process.execPath, args);
	return JSON.parse(stdout) as LoadReading[];
}

/** What npm would publish. */
export async function measureTarball(): Promise<Section<PackResult>> {
	const { stdout } = await promisify(execFile)('npm', [
		'pack',
		'--dry-run',
		'--json',
		'--ignore-scripts',
	]);
	const [packed] = JSON.parse(stdout) as [PackResult];
	const { size, unpackedSize, entryCount } = packed;
	return {
		title: 'Tarball',
		note: '`npm pack --dry-run`',
		columns: [
			['tarball', (row) => kibibytes(row.size)],
			['unpacked', (row) => kibibytes(row.unpackedSize)],
			['files', (row) => String(row.entryCount)],
		],
		results: [{ size, unpackedSize, entryCount }],
	};
}

/** The files that n8n loads. */
async function builtModules(): Promise<string[]> {
	const { n8n } = JSON.parse(await readFile('package.json', 'utf8')) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	return [...n8n.nodes, ...n8n.credentials].map((path) => `./${path}`);
}
