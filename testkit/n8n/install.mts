/** Installs n8n, and a Node.js for it, from the npm registry into the user's cache. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { installInCache, type InstallOptions } from '../npm/installInCache.mts';
import { npm, type NpmOptions } from '../npm/npm.mts';
import { N8N_VERSION, NODE_MAJOR } from './versions.mts';

export interface Installation {
	version: string;
	folder: string;
	/** The Node.js to run it with. */
	node: string;
	/** n8n's own entry script. */
	bin: string;
}

/**
 * Installs a version of n8n unless it is there already: about six minutes and 3 GB, by npm alone.
 *
 * @throws Error when npm fails; its own words are in the message
 */
export async function installN8n(
	version = N8N_VERSION,
	options: InstallOptions = {},
): Promise<Installation> {
	const folder = await installInCache(
		{
			name: `n8n-${version}`,
			cost: 'some minutes and 3 GB',
			fill: async (draft, npmOptions) => await fill(draft, version, npmOptions),
			serves: (made) => ownNodeServes() || Object.keys(nodePackage()).every((name) => name in made),
		},
		options,
	);
	return describe(version, folder);
}

/** What n8n's Node.js prints for an expression, with n8n's modules at hand. */
export async function evaluate(
	{ node, folder }: Installation,
	expression: string,
): Promise<string> {
	const { stdout } = await promisify(execFile)(node, ['-p', expression], { cwd: folder });
	return stdout.trim();
}

async function fill(
	folder: string,
	version: string,
	options: NpmOptions,
): Promise<Record<string, string>> {
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
	return dependencies;
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
