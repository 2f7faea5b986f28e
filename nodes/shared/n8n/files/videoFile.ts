/** Whether what a file host sends is a video, and all of it. */

import type { IBinaryData, IN8nHttpFullResponse } from 'n8n-workflow';

import type { NodeContext } from '../http/send';
import { DownloadError } from '../words/errorClasses';
import { downloadReasons } from '../words/notes';

/** As n8n's helpers type a stream. */
type FileStream = Exclude<Parameters<NodeContext['helpers']['prepareBinaryData']>[0], Uint8Array>;

/** The file's stream, if the reply has one. */
export function streamOf({ body }: IN8nHttpFullResponse): FileStream | undefined {
	const stream = body as Partial<FileStream> | undefined;
	return typeof stream?.read === 'function' ? (stream as FileStream) : undefined;
}

/**
 * Looks at status, type and first bytes. The stream keeps them.
 * @throws {DownloadError}
 */
export async function refuseOtherThanVideo(
	reply: IN8nHttpFullResponse,
	url: string,
): Promise<void> {
	const { statusCode } = reply;
	if (statusCode !== 200) {
		const isPassing = statusCode >= 500 || statusCode === 429;
		throw new DownloadError(downloadReasons.status(statusCode), url, isPassing);
	}
	const type = String(reply.headers['content-type'] ?? '').slice(0, LONGEST_TYPE);
	if (NO_VIDEO.test(type)) throw new DownloadError(downloadReasons.noVideo(type), url, true);
	const first = await firstBytes(reply);
	// n8n's store fails on a stream that has ended already.
	if (first?.length === 0) throw new DownloadError(downloadReasons.empty, url, true);
	const other = first && contentOtherThanVideo(first, type);
	if (other !== undefined) throw new DownloadError(downloadReasons.noVideo(other), url, true);
}

const LONGEST_TYPE = 100;

/** Hosts that do not know a file's type call it plain text or bytes. */
const NO_VIDEO =
	/^\s*(text\/(?!plain)|image\/|application\/(json|xml|javascript)|[^;]*\+(json|xml)\b)/i;

/** Enough to tell text from a video, which has bytes in its first box or header that no text has. */
const FIRST_BYTES = 512;

/** @returns what it is instead; undefined for bytes, which a video consists of */
function contentOtherThanVideo(first: Uint8Array, type: string): string | undefined {
	const bytes = Buffer.from(first);
	// In UTF-16 every other byte of a page is zero.
	const isWide = /^(\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1', 0, 2));
	const plain = isWide ? bytes.filter((byte) => byte !== 0) : bytes;
	if (!plain.every(isTextByte)) return undefined;
	const text = Buffer.from(plain).toString('latin1');
	const beginning = text.replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*/, '');
	if (beginning.startsWith('<')) return 'a web page';
	if (/^(\{\s*["}]|\[\s*["{[\]])/.test(beginning)) return 'JSON';
	if (beginning.startsWith('#EXTM3U')) return 'a playlist';
	// A sentence, such as "Link expired".
	return /\s/.test(beginning) && !/^video\//i.test(type) ? 'text' : undefined;
}

/** Whether text may contain the byte, in ASCII or anything that extends it. */
function isTextByte(byte: number): boolean {
	return byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1b;
}

async function firstBytes(reply: IN8nHttpFullResponse): Promise<Uint8Array | undefined> {
	const stream = streamOf(reply);
	if (stream) return await peek(stream);
	return Buffer.isBuffer(reply.body) ? reply.body.subarray(0, FIRST_BYTES) : undefined;
}

/** Reads the first bytes, and puts them back before anybody else can notice. */
async function peek(stream: FileStream): Promise<Uint8Array> {
	if (stream.destroyed) throw new Error('The stream is closed');
	return await new Promise((resolve, reject) => {
		const listeners: Array<[event: string, listener: (error?: Error) => void]> = [
			[
				'readable',
				() => {
					// Nothing until there are that many, or the stream has ended.
					const bytes = stream.read(FIRST_BYTES) as Uint8Array | null;
					if (bytes === null) return;
					stream.unshift(bytes);
					settle(() => resolve(bytes));
				},
			],
			['end', () => settle(() => resolve(Buffer.alloc(0)))],
			['error', (error) => settle(() => reject(error ?? new Error('The stream failed')))],
			['close', () => settle(() => reject(new Error('The stream is closed')))],
		];
		const settle = (outcome: () => void) => {
			for (const [event, listener] of listeners) stream.removeListener(event, listener);
			outcome();
		};
		for (const [event, listener] of listeners) stream.on(event, listener);
	});
}

/**
 * A connection that is cut at the right moment can look like the end of the file.
 * @throws {DownloadError}
 */
export async function refuseShortFile(
	context: NodeContext,
	binary: IBinaryData,
	reply: IN8nHttpFullResponse,
	url: string,
): Promise<void> {
	const bytes = await sizeOf(context, binary);
	if (bytes === 0) throw new DownloadError(downloadReasons.empty, url, true);
	// Node ends a stream only when all has come that was announced, which for a packed file is the
	// packed length. n8n unpacks it, and leaves no sign of that.
	const hasEnded = streamOf(reply)?.readableEnded === true;
	const isPacked = !/^(identity)?$/i.test(String(reply.headers['content-encoding'] ?? '').trim());
	const announced = Number(reply.headers['content-length']);
	if (!hasEnded && !isPacked && announced > bytes) {
		throw new DownloadError(downloadReasons.short(bytes, announced), url, true);
	}
}

async function sizeOf(context: NodeContext, binary: IBinaryData): Promise<number> {
	// n8n fills in `bytes` since 2.0; before, the store knows.
	if (typeof binary.bytes === 'number') return binary.bytes;
	if (binary.id) return (await context.helpers.getBinaryMetadata(binary.id)).fileSize;
	return Buffer.byteLength(binary.data, 'base64');
}
