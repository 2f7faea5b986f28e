/**
 * `npm run check:words`: words that users should not read, anywhere in what they do read or in names
 * that reach them. One term for one thing: CONTRIBUTING.md, "Words", says which.
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

const files = execFileSync('git', ['ls-files', '--', ...PLACES], { encoding: 'utf8' })
	.split('\n')
	.filter((file) => /\.(ts|mts|json|md)$/.test(file) && file !== 'scripts/check-words.mts');

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
process.exitCode = found > 0 ? 1 : 0;
