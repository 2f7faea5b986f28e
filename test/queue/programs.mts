/** Finds the servers' programs: on the PATH, or where Debian keeps those that are not there. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../testkit/n8n/programs.mts';

/** PostgreSQL's own programs, one folder for each version. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/**
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
