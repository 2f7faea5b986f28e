/** Finds programs that are installed on this computer. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @param names of the same program, the preferred one first
 * @param folders where to look besides the PATH
 * @returns its path; undefined if it is not installed
 */
export function findProgram(
	names: string[],
	folders: string[] = [],
	path = process.env.PATH,
): string | undefined {
	const onPath = (path ?? '').split(delimiter).filter(Boolean);
	return [...onPath, ...folders]
		.flatMap((folder) => names.map((name) => join(folder, name)))
		.find(isExecutable);
}

export function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
