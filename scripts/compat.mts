/**
 * `npm run test:compat [-- <version> …]`: runs the core of the end-to-end tests on each of the tested
 * versions of n8n, or on the named ones, and prints what came of it. Installs what is not in the
 * cache yet: some minutes and 2 to 3 GB a version.
 */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { printFailure } from '../testkit/cli/flags.mts';
import { TESTED_VERSIONS, testedVersion, type TestedVersion } from '../testkit/n8n/versions.mts';
import { temporaryFolder } from '../testkit/temporaryFolder.mts';

/** What the package promises in any version. Names of the files in test/e2e. */
const CORE = ['package', 'versions', 'examples', 'run', 'crash', 'trigger', 'agent'];
/** What it promises where executions can be suspended. */
const SUSPENDED = ['callback'];

interface Outcome {
	version: string;
	passed: number;
	total: number;
	seconds: number;
	succeeded: boolean;
}

/** The part of jest's own report that is used. */
interface Report {
	numPassedTests: number;
	numTotalTests: number;
	success: boolean;
}

try {
	const named = process.argv.slice(2).map(testedVersion);
	const outcomes: Outcome[] = [];
	for (const version of named.length > 0 ? named : TESTED_VERSIONS) {
		outcomes.push(await runOn(version));
	}
	console.log('\nThe core of the end-to-end tests:');
	for (const outcome of outcomes) console.log(`  ${describe(outcome)}`);
	if (!outcomes.every(({ succeeded }) => succeeded)) process.exitCode = 1;
} catch (error) {
	process.exitCode = printFailure('Compatibility', error);
}

async function runOn({ version, signsResumeUrls }: TestedVersion): Promise<Outcome> {
	const names = [...CORE, ...(signsResumeUrls ? SUSPENDED : [])];
	console.log(`\nn8n ${version}: ${names.join(', ')}`);
	const folder = await temporaryFolder('compat');
	const startedAt = Date.now();
	try {
		const report = join(folder.path, 'report.json');
		await jest(names, version, report);
		const told = JSON.parse(await readFile(report, 'utf8')) as Report;
		return {
			version,
			passed: told.numPassedTests,
			total: told.numTotalTests,
			seconds: Math.round((Date.now() - startedAt) / 1000),
			succeeded: told.success,
		};
	} finally {
		await folder.remove();
	}
}

/** @throws Error when jest ends without a report */
async function jest(names: string[], version: string, report: string): Promise<void> {
	const bin = createRequire(import.meta.url).resolve('jest/bin/jest');
	const child = spawn(
		process.execPath,
		[
			bin,
			'--config=test/e2e/jest.config.js',
			'--json',
			`--outputFile=${report}`,
			'--runTestsByPath',
			...names.map((name) => `test/e2e/${name}.test.ts`),
		],
		// With --json, jest prints its report again; what it tells people goes to stderr.
		{ env: { ...process.env, TEST_N8N_VERSION: version }, stdio: ['ignore', 'ignore', 'inherit'] },
	);
	const end = await new Promise<string>((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
	});
	if (!['exit code 0', 'exit code 1'].includes(end)) throw new Error(`jest ended with ${end}`);
}

function describe({ version, passed, total, seconds, succeeded }: Outcome): string {
	const verdict = succeeded ? 'passed' : 'FAILED';
	return `n8n ${version.padEnd(9)} ${verdict}: ${passed} of ${total} tests, ${seconds} s`;
}
