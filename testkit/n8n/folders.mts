/** Where the host keeps what it installs, and how it finds free ports. */
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
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

/** So many different free ports of 127.0.0.1. */
export async function freePorts(count: number): Promise<number[]> {
	// All open at once, or else the system may give out the same one again.
	const servers = Array.from({ length: count }, () => createServer());
	await Promise.all(
		servers.map(
			async (server) =>
				await new Promise<void>((resolve, reject) => {
					server.once('error', reject).listen(0, '127.0.0.1', resolve);
				}),
		),
	);
	const ports = servers.map((server) => (server.address() as AddressInfo).port);
	await Promise.all(
		servers.map(async (server) => await new Promise((resolve) => server.close(resolve))),
	);
	return ports;
}

/** Whether nothing listens at a port of 127.0.0.1. */
export async function isPortFree(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const server = createServer()
			.once('error', () => resolve(false))
			.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}
