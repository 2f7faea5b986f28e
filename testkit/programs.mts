/** Finds programs that are installed on this computer. */
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps PostgreSQL's programs in folders of their own, one for each version. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/**
 * @param names of the same program, the preferred one first
 * @param folders where to look as well as on the PATH
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

/**
 * A program that the tests in queue mode need.
 *
 * @param debianPackage what to install when the program is missing
 * @returns the program's path
 * @throws Error when it is missing
 */
export function needProgram(name: string, debianPackage: string): string {
	const found = findProgram([name], postgresFolders());
	if (found !== undefined) return found;
	throw new Error(
		`The tests in queue mode need the program "${name}". On Debian and Ubuntu: apt-get install ${debianPackage}`,
	);
}

/** The newest version first. */
function postgresFolders(): string[] {
	try {
		const versions = readdirSync(DEBIAN_POSTGRES).sort((one, other) => Number(other) - Number(one));
		return versions.map((version) => join(DEBIAN_POSTGRES, version, 'bin'));
	} catch {
		return [];
	}
}
