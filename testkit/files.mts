/** Reads files of the repository, for tests: the linter forbids Node's own modules in `.ts` files. */
import { readdirSync, readFileSync } from 'node:fs';

/** @param path from the repository's root */
export function readText(path: string): string {
	return readFileSync(path, 'utf8');
}

/** @returns the names in a folder of the repository */
export function namesIn(folder: string): string[] {
	return readdirSync(folder);
}
