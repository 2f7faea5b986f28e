/** Where what takes long to install is kept. */
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The user's cache folder of this package: `$XDG_CACHE_HOME/n8n-nodes-kling`, or `~/.cache/…`. */
export function cacheFolder(): string {
	const xdg = process.env.XDG_CACHE_HOME;
	// The specification has relative paths ignored.
	const base = xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
	return join(base, 'n8n-nodes-kling');
}
