/** Networks that keep one waiting, or cut one off. */
import type { ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Sends a reply byte by byte, until the client has enough. */
export function trickle(response: ServerResponse): void {
	response.writeHead(200, { 'content-type': 'application/json' });
	const timer = setInterval(() => response.write(' '), 2_000);
	response.on('close', () => clearInterval(timer));
}

let server: Server | undefined;

/** A port that takes connections and cuts them off. */
export const cut = {
	async start(): Promise<void> {
		server = createServer((socket) => socket.destroy());
		await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
	},
	async stop(): Promise<void> {
		await new Promise((resolve) => server?.close(resolve));
	},
	get url(): string {
		return `https://127.0.0.1:${(server?.address() as AddressInfo).port}`;
	},
};

/** A port that cuts every connection off once it has so many bytes of it. */
export async function startBreakingOff(after: number) {
	let connections = 0;
	const breaking = createServer((socket) => {
		connections++;
		let received = 0;
		socket.on('error', () => {});
		socket.on('data', ({ length }) => {
			received += length;
			if (received > after) socket.resetAndDestroy();
		});
	});
	await new Promise<void>((resolve) => breaking.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(breaking.address() as AddressInfo).port}`,
		connections: () => connections,
		stop: async () => await new Promise((resolve) => breaking.close(resolve)),
	};
}
