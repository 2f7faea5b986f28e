/**
 * `npm run check:package`: what would be published, and whether n8n would take it. Run it after
 * `npm run build`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The whole package, packed; bytes. It is loaded with every n8n. */
const MAX_SIZE = 150_000;

const TOP_LEVEL = [
	'CHANGELOG.md',
	'LICENSE',
	'README.md',
	'README.zh-CN.md',
	'dist',
	'index.js',
	'package.json',
];

/** Scripts that npm runs on the user's machine. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

/** Kinds of dependencies that users would have to install; n8n verifies no package that has them. */
const DEPENDENCIES = [
	'dependencies',
	'optionalDependencies',
	'bundleDependencies',
	'bundledDependencies',
];

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
const top = [...new Set(paths.map((path) => path.split('/')[0]))].sort();
hold(top.join() === TOP_LEVEL.join(), `the tarball holds ${top.join(', ')}`);

const manifest = read<PackageJson>('package.json');
for (const kind of DEPENDENCIES) hold(!(kind in manifest), `package.json has ${kind}`);
for (const name of INSTALL_SCRIPTS) {
	hold(!(name in manifest.scripts), `package.json has a script "${name}"`);
}
for (const path of [...manifest.n8n.nodes, ...manifest.n8n.credentials]) {
	hold(paths.includes(path), `the tarball lacks ${path}, which package.json names`);
}

const { packages } = read<{ packages: Record<string, LockedPackage> }>('package-lock.json');
for (const [path, { resolved, integrity, link }] of Object.entries(packages)) {
	if (path === '' || link) continue;
	hold(!resolved, `package-lock.json has a download address for ${path}`);
	hold(integrity !== undefined, `package-lock.json has no integrity for ${path}`);
}

for (const problem of problems) console.error(problem);
console.log(`The tarball holds ${paths.length} files in ${size} bytes: ${top.join(', ')}`);
process.exitCode = problems.length > 0 ? 1 : 0;
