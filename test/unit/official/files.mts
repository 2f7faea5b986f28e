/** Files of the repository, for tests that compare them with what they are made from. */
import { readFileSync } from 'node:fs';

export function readRepositoryFile(path: string): string {
	return readFileSync(path, 'utf8');
}
