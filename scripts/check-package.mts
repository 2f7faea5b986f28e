/**
 * `npm run check:package [-- --update]`: what would be published, and whether n8n would take it. Run it after
 * `npm run build`. `--update` writes down which files are meant to be in it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { ratio } from '../testkit/cli/units.mts';
import { parseFlags } from '../testkit/cli/flags.mts';

/** The whole package, packed; bytes. It is loaded with every n8n. */
const MAX_SIZE = 150_000;

/** All its files: one that comes or goes unnoticed is a mistake. */
const FILE_LIST = 'scripts/package-files.txt';

/** Scripts that npm runs on the user's machine. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

/** Kinds of dependencies that users would have to install; n8n verifies no package that has them. */
const DEPENDENCIES = [
	'dependencies',
	'optionalDependencies',
	'bundleDependencies',
	'bundledDependencies',
];

/** What to load takes in a process that does nothing else, against n8n-workflow, which n8n has loaded before. */
const LOADING = `
const timeOf = (modules) => {
	const startedAt = performance.now();
	for (const module of modules) require(module);
	return performance.now() - startedAt;
};
const n8n = timeOf(['n8n-workflow']);
console.log(timeOf(process.argv.slice(1)) / n8n);
`;

interface PackageJson {
	scripts: Record<string, string>;
	n8n: { nodes: string[]; credentials: string[] };
	[kind: string]: unknown;
}

interface LockedPackage {
	resolved?: string;
	integrity?: string;
	link?: boolean;
}

const read = <Json,>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as Json;

const problems: string[] = [];
const hold = (isRight: boolean, problem: string) => {
	if (!isRight) problems.push(problem);
};

const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
	encoding: 'utf8',
});
const [{ files, size }] = JSON.parse(packed) as [{ files: Array<{ path: string }>; size: number }];
hold(size <= MAX_SIZE, `the tarball has ${size} bytes, more than ${MAX_SIZE}`);
const paths = files.map(({ path }) => path);
const list = `${paths.toSorted().join('\n')}\n`;
const { values } = parseFlags({ options: { update: { type: 'boolean' } } });
if (values.update) writeFileSync(FILE_LIST, list);
const meant = readFileSync(FILE_LIST, 'utf8').split('\n').filter(Boolean);
for (const path of paths) {
	hold(meant.includes(path), `the tarball holds ${path}, which ${FILE_LIST} does not name`);
}
for (const path of meant) {
	hold(paths.includes(path), `the tarball lacks ${path}, which ${FILE_LIST} names`);
}

const manifest = read<PackageJson>('package.json');
for (const kind of DEPENDENCIES) hold(!(kind in manifest), `package.json has ${kind}`);
for (const name of INSTALL_SCRIPTS) {
	hold(!(name in manifest.scripts), `package.json has a script "${name}"`);
}
const entry = readFileSync('index.js', 'utf8');
const modules = [...manifest.n8n.nodes, ...manifest.n8n.credentials];
for (const path of modules) {
	hold(paths.includes(path), `the tarball lacks ${path}, which package.json names`);
	hold(entry.includes(`'./${path}'`), `index.js lacks ${path}, which package.json names`);
}

const { packages } = read<{ packages: Record<string, LockedPackage> }>('package-lock.json');
for (const [path, { resolved, integrity, link }] of Object.entries(packages)) {
	if (path === '' || link) continue;
	hold(!resolved, `package-lock.json has a download address for ${path}`);
	hold(integrity !== undefined, `package-lock.json has no integrity for ${path}`);
}

for (const problem of problems) console.error(problem);
console.log(`The tarball holds ${paths.length} files in ${size} bytes`);
const load = ['-e', LOADING, ...modules.map((path) => `./${path}`)];
const share = Number(execFileSync(process.execPath, load, { encoding: 'utf8' }));
console.log(`To load it takes ${ratio(share)} the time of n8n-workflow`);
process.exitCode = problems.length > 0 ? 1 : 0;
