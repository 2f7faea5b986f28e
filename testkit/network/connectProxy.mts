/** An HTTP proxy that lets its clients reach one host only, and a server of ours in that host's place. */
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { joinSockets } from './joinSockets.mts';
import { listenOnLoopback } from './loopback.mts';

export interface ConnectProxy {
	url: string;
	close(): Promise<void>;
}

/**
 * @param host the one that may be reached, by its name
 * @param port of 127.0.0.1, where an https server answers for it
 */
export async function startConnectProxy(host: string, port: number): Promise<ConnectProxy> {
	const sockets = new Set<Socket>();
	const server = createServer((_request, response) => response.writeHead(502).end());
	server.on('connect', ({ url }, client: Socket, head: Buffer) => {
		if (url !== `${host}:443`) {
			client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
			return;
		}
		const onward = connect(port, '127.0.0.1');
		client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
		onward.write(head);
		joinSockets(client, onward, sockets);
	});
	const listening = await listenOnLoopback(server);
	return {
		url: `http://127.0.0.1:${listening.port}`,
		close: async () => {
			for (const socket of sockets) socket.destroy();
			await listening.close();
		},
	};
}
