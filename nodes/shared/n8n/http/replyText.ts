/** The text of a reply, read with bounded memory. */

import { TransportError } from '../../api/http';
import { onAbort } from '../../utils/onAbort';

/**
 * What a list of 500 tasks takes, each with the longest prompt in Chinese; others stay below 2 MB. Reading
 * it takes time in which n8n does nothing else: of this size, whatever its shape, less than a tenth of a
 * second. Bytes.
 */
const LARGEST_REPLY = 4_000_000;

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
	if (typeof body === 'string') {
		if (body.length > LARGEST_REPLY) throw tooLarge();
		return body;
	}
	if (!isStream(body)) return '';
	const forget = onAbort(signal, () => body.destroy());
	try {
		// Without the byte order mark that some services put in front.
		const decoder = new TextDecoder();
		let text = '';
		let bytes = 0;
		for await (const chunk of body) {
			bytes += chunk.length;
			if (bytes > LARGEST_REPLY) throw tooLarge();
			text += decoder.decode(chunk, { stream: true });
		}
		return text + decoder.decode();
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
