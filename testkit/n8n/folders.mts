/** Where the host keeps what it installs, and where it finds the package. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The user's cache folder of this package: `$XDG_CACHE_HOME/n8n-nodes-kling`, or `~/.cache/…`. */
export function cacheFolder(): string {
	const xdg = process.env.XDG_CACHE_HOME;
	// The specification has relative paths ignored.
	const base = xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
	return join(base, 'n8n-nodes-kling');
}

/** The repository: jest and the npm scripts run at its root. */
export function repositoryFolder(): string {
	const folder = process.cwd();
	if (!existsSync(join(folder, 'gulpfile.js'))) {
		throw new Error(`${folder} is not the root of the repository: run it by "npm run" there`);
	}
	return folder;
}
