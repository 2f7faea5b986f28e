/** Where the repository is. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The repository: jest and the npm scripts run at its root. */
export function repositoryFolder(): string {
	const folder = process.cwd();
	if (!existsSync(join(folder, 'gulpfile.js'))) {
		throw new Error(`${folder} is not the root of the repository: run it by "npm run" there`);
	}
	return folder;
}
