/** Servers on loopback, at ports that are free. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listening {
	port: number;
	/** Ends all connections, too. */
	close(): Promise<void>;
}

/** Has a server listen at any free port of 127.0.0.1. */
export async function listenOnLoopback(server: Server): Promise<Listening> {
	await once(server.listen(0, '127.0.0.1'), 'listening');
	return {
		port: (server.address() as AddressInfo).port,
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

/** An HTTP server for tests, at a free port of 127.0.0.1. */
export abstract class LoopbackServer {
	protected readonly server = createServer((request, response) => {
		void this.handle(request, response);
	});
	private listening?: Listening;

	/** "http://127.0.0.1:<port>" */
	get url(): string {
		return `http://127.0.0.1:${this.listening?.port}`;
	}

	async start(): Promise<void> {
		this.listening = await listenOnLoopback(this.server);
	}

	async stop(): Promise<void> {
		await this.listening?.close();
	}

	protected abstract handle(request: IncomingMessage, response: ServerResponse): unknown;
}
