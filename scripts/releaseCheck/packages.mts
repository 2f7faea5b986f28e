/** What is released now, and what was released before: each built from a clean clone, and packed. */
import { execFile } from 'node:child_process';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { npm, printProgress } from '../../testkit/npm/npm.mts';
import { pack } from '../../testkit/npm/pack.mts';

const run = promisify(execFile);

export interface Tarball {
	/** Of the package. */
	name: string;
	path: string;
	version: string;
	/** Where it comes from. */
	source: string;
}

interface Manifest {
	name: string;
	version: string;
}

/** Lower than any that is released. */
const LOWEST_VERSION = '0.0.0';

/**
 * Clones the last commit, installs what its lock file says, builds it, looks at the package, and packs it.
 *
 * @param folder where the clone is put
 */
export async function packRelease(repository: string, folder: string): Promise<Tarball> {
	await git(folder, 'clone', '--quiet', '--no-hardlinks', repository, '.');
	await npmIn(folder, 'ci');
	await npmIn(folder, 'run', 'build');
	await npmIn(folder, 'run', 'check:package');
	return await describe(folder, `commit ${await git(folder, 'rev-parse', '--short', 'HEAD')}`);
}

/**
 * What users have before they update: the newest tag of another version, or else the newest commit of one. Where the
 * history tells of none, this release under a lower version.
 *
 * @param release where `packRelease` has built: its tools build the older one, too
 * @param folder where the older one is built
 */
export async function packPrevious(
	release: string,
	current: Tarball,
	folder: string,
): Promise<Tarball> {
	const commit = await commitOfPrevious(release, current.version);
	await git(folder, 'clone', '--quiet', '--no-hardlinks', release, '.');
	if (commit !== undefined) await git(folder, 'checkout', '--quiet', commit);
	await symlink(join(release, 'node_modules'), join(folder, 'node_modules'));
	if (commit === undefined) {
		const manifest = await readManifest(folder);
		const lower = { ...manifest, version: LOWEST_VERSION };
		await writeFile(join(folder, 'package.json'), JSON.stringify(lower, null, '\t'));
	}
	await npmIn(folder, 'run', 'build');
	return await describe(
		folder,
		commit === undefined
			? 'the same code: the history has no other version'
			: `commit ${commit.slice(0, 7)}`,
	);
}

async function commitOfPrevious(repository: string, version: string): Promise<string | undefined> {
	const tags = await git(repository, 'tag', '--list', '--sort=-version:refname');
	const commits = await git(repository, 'log', '--format=%H', '--', 'package.json');
	for (const candidate of `${tags}\n${commits}`.split('\n').filter(Boolean)) {
		const text = await git(repository, 'show', `${candidate}:package.json`).catch(() => '{}');
		const manifest = JSON.parse(text) as Partial<Manifest>;
		if (manifest.version !== undefined && manifest.version !== version) return candidate;
	}
	return undefined;
}

async function describe(folder: string, source: string): Promise<Tarball> {
	const { name, version } = await readManifest(folder);
	return { path: await pack(folder, folder), name, version, source };
}

async function readManifest(folder: string): Promise<Manifest> {
	return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

async function git(folder: string, ...args: string[]): Promise<string> {
	const { stdout } = await run('git', args, { cwd: folder });
	return stdout.trim();
}

async function npmIn(folder: string, ...args: string[]): Promise<void> {
	await npm(args, folder, `npm ${args.join(' ')}`, { onProgress: printProgress });
}
