/** An n8n as a look meets it: it answers the calls of a resume URL with given statuses, in turn. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedCall {
	headers: IncomingMessage['headers'];
	body: Buffer;
}

export class FakeN8n {
	/** The statuses of the answers, in turn; then 200. */
	answers: number[] = [];

	readonly received: ReceivedCall[] = [];

	private readonly server = createServer((request, response) => {
		const parts: Buffer[] = [];
		request.on('data', (part: Buffer) => parts.push(part));
		request.on('end', () => {
			this.received.push({ headers: request.headers, body: Buffer.concat(parts) });
			response.writeHead(this.answers[this.received.length - 1] ?? 200).end('{}');
		});
	});

	private port = 0;

	get resumeUrl(): string {
		return `http://127.0.0.1:${this.port}/webhook-waiting/1/node?signature=s`;
	}

	/** Also after `stop`, at the same address. */
	async start(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
		this.port = (this.server.address() as AddressInfo).port;
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}
}
