/**
 * `npm run scan`: n8n's own scanner over this package before it is published. n8n's scanner lints
 * what is on npm and the commit it was built from, without heeding any eslint-disable comment; here
 * its analyser gets the working tree and the tarball that would be published. Build first.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printFailure } from '../testkit/cli/flags.mts';
import { pack } from '../testkit/npm/pack.mts';

/** What is used of the scanner, which has no types. */
interface Scanner {
	analyzePackage(directory: string, patterns: string[]): Promise<Analysis>;
	SOURCE_FILE_PATTERNS: string[];
}

interface Analysis {
	passed: boolean;
	message?: string;
	/** ESLint's report. */
	details?: string;
}

const SCANNER: string = '@n8n/scan-community-package/scanner/scanner.mjs';

/** What the scanner lints of a tarball, as its `analyzePackageByName` has it. */
const TARBALL_PATTERNS = ['**/*.js', 'package.json'];

const folder = mkdtempSync(join(tmpdir(), 'kling-scan-'));
// The scanner makes a folder of its own when it is loaded, and leaves it behind.
process.env.TMPDIR = folder;
try {
	const { analyzePackage, SOURCE_FILE_PATTERNS } = (await import(SCANNER)) as Scanner;
	const tarball = await unpackTarball();
	if (!existsSync(join(tarball, 'dist'))) throw new Error('There is no dist/: build the package.');
	tell('source', await analyzePackage(process.cwd(), SOURCE_FILE_PATTERNS));
	tell('tarball', await analyzePackage(tarball, TARBALL_PATTERNS));
} catch (error) {
	process.exitCode = printFailure('Scan', error);
} finally {
	rmSync(folder, { recursive: true, force: true });
}

/** @returns the folder with what `npm publish` would publish */
async function unpackTarball(): Promise<string> {
	execFileSync('tar', ['-xzf', await pack(process.cwd(), folder), '-C', folder]);
	return join(folder, 'package');
}

function tell(leg: string, { passed, message, details }: Analysis): void {
	console.log(`n8n's scanner, ${leg}: ${passed ? 'passed' : `failed, ${message}`}`);
	if (details !== undefined) console.log(details);
	if (!passed) process.exitCode = 1;
}
