/** Packs a package by npm. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { npmCommand } from './npm.mts';

/**
 * Packs a package as `npm publish` would, without running its scripts.
 *
 * @returns the tarball's path
 */
export async function pack(packageFolder: string, destination: string): Promise<string> {
	const { command, first } = npmCommand();
	const args = [...first, 'pack', '--ignore-scripts', '--json', '--pack-destination', destination];
	const { stdout } = await promisify(execFile)(command, args, { cwd: packageFolder });
	const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
	return join(destination, filename);
}
