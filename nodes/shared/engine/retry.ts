/** The one retry loop: for creations, look-ups, limits, downloads and callbacks alike. */

import { attempt } from '../utils/attempt';
import { type Clock, StoppedError } from './clock';

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

/**
 * How long to pause before a retry: doubling from one second to half a minute, with jitter so that
 * many items, workers or workflows do not all come back at the same moment.
 * @param retries how many retries came before
 * @param requested what the service asked for (Retry-After), never undercut; milliseconds
 * @param random 0 to 1
 * @returns milliseconds
 */
export function backoff(retries: number, requested = 0, random = Math.random()): number {
	const full = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** retries);
	return Math.max(requested, Math.round(full * (0.5 + random / 2)));
}

export interface RetryOptions {
	clock: Pick<Clock, 'now' | 'sleep'>;
	/** Ends the loop when aborted. */
	signal?: AbortSignal;
	/** How often the work is tried at the most. */
	tries?: number;
	/** No retry starts later than this; milliseconds since the epoch. */
	deadline?: number;
	/**
	 * Whether a repetition may bring something else.
	 * @param tries how often it was tried so far
	 */
	isWorthRetrying(error: unknown, tries: number): boolean;
	/** How long the service asked to wait after this error; milliseconds. */
	requestedPause?(error: unknown): number | undefined;
	/** Pauses even before the first try. */
	pausesFirst?: boolean;
	/** What an earlier try threw, if there was one. */
	after?: unknown;
}

/**
 * Tries the work until it succeeds.
 * @throws what the last try threw, when it is not worth retrying, or no try or time is left
 * @throws {StoppedError} when the signal is aborted
 */
export async function retry<Result>(
	work: () => Promise<Result>,
	{
		clock,
		signal,
		tries: most = Infinity,
		deadline = Infinity,
		isWorthRetrying,
		requestedPause,
		pausesFirst = false,
		after,
	}: RetryOptions,
): Promise<Result> {
	let error = after;
	for (let tries = 0; ; tries++) {
		if (tries > 0 || pausesFirst) {
			const pause = backoff(pausesFirst ? tries : tries - 1, requestedPause?.(error));
			if (error !== undefined && clock.now() + pause >= deadline) throw error;
			await clock.sleep(pause, signal);
		}
		if (signal?.aborted) throw new StoppedError();
		const tried = await attempt(work);
		if (tried.ok) return tried.value;
		error = tried.error;
		if (tries + 1 >= most || !isWorthRetrying(error, tries + 1)) throw error;
	}
}
