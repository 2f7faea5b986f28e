/** An https address in front of a server that speaks http only, with a certificate made on the spot. */
import { request } from 'node:http';
import { createServer } from 'node:https';
import { generate } from 'selfsigned';
import { listenOnLoopback } from './loopback.mts';

export interface HttpsFront {
	url: string;
	/** PEM; whoever trusts it can connect. */
	certificate: string;
	close(): Promise<void>;
}

/**
 * @param target the address of the server behind, without a path
 * @param names by which it may be called as well as by 127.0.0.1
 */
export async function startHttpsFront(target: string, names: string[] = []): Promise<HttpsFront> {
	const { private: key, cert } = await generate(
		[{ name: 'commonName', value: 'n8n-nodes-kling' }],
		{
			algorithm: 'sha256',
			extensions: [
				{ name: 'basicConstraints', cA: true },
				{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }, ...names.map(toName)] },
			],
		},
	);
	const server = createServer({ key, cert }, (received, reply) => {
		const { method, headers, url = '/' } = received;
		const passed = request(new URL(url, target), { method, headers }, (answer) => {
			reply.writeHead(answer.statusCode ?? 502, answer.headers);
			answer.pipe(reply);
		});
		passed.on('error', () => reply.destroy());
		received.pipe(passed);
	});
	const { port, close } = await listenOnLoopback(server);
	return { url: `https://127.0.0.1:${port}`, certificate: cert, close };
}

function toName(value: string) {
	return { type: 2 as const, value };
}
