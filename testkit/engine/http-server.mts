/** A server that the tests of the engine send requests to. */
import {
	createServer,
	type IncomingHttpHeaders,
	type Server,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
	method: string;
	/** Path and query. */
	url: string;
	headers: IncomingHttpHeaders;
}

/** An HTTP server on a free port of 127.0.0.1 that answers as each test tells it to. */
export class HttpServer {
	readonly requests: ReceivedRequest[] = [];

	/** How many requests were ended by the client before their answer was complete. */
	aborted = 0;

	/** Answers a request; one that it leaves open stays pending. */
	answer: (request: ReceivedRequest, response: ServerResponse) => void = () => {};

	private readonly server: Server = createServer((incoming, response) => {
		const { method = '', url = '', headers } = incoming;
		const request = { method, url, headers };
		this.requests.push(request);
		response.on('close', () => {
			if (!response.writableFinished) this.aborted++;
		});
		this.answer(request, response);
	});

	/** How many connections are open. */
	connections = 0;

	/** "http://127.0.0.1:<port>" */
	get url(): string {
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	async start(): Promise<void> {
		this.server.on('connection', (socket) => {
			this.connections++;
			socket.on('close', () => this.connections--);
		});
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
	}

	async stop(): Promise<void> {
		this.server.closeAllConnections();
		await new Promise((resolve) => this.server.close(resolve));
	}

	/** Forgets what was received. */
	reset(): void {
		this.requests.length = 0;
		this.aborted = 0;
		this.answer = () => {};
	}
}

/** Ends a response with a status and a JSON body. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' });
	response.end(JSON.stringify(body));
}
