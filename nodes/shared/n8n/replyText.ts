/** The text of a reply, read with bounded memory. */

import { TransportError } from '../api/http';
import { onAbort } from '../utils/onAbort';

/** Ten times what a list of 500 tasks with the longest prompts takes; bytes. */
const LARGEST_REPLY = 16_000_000;

/** What n8n's helpers return as a stream, and what is used of it. */
interface Body extends AsyncIterable<Uint8Array> {
	destroy(): void;
}

/**
 * @param body a stream; or the text itself, where n8n has read it already
 * @param signal ends the reading when aborted
 * @throws {TransportError} `interrupted` when it is too large
 */
export async function readText(body: unknown, signal: AbortSignal): Promise<string> {
	if (typeof body === 'string') return body;
	if (!isStream(body)) return '';
	const forget = onAbort(signal, () => body.destroy());
	try {
		const chunks: Uint8Array[] = [];
		let bytes = 0;
		for await (const chunk of body) {
			bytes += chunk.length;
			if (bytes > LARGEST_REPLY) throw tooLarge();
			chunks.push(chunk);
		}
		// Without the byte order mark that some services put in front.
		return new TextDecoder().decode(Buffer.concat(chunks));
	} finally {
		forget();
	}
}

function tooLarge(): TransportError {
	return new TransportError('interrupted', `the reply is larger than ${LARGEST_REPLY} bytes`);
}

function isStream(body: unknown): body is Body {
	return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}
