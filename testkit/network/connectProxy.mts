/** An HTTP proxy that lets its clients reach one host only, and a server of ours in that host's place. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

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
		const onward = connect(port, '127.0.0.1', () => {
			client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
			onward.write(head);
			client.pipe(onward).pipe(client);
		});
		for (const [end, other] of [
			[client, onward],
			[onward, client],
		] as const) {
			sockets.add(end);
			end
				.on('error', () => {})
				.once('close', () => {
					sockets.delete(end);
					other.destroy();
				});
		}
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: async () => {
			for (const socket of sockets) socket.destroy();
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}
