/** A server that the tests of the engine send requests to. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from '../network/loopback.mts';

export interface ReceivedRequest {
	method: string;
	/** Path and query. */
	url: string;
	headers: IncomingHttpHeaders;
}

/** An HTTP server on a free port of 127.0.0.1 that answers as each test tells it to. */
export class HttpServer extends LoopbackServer {
	readonly requests: ReceivedRequest[] = [];

	/** How many requests were ended by the client before their answer was complete. */
	aborted = 0;

	/** Answers a request; one that it leaves open stays pending. */
	answer: (request: ReceivedRequest, response: ServerResponse) => void = () => {};

	/** How many connections are open. */
	connections = 0;

	override async start(): Promise<void> {
		this.server.on('connection', (socket) => {
			this.connections++;
			socket.on('close', () => this.connections--);
		});
		await super.start();
	}

	/** Forgets what was received. */
	reset(): void {
		this.requests.length = 0;
		this.aborted = 0;
		this.answer = () => {};
	}

	protected handle(incoming: IncomingMessage, response: ServerResponse): void {
		const { method = '', url = '', headers } = incoming;
		const request = { method, url, headers };
		this.requests.push(request);
		response.on('close', () => {
			if (!response.writableFinished) this.aborted++;
		});
		this.answer(request, response);
	}
}

/** Ends a response with a status and a JSON body. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' });
	response.end(JSON.stringify(body));
}
