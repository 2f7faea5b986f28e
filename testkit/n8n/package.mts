/** Packs the built package as `npm publish` would, and puts it where n8n keeps community packages. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pack } from '../npm/pack.mts';
import { repositoryFolder } from './repositoryFolder.mts';

const run = promisify(execFile);

interface Manifest {
	name: string;
	version: string;
	n8n: { nodes: string[]; credentials: string[] };
}

/**
 * Installs the package, replacing what was there of it.
 *
 * @param userFolder n8n's N8N_USER_FOLDER
 * @throws Error when the package was not built
 */
export async function installPackage(userFolder: string): Promise<Manifest> {
	const nodes = join(userFolder, '.n8n', 'nodes');
	await mkdir(join(nodes, 'node_modules'), { recursive: true });
	const draft = await mkdtemp(join(nodes, '.draft-'));
	try {
		const tarball = await pack(repositoryFolder(), draft);
		await run('tar', ['-xzf', tarball], { cwd: draft });

		const manifest = JSON.parse(
			await readFile(join(draft, 'package', 'package.json'), 'utf8'),
		) as Manifest;
		for (const path of [...manifest.n8n.nodes, ...manifest.n8n.credentials]) {
			if (existsSync(join(draft, 'package', path))) continue;
			throw new Error(`The packed package lacks ${path}: run "npm run build" first`);
		}
		const target = join(nodes, 'node_modules', manifest.name);
		await rm(target, { recursive: true, force: true });
		await rename(join(draft, 'package'), target);
		await writeFile(
			join(nodes, 'package.json'),
			JSON.stringify({
				name: 'installed-nodes',
				private: true,
				dependencies: { [manifest.name]: manifest.version },
			}),
		);
		return manifest;
	} finally {
		await rm(draft, { recursive: true, force: true });
	}
}
