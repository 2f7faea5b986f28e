/** Installs n8n, and a Node.js for it, from the npm registry into the user's cache. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './folders.mts';
import { isAlive } from './process.mts';
import { N8N_VERSION, NODE_MAJOR } from './versions.mts';

/** Written last: a folder without it is an installation that was interrupted. */
const MARKER = 'installed.json';

const PROGRESS_MS = 15_000;

export interface Installation {
	version: string;
	folder: string;
	/** The Node.js to run it with. */
	node: string;
	/** n8n's own entry script. */
	bin: string;
}

export interface InstallOptions {
	/** Where to; default: the cache. */
	cache?: string;
	onProgress?: (line: string) => void;
	/** Ends an installation that is under way; what it leaves is removed by the next one. */
	signal?: AbortSignal;
}

/** For `onProgress`. */
export function printProgress(line: string): void {
	console.log(line);
}

/**
 * Installs a version of n8n unless it is there already: about six minutes and 3 GB, by npm alone.
 *
 * @throws Error when npm fails; its own words are in the message
 */
export async function installN8n(
	version = N8N_VERSION,
	{ cache = cacheFolder(), onProgress = () => {}, signal }: InstallOptions = {},
): Promise<Installation> {
	const folder = join(cache, `n8n-${version}`);
	if (await isComplete(folder)) return describe(version, folder);

	await mkdir(cache, { recursive: true });
	await removeAbandoned(cache, version, onProgress);
	// Under a name of its own until it is complete: two processes may install at once.
	const draft = `${folder}.part-${process.pid}`;
	onProgress(
		`Installing n8n ${version} into ${folder}. This takes some minutes and 3 GB, but only the first time.`,
	);
	try {
		await rm(draft, { recursive: true, force: true });
		await fill(draft, version, { onProgress, signal });
		if (!(await isComplete(folder))) {
			await rm(folder, { recursive: true, force: true });
			await rename(draft, folder);
		}
	} finally {
		await rm(draft, { recursive: true, force: true });
	}
	return describe(version, folder);
}

type NpmOptions = Required<Pick<InstallOptions, 'onProgress'>> & Pick<InstallOptions, 'signal'>;

async function fill(folder: string, version: string, options: NpmOptions): Promise<void> {
	await mkdir(folder, { recursive: true });
	const dependencies = { n8n: version, ...(ownNodeServes() ? {} : nodePackage()) };
	const manifest = {
		name: 'n8n-host',
		private: true,
		dependencies,
		// Up to 2.30 n8n asks for an xlsx from outside the registry; newer ones have no package of this name.
		overrides: { xlsx: '0.18.5' },
		// Newer versions of npm run no scripts but those that are named here.
		allowScripts: { sqlite3: true },
	};
	await writeFile(join(folder, 'package.json'), JSON.stringify(manifest, null, '\t'));
	await npm(
		['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
		folder,
		`npm install ${Object.entries(dependencies)
			.map((dependency) => dependency.join('@'))
			.join(' ')}`,
		options,
	);
	// The only native module that n8n cannot do without. It is compiled from its source, with the
	// headers that came with Node.js: its prebuilt file is not on the npm registry.
	const { node } = describe(version, folder);
	const nodedir = join(node, '..', '..');
	await npm(
		['rebuild', 'sqlite3', '--loglevel=error'],
		folder,
		'npm rebuild sqlite3 (needs make and a C++ compiler)',
		options,
		{
			// "npm run" passes on the .npmrc of this repository, which turns scripts off.
			npm_config_ignore_scripts: 'false',
			npm_config_build_from_source: 'true',
			...(existsSync(join(nodedir, 'include', 'node')) && { npm_config_nodedir: nodedir }),
		},
	);
	await promisify(execFile)(node, ['-e', "require('sqlite3')"], { cwd: folder });
	const installedAt = new Date().toISOString();
	await writeFile(join(folder, MARKER), JSON.stringify({ ...dependencies, installedAt }));
}

function ownNodeServes(): boolean {
	return Number(process.versions.node.split('.')[0]) === NODE_MAJOR;
}

/** The npm package that holds Node.js itself, headers included, for this platform. */
function nodePackage(): Record<string, string> {
	const { arch } = process;
	const platform = process.platform === 'win32' ? 'win' : process.platform;
	const prefix = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node';
	return { [`${prefix}-${platform}-${arch}`]: String(NODE_MAJOR) };
}

function describe(version: string, folder: string): Installation {
	const [name] = Object.keys(nodePackage()) as [string];
	const fetched = join(folder, 'node_modules', name, 'bin', 'node');
	return {
		version,
		folder,
		node: existsSync(fetched) ? fetched : process.execPath,
		bin: join(folder, 'node_modules', 'n8n', 'bin', 'n8n'),
	};
}

/** Complete, and made for the Node.js at hand: the user may have changed theirs since. */
async function isComplete(folder: string): Promise<boolean> {
	if (!existsSync(join(folder, MARKER))) return false;
	const made = JSON.parse(await readFile(join(folder, MARKER), 'utf8')) as Record<string, string>;
	return ownNodeServes() || Object.keys(nodePackage()).every((name) => name in made);
}

/** Takes away what interrupted installations of this version left. */
async function removeAbandoned(
	cache: string,
	version: string,
	onProgress: (line: string) => void,
): Promise<void> {
	for (const name of await readdir(cache)) {
		const [, pid] = new RegExp(`^n8n-${version}\\.part-(\\d+)$`).exec(name) ?? [];
		if (pid === undefined || isAlive(Number(pid))) continue;
		onProgress(`Removing an interrupted installation: ${join(cache, name)}`);
		await rm(join(cache, name), { recursive: true, force: true });
	}
}

/** Runs npm, the one that runs this process if there is one, and says from time to time that it is still running. */
async function npm(
	args: string[],
	cwd: string,
	what: string,
	{ onProgress, signal }: NpmOptions,
	env: NodeJS.ProcessEnv = {},
): Promise<void> {
	onProgress(what);
	const startedAt = Date.now();
	const seconds = () => Math.round((Date.now() - startedAt) / 1000);
	const progress = setInterval(
		() => onProgress(`  … ${seconds()} s, still installing`),
		PROGRESS_MS,
	);
	const said: string[] = [];
	try {
		const code = await new Promise<number | null>((resolve, reject) => {
			const { command, first } = npmCommand();
			const child = spawn(command, [...first, ...args], {
				cwd,
				env: { ...process.env, ...env },
				signal,
				stdio: ['ignore', 'pipe', 'pipe'],
			});
			child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
			child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
			child.once('error', reject).once('close', resolve);
		});
		if (code !== 0) {
			const words = said.join('').trim().split('\n').slice(-40).join('\n');
			throw new Error(`${what} failed with exit code ${code}:\n${words}`);
		}
		onProgress(`  done in ${seconds()} s`);
	} finally {
		clearInterval(progress);
	}
}

/** How to run npm without a shell. */
export function npmCommand(): { command: string; first: string[] } {
	const script = process.env.npm_execpath;
	// Other package managers set the variable, too.
	return script?.endsWith('npm-cli.js')
		? { command: process.execPath, first: [script] }
		: { command: 'npm', first: [] };
}
