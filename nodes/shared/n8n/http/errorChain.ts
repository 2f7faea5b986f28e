/** Reads what request helpers throw: n8n's error around axios' error around the network's own. */

/** One error of a chain, as far as it can be read; text is empty where there is none. */
export interface ChainLink {
	error: object;
	name: string;
	/** Node's or axios' code. */
	code: string;
	/** What Node was doing: `connect`, `getaddrinfo`, `read`, `write`… */
	syscall: string;
	/** The network's words, as far as they are known. */
	message: string;
	/** All words there are. */
	text: string;
	/** Whether the whole request was sent, where the error tells of its connection. */
	wasSent?: boolean;
}

/** Chains can be long, wide, or lead back to themselves. */
const MOST_LINKS = 30;

/** Where errors keep the errors that they were made of: n8n's, axios', Node's and undici's. */
const INSIDE = ['errorResponse', 'error', 'reason', 'cause', 'errors'] as const;

/** All errors that a thrown value consists of, from the outermost to the innermost. */
export function linksOf(thrown: unknown): ChainLink[] {
	const links: ChainLink[] = [];
	const seen = new Set<unknown>();
	const visit = (value: unknown) => {
		if (!isObject(value) || seen.has(value) || links.length >= MOST_LINKS) return;
		seen.add(value);
		links.push(toLink(value));
		for (const key of INSIDE) {
			const inside = value[key];
			if (Array.isArray(inside)) inside.slice(0, MOST_LINKS).forEach(visit);
			else visit(inside);
		}
	};
	visit(thrown);
	return links;
}

function toLink(error: Record<string, unknown>): ChainLink {
	const [name, message, description] = [error.name, error.message, error.description].map(textOf);
	// n8n puts sentences of its own in place of the network's words, which it keeps. Before 2.0 that
	// is all it keeps of the error inside: its code stands in `httpCode`.
	const kept = Array.isArray(error.messages) ? error.messages.slice(0, MOST_LINKS).map(textOf) : [];
	const words = [...kept, message, description].filter(Boolean) as string[];
	const code = textOf(error.code) || textOf(error.httpCode);
	// Node's own, without a call: a host has several addresses, and none of them could be connected to.
	const call = name === 'AggregateError' && code !== '' ? 'connect' : '';
	return {
		error,
		name: name ?? '',
		code,
		syscall: textOf(error.syscall) || (words.map(callIn).find(Boolean) ?? call),
		message: words.find(callIn) ?? words[0] ?? '',
		text: words.join('\n'),
		wasSent: wasSent(error.request),
	};
}

/** Node's messages begin with the call that failed, and survive where its fields get lost. */
function callIn(words: string): string | undefined {
	// EPROTO is about the encryption, although Node was writing when it came.
	return /^(connect|bind|getaddrinfo|query[A-Z]\w*|read|write|shutdown) E(?!PROTO)[A-Z]/.exec(
		words,
	)?.[1];
}

/**
 * What the connection of a request tells of it, also after its end: axios hands out Node's
 * ClientRequest with its errors. That of a TLS connection counts bytes before they leave. No server
 * acts on a request whose body it has not whole.
 */
function wasSent(request: unknown): boolean | undefined {
	if (!isObject(request) || !('socket' in request)) return undefined;
	const { socket } = request;
	if (socket === null) return false;
	if (!isObject(socket)) return undefined;
	// Only Node's own request knows, not what wraps it to follow redirections.
	const isNodes = typeof request.outputSize === 'number';
	if (isNodes && request.writableFinished === false) return false;
	if (typeof socket.secureConnecting === 'boolean') return !socket.secureConnecting;
	// Node's own counter. `bytesWritten` includes what still waits for the connection.
	return typeof socket._bytesDispatched === 'number' ? socket._bytesDispatched > 0 : undefined;
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
