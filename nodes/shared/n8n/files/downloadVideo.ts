/** Fetches a finished video into n8n's binary store. */

import type { IBinaryData } from 'n8n-workflow';

import { TransportError } from '../../api/http';
import type { Clock } from '../../engine/clock';
import { DOWNLOAD } from '../../engine/policies';
import { retry } from '../../engine/retry';
import type { NodeContext } from '../http/send';
import { DownloadError } from '../words/errorClasses';
import { downloadReasons } from '../words/notes';
import { requestFile } from './requestFile';
import { withinLimit } from '../http/timeLimit';
import { TransferWatch } from './transferWatch';
import { toTransportError } from '../http/transportError';
import { refuseOtherThanVideo, refuseShortFile, streamOf } from './videoFile';

/**
 * How long one try may take from the request to the stored file; milliseconds. A video of 100 MB
 * comes in that time over 1.5 Mbit/s, less than what n8n is ever connected with.
 */
const TIME_LIMIT = 10 * 60_000;

interface DownloadTools {
	clock: Clock;
	/** Ends the download when aborted. */
	signal?: AbortSignal;
	/** The service is in one's own network, so that its files may be there, too. */
	allowsOwnNetwork?: boolean;
}

/**
 * Streams a video into n8n's binary store, so that it is never whole in memory. An interrupted
 * download starts again.
 * @param fileName without extension
 * @throws {DownloadError} when no complete file came
 * @throws {StoppedError} when the signal is aborted between two tries
 */
export async function downloadVideo(
	context: NodeContext,
	url: string,
	fileName: string,
	tools: DownloadTools,
): Promise<IBinaryData> {
	return await retry(async () => await fetchOnce(context, url, fileName, tools), {
		clock: tools.clock,
		signal: tools.signal,
		...DOWNLOAD,
		isWorthRetrying: (error) => error instanceof DownloadError && error.isPassing,
	});
}

async function fetchOnce(
	context: NodeContext,
	url: string,
	fileName: string,
	{ signal: stopSignal, allowsOwnNetwork = false }: DownloadTools,
): Promise<IBinaryData> {
	try {
		return await withinLimit({ limit: TIME_LIMIT, stopSignal }, async ({ signal, end }) => {
			const watch = new TransferWatch(
				(problem) => end(new DownloadError(downloadReasons[problem], url, problem === 'stalled')),
				async () => await keepsFilesInMemory(context),
			);
			try {
				const reply = await requestFile(context, url, { allowsOwnNetwork, signal });
				const stream = streamOf(reply);
				if (stream) watch.watch(stream);
				await refuseOtherThanVideo(reply, url);
				const binary = await context.helpers.prepareBinaryData(
					stream ?? (reply.body as Buffer),
					`${fileName}.mp4`,
					'video/mp4',
				);
				await refuseShortFile(context, binary, reply, url);
				return binary;
			} finally {
				watch.stop();
			}
		});
	} catch (error) {
		throw toDownloadError(error, url);
	}
}

/** n8n does not say so: a file in its store has an ID. */
async function keepsFilesInMemory({ helpers }: NodeContext): Promise<boolean> {
	const probe = await helpers.prepareBinaryData(Buffer.from('probe'), 'probe.txt', 'text/plain');
	return !probe.id;
}

function toDownloadError(error: unknown, url: string): DownloadError {
	if (error instanceof DownloadError) return error;
	const { failure, detail, problem } = toTransportError(error);
	if (failure === 'unreachable') {
		return new DownloadError(downloadReasons.unreachable(detail), url, true, problem);
	}
	const isTooSlow = failure === 'timeout' && error instanceof TransportError;
	const reason = isTooSlow
		? downloadReasons.tooSlow(TIME_LIMIT / 60_000)
		: downloadReasons.interrupted(detail);
	return new DownloadError(reason, url, failure !== 'aborted');
}
