/** Installs programs from the npm registry into the user's cache, once for all. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cacheFolder.mts';
import { isAlive } from './isAlive.mts';
import type { NpmOptions } from './npm.mts';

/** Written last: a folder without it is an installation that was interrupted. */
const MARKER = 'installed.json';

export interface InstallOptions {
	/** Where to; default: the cache. */
	cache?: string;
	onProgress?: (line: string) => void;
	/** Ends an installation that is under way; what it leaves is removed by the next one. */
	signal?: AbortSignal;
}

export interface Recipe {
	/** Of its folder: program and version. */
	name: string;
	/** For the user. */
	cost: string;
	/** Installs into an empty folder. @returns what was installed: packages and versions */
	fill: (folder: string, options: NpmOptions) => Promise<Record<string, string>>;
	/** Whether what was installed once still serves. Default: it does. */
	serves?: (made: Record<string, string>) => boolean;
}

/**
 * Installs a program unless it is there already.
 *
 * @returns its folder
 * @throws Error when npm fails; its own words are in the message
 */
export async function installInCache(
	{ name, cost, fill, serves = () => true }: Recipe,
	{ cache = cacheFolder(), onProgress = () => {}, signal }: InstallOptions = {},
): Promise<string> {
	const folder = join(cache, name);
	const isComplete = async () => {
		if (!existsSync(join(folder, MARKER))) return false;
		const made = await readFile(join(folder, MARKER), 'utf8');
		return serves(JSON.parse(made) as Record<string, string>);
	};
	if (await isComplete()) return folder;

	await mkdir(cache, { recursive: true });
	await removeAbandoned(cache, name, onProgress);
	// Under a name of its own until it is complete: two processes may install at once.
	const draft = `${folder}.part-${process.pid}`;
	onProgress(`Installing ${name} into ${folder}. This takes ${cost}, but only the first time.`);
	try {
		await rm(draft, { recursive: true, force: true });
		await mkdir(draft, { recursive: true });
		const made = await fill(draft, { onProgress, signal });
		const installedAt = new Date().toISOString();
		await writeFile(join(draft, MARKER), JSON.stringify({ ...made, installedAt }));
		if (!(await isComplete())) {
			await rm(folder, { recursive: true, force: true });
			await rename(draft, folder);
		}
	} finally {
		await rm(draft, { recursive: true, force: true });
	}
	return folder;
}

/** Takes away what interrupted installations of the program left. */
async function removeAbandoned(
	cache: string,
	program: string,
	onProgress: (line: string) => void,
): Promise<void> {
	const prefix = `${program}.part-`;
	for (const name of await readdir(cache)) {
		if (!name.startsWith(prefix) || isAlive(Number(name.slice(prefix.length)))) continue;
		onProgress(`Removing an interrupted installation: ${join(cache, name)}`);
		await rm(join(cache, name), { recursive: true, force: true });
	}
}
