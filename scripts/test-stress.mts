/**
 * `npm run test:stress`: `npm test` where it is hardest for it. Three times beside four programs that want
 * the processor; in the opposite order; and in one process, after which nothing may be left open. With
 * arguments, only the tests they name. Ends with 1 if anything was red.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { printFailure } from '../testkit/cli/flags.mts';
import { temporaryFolder } from '../testkit/temporaryFolder.mts';

const BUSY_LOOPS = 4;
/** They end with this process, however it ends. */
const BUSY_LOOP = 'const { ppid } = process; while (process.ppid === ppid);';

interface Round {
	name: string;
	/** For jest. */
	args: string[];
	isBusy?: boolean;
}

const ROUNDS: readonly Round[] = [
	{ name: 'busy, 1', args: [], isBusy: true },
	{ name: 'busy, 2', args: [], isBusy: true },
	{ name: 'busy, 3', args: [], isBusy: true },
	{ name: 'reversed', args: ['--testSequencer=./test/reversed.cjs'] },
	{ name: 'one process', args: ['--runInBand', '--detectOpenHandles'] },
];

/**
 * What jest says, beside what was red, of tests that do not clean up. Not heeded beside busy programs: jest itself gives
 * its workers half a second to end.
 */
const LEFTOVERS = [
	'failed to exit gracefully',
	'did not exit one second after the test run',
	'has detected the following',
	'after the tests are done',
	'after it has been torn down',
];

interface Outcome {
	name: string;
	seconds: number;
	/** Everything that should not be; none when all is well. */
	wrongs: string[];
}

/** The part of jest's own report that is used. */
interface Report {
	testResults: Array<{
		name: string;
		status: string;
		assertionResults: Array<{ fullName: string; status: string }>;
	}>;
}

const folder = await temporaryFolder('stress');
try {
	const outcomes: Outcome[] = [];
	for (const round of ROUNDS) {
		console.log(`\n=== ${round.name}`);
		outcomes.push(await play(round));
	}
	console.log(['', ...outcomes.map(describe)].join('\n'));
	if (outcomes.some(({ wrongs }) => wrongs.length > 0)) process.exitCode = 1;
} catch (error) {
	process.exitCode = printFailure('Stress test', error);
} finally {
	await folder.remove();
}

async function play({ name, args, isBusy = false }: Round): Promise<Outcome> {
	const loops = Array.from({ length: isBusy ? BUSY_LOOPS : 0 }, () =>
		spawn(process.execPath, ['-e', BUSY_LOOP], { stdio: 'ignore' }),
	);
	const startedAt = Date.now();
	try {
		const { red, left } = await runTests(name, args);
		const wrongs = isBusy ? red : [...red, ...left];
		return { name, seconds: Math.round((Date.now() - startedAt) / 1000), wrongs };
	} finally {
		for (const loop of loops) loop.kill();
	}
}

/** @returns what was red, and what was left open */
async function runTests(name: string, args: string[]): Promise<{ red: string[]; left: string[] }> {
	const path = join(folder.path, `${name}.json`);
	const bin = createRequire(import.meta.url).resolve('jest/bin/jest');
	const jest = spawn(
		process.execPath,
		[bin, ...args, '--json', `--outputFile=${path}`, ...process.argv.slice(2)],
		// With --json, jest prints its report again; what it tells people goes to stderr.
		{ stdio: ['ignore', 'ignore', 'pipe'] },
	);
	let said = '';
	jest.stderr.setEncoding('utf8').on('data', (text: string) => {
		said += text;
		process.stderr.write(text);
	});
	const [code] = (await once(jest, 'close')) as [number | null];
	const red = (await reported(path)).testResults.flatMap(({ name, status, assertionResults }) => {
		const failed = assertionResults.filter((test) => test.status === 'failed');
		// A file that could not be run at all has no tests.
		return status === 'failed' && failed.length === 0
			? [name]
			: failed.map(({ fullName }) => fullName);
	});
	const left = LEFTOVERS.filter((words) => said.includes(words));
	if (code !== 0 && red.length === 0) red.push(`exit code ${code}`);
	return { red, left };
}

/** Without one, jest did not come to its end. */
async function reported(path: string): Promise<Report> {
	const text = await readFile(path, 'utf8').catch(() => '{ "testResults": [] }');
	return JSON.parse(text) as Report;
}

function describe({ name, seconds, wrongs }: Outcome): string {
	const verdict = wrongs.length === 0 ? 'passed' : 'FAILED';
	return [
		`${name.padEnd(12)} ${verdict}, ${seconds} s`,
		...wrongs.map((wrong) => `  ✗ ${wrong}`),
	].join('\n');
}
