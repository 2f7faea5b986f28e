/** Ports of 127.0.0.1. */
import { createServer, type AddressInfo } from 'node:net';

/** So many different free ports. */
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

export async function freePort(): Promise<number> {
	const [port] = (await freePorts(1)) as [number];
	return port;
}

/** Whether nothing listens at a port. */
export async function isPortFree(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const server = createServer()
			.once('error', () => resolve(false))
			.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});
}
