/** Servers on loopback, at ports that are free. */
import { once } from 'node:events';
import type { Server } from 'node:http';
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
