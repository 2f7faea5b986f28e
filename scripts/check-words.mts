/**
 * `npm run check:words`: words that users should not read, anywhere in what they do read or in names
 * that reach them. One term for one thing: CONTRIBUTING.md, "Words", says which. And the words that
 * every file of code begins with: what it is for.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { FORBIDDEN_WORDS } from '../testkit/words.mts';

/** What users read, and the code that their words stand in. */
const PLACES = [
	'nodes',
	'credentials',
	'emulator',
	'scripts',
	'examples',
	'docs',
	'README.md',
	'CHANGELOG.md',
];

/** Their tests are described by what they test; eslint.config.mjs is as n8n's linter wants it, to the letter. */
const CODE = [
	'nodes',
	'credentials',
	'emulator',
	'testkit',
	'bench',
	'scripts',
	'test',
	'*.*js',
	':!eslint.config.mjs',
];

const list = (places: readonly string[]) =>
	execFileSync('git', ['ls-files', '--', ...places], { encoding: 'utf8' }).split('\n');

const files = list(PLACES).filter(
	(file) => /\.(ts|mts|json|md)$/.test(file) && file !== 'scripts/check-words.mts',
);

let found = 0;
for (const file of files) {
	readFileSync(file, 'utf8')
		.split('\n')
		.forEach((line, index) => {
			const word = FORBIDDEN_WORDS.exec(line)?.[0];
			if (word === undefined) return;
			found++;
			console.error(`${file}:${index + 1}: "${word}" in: ${line.trim().slice(0, 120)}`);
		});
}
console.log(`${files.length} files, ${found} words that are out`);

const isCode = /(?<!\.test)\.[cm]?[jt]s$/;
const headless = list(CODE).filter(
	(file) => isCode.test(file) && !/^\s*\/[*/]/.test(readFileSync(file, 'utf8')),
);
for (const file of headless)
	console.error(`${file} does not begin with a sentence on what it is for`);
process.exitCode = found + headless.length > 0 ? 1 : 0;
