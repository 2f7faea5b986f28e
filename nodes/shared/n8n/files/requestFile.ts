/** Asks a file host for a file, wherever it redirects to. */

import type { IN8nHttpFullResponse } from 'n8n-workflow';

import { isOwnNetwork, toUrl } from '../../utils/url';
import type { NodeContext } from '../http/send';
import { DownloadError } from '../words/errorClasses';
import { downloadReasons } from '../words/notes';

/** How long the file host may take to begin its answer; milliseconds. */
const ANSWER_TIMEOUT = 60_000;

/** File hosts redirect once or twice, to a storage near by. */
const MOST_REDIRECTS = 5;

const REDIRECTS = [301, 302, 303, 307, 308];

interface FileRequest {
	/** Files may be in one's own network, because the service is there, too. */
	allowsOwnNetwork: boolean;
	/** Cancels the request, and ends the body. */
	signal: AbortSignal;
}

/**
 * The video's address comes from a reply, and the file host is another party than Kling's API: it
 * gets no credential, and must not lead n8n into one's own network, not by a redirect either.
 * @returns the reply, its body a stream
 * @throws {DownloadError} for an address that nothing is fetched from
 */
export async function requestFile(
	context: NodeContext,
	url: string,
	{ allowsOwnNetwork, signal }: FileRequest,
): Promise<IN8nHttpFullResponse> {
	let address = checked(url, undefined, { url, allowsOwnNetwork });
	for (let redirects = 0; ; redirects++) {
		const reply = (await context.helpers.httpRequest({
			method: 'GET',
			url: address.href,
			// A packed file would tell its packed length, and videos do not become smaller by packing.
			headers: { Accept: 'video/*, */*', 'Accept-Encoding': 'identity' },
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: ANSWER_TIMEOUT,
			abortSignal: signal,
		})) as IN8nHttpFullResponse;
		const { location } = reply.headers;
		if (!REDIRECTS.includes(reply.statusCode) || typeof location !== 'string') return reply;
		if (redirects >= MOST_REDIRECTS) {
			throw new DownloadError(downloadReasons.redirectsTooOften, url, false);
		}
		address = checked(location, address, { url, allowsOwnNetwork });
	}
}

/**
 * @param address as it was given
 * @param base what it is relative to, if it is where the file host redirects to
 * @throws {DownloadError}
 */
function checked(
	address: string,
	base: URL | undefined,
	{ url, allowsOwnNetwork }: { url: string; allowsOwnNetwork: boolean },
): URL {
	const isRedirect = base !== undefined;
	const parsed = toUrl(address, base?.href);
	if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
		throw refused(downloadReasons.noWebAddress(isRedirect), url);
	}
	if (!allowsOwnNetwork && isOwnNetwork(parsed.hostname)) {
		throw refused(downloadReasons.ownNetwork(parsed.host, isRedirect), url);
	}
	return parsed;
}

function refused(reason: string, url: string): DownloadError {
	return new DownloadError(reason, url, false, 'refusedAddress');
}
