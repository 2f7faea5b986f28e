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
