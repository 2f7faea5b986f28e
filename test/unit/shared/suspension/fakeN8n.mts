/** An n8n as a look meets it: it answers the calls of a resume URL as told, in turn. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedCall {
	headers: IncomingMessage['headers'];
	body: Buffer;
}

/** Status and body. */
export type FakeAnswer = [status: number, text: string];

export class FakeN8n {
	/** The answers, in turn; then this node's that it is still waiting. */
	answers: FakeAnswer[] = [];

	readonly received: ReceivedCall[] = [];

	private readonly server = createServer((request, response) => {
		const parts: Buffer[] = [];
		request.on('data', (part: Buffer) => parts.push(part));
		request.on('end', () => {
			this.received.push({ headers: request.headers, body: Buffer.concat(parts) });
			const next = this.answers[this.received.length - 1];
			const [status, text] = next ?? [200, '{"message":"Still waiting"}'];
			response.writeHead(status).end(text);
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
