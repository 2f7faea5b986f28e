/** Finds the servers' programs: on the PATH, or where Debian keeps those that are not there. */
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** PostgreSQL's own programs, one folder for each version. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/**
 * @param debianPackage what to install when the program is missing
 * @returns the program's path
 * @throws Error when it is missing
 */
export function findProgram(name: string, debianPackage: string): string {
	const folders = [...(process.env.PATH ?? '').split(delimiter), ...postgresFolders()];
	const found = folders.map((folder) => join(folder, name)).find(isExecutable);
	if (found) return found;
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

function isExecutable(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
