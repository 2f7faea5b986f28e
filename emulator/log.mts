/** The request log: what came in, byte for byte as far as the body goes, and what became of it. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

export type RouteName = 'create' | 'query' | 'list' | 'account' | 'video';
/** On v1 each capability has routes of its own, which know nothing of the others' tasks. */
export type Format = 'gateway' | 'v1' | 'v1-image' | 'path';

export interface RecordedRequest {
	/** 1, 2, 3 … in order of arrival. */
	seq: number;
	/** The emulator's clock on arrival, ms. */
	time: number;
	method: string;
	/** Path and query as sent. */
	url: string;
	/** Path alone. */
	path: string;
	/** Header names in lower case. Credentials are not masked: tests look at them. */
	headers: IncomingHttpHeaders;
	/** Body text exactly as received; empty when there was none. */
	body: string;
	/** The body parsed as JSON; undefined when it is none. */
	json: unknown;
	/** The route it was for; absent on an unknown one. */
	route?: RouteName;
	format?: Format;
	/** Name of the account, once its credentials were accepted. */
	account?: string;
	/** Tasks it created or asked for by id. */
	taskIds: string[];
	/** Type of the fault injected into it. */
	fault?: string;
	/** HTTP status sent; absent when nothing was. */
	status?: number;
	/** `reset`: cut by a fault, before or within the reply. `disconnected`: the client went away before the reply's end. */
	outcome: 'pending' | 'replied' | 'reset' | 'disconnected';
}

/** A long-running emulator forgets its oldest requests. */
const CAPACITY = 20_000;

export class RequestLog {
	private entries: RecordedRequest[] = [];
	private readonly byMessage = new WeakMap<IncomingMessage, RecordedRequest>();
	private seq = 0;

	constructor(
		private readonly now: () => number,
		private readonly onEnd: (entry: RecordedRequest) => void,
	) {}

	/** Opens the entry of a request, and closes it when its connection has nothing more to carry. */
	begin(request: IncomingMessage, response: ServerResponse): void {
		const url = request.url ?? '/';
		const entry: RecordedRequest = {
			seq: ++this.seq,
			time: this.now(),
			method: request.method ?? '',
			url,
			path: url.split('?', 1)[0] ?? url,
			headers: request.headers,
			body: '',
			json: undefined,
			taskIds: [],
			outcome: 'pending',
		};
		this.entries.push(entry);
		if (this.entries.length > CAPACITY) this.entries.shift();
		this.byMessage.set(request, entry);
		response.once('close', () => {
			if (entry.outcome !== 'reset') {
				// Not `writableFinished`: a client that has read all may be gone before that is set.
				entry.outcome = response.writableEnded ? 'replied' : 'disconnected';
			}
			this.onEnd(entry);
		});
	}

	/** The entry of a request that `begin` has seen. */
	of(request: IncomingMessage): RecordedRequest {
		const entry = this.byMessage.get(request);
		if (!entry) throw new Error('request was never recorded');
		return entry;
	}

	/** Notes the reply before the client can have it: a test that has the reply finds the log complete. */
	replied(request: IncomingMessage, status: number): void {
		const entry = this.of(request);
		entry.status = status;
		entry.outcome = 'replied';
	}

	/** Adds the body, which arrives after the headers. */
	body(request: IncomingMessage, text: string): void {
		const entry = this.of(request);
		entry.body = text;
		try {
			entry.json = JSON.parse(text);
		} catch {
			entry.json = undefined;
		}
	}

	all(): RecordedRequest[] {
		return [...this.entries];
	}

	/** Forgets everything; numbering goes on, so that numbers stay unique. */
	clear(): void {
		this.entries = [];
	}
}
