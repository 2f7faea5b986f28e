/** Fetches a finished video into n8n's binary store. */

import type { IBinaryData, IN8nHttpFullResponse } from 'n8n-workflow';

import type { Clock } from '../waiting/clock';
import { retry } from '../waiting/retry';
import type { NodeContext } from './context';
import { DownloadError } from './downloadError';
import { downloadReasons } from './messages';
import { toTransportError } from './transportError';

/** How long the file host may take to begin its answer; milliseconds. */
const ANSWER_TIMEOUT = 60_000;

const TRIES = 3;

/**
 * Streams a video into n8n's binary store, so that it is never whole in memory. The file host is
 * another party than Kling's API: no credential goes there. An interrupted download starts again.
 * @param fileName without extension
 * @throws {DownloadError} when no complete file came
 * @throws {StoppedError} when the signal is aborted between two tries
 */
export async function downloadVideo(
	context: NodeContext,
	url: string,
	fileName: string,
	{ clock, signal }: { clock: Clock; signal?: AbortSignal },
): Promise<IBinaryData> {
	return await retry(async () => await fetchOnce(context, url, fileName, signal), {
		clock,
		signal,
		tries: TRIES,
		isWorthRetrying: (error) => error instanceof DownloadError && error.isPassing,
	});
}

async function fetchOnce(
	context: NodeContext,
	url: string,
	fileName: string,
	signal?: AbortSignal,
): Promise<IBinaryData> {
	try {
		const reply = (await context.helpers.httpRequest({
			method: 'GET',
			url,
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			timeout: ANSWER_TIMEOUT,
			abortSignal: signal && AbortSignal.any([signal]),
		})) as IN8nHttpFullResponse;
		refuseOtherThanVideo(reply, url);
		const binary = await context.helpers.prepareBinaryData(
			reply.body as Parameters<typeof context.helpers.prepareBinaryData>[0],
			`${fileName}.mp4`,
			'video/mp4',
		);
		await refuseShortFile(context, binary, Number(reply.headers['content-length']), url);
		return binary;
	} catch (error) {
		throw toDownloadError(error, url);
	}
}

function refuseOtherThanVideo(reply: IN8nHttpFullResponse, url: string): void {
	const type = String(reply.headers['content-type'] ?? '');
	const isText = /^(text\/|application\/(json|xml))/i.test(type);
	if (reply.statusCode === 200 && !isText) return;
	(reply.body as { destroy?: () => void }).destroy?.();
	if (reply.statusCode === 200) {
		throw new DownloadError(downloadReasons.noVideo(type), url, true);
	}
	const isPassing = reply.statusCode >= 500 || reply.statusCode === 429;
	throw new DownloadError(downloadReasons.status(reply.statusCode), url, isPassing);
}

/** A connection cut at the right moment looks like the end of the file. */
async function refuseShortFile(
	context: NodeContext,
	binary: IBinaryData,
	announced: number,
	url: string,
): Promise<void> {
	const bytes = await sizeOf(context, binary);
	if (bytes === 0) throw new DownloadError(downloadReasons.empty, url, true);
	if (announced > bytes) {
		throw new DownloadError(downloadReasons.short(bytes, announced), url, true);
	}
}

async function sizeOf(context: NodeContext, binary: IBinaryData): Promise<number> {
	// n8n fills in `bytes` since 2.0; before, the store knows.
	if (typeof binary.bytes === 'number') return binary.bytes;
	if (binary.id) return (await context.helpers.getBinaryMetadata(binary.id)).fileSize;
	return Buffer.byteLength(binary.data, 'base64');
}

function toDownloadError(error: unknown, url: string): DownloadError {
	if (error instanceof DownloadError) return error;
	const { failure, detail } = toTransportError(error);
	return new DownloadError(downloadReasons.interrupted(detail), url, failure !== 'aborted');
}
