/** Files of the repository, for tests that compare them with what they are made from. */
import { readdirSync, readFileSync } from 'node:fs';

export function readRepositoryFile(path: string): string {
	return readFileSync(path, 'utf8');
}

/** The names of what is in a folder. */
export function repositoryFiles(folder: string): string[] {
	return readdirSync(folder);
}
