/** The one retry loop: for look-ups, downloads and callbacks alike. */

import { attempt } from '../utils/attempt';
import { type Clock, StoppedError } from './clock';
import { PAUSES, type RetryPolicy } from './policies';

/**
 * How long to pause before a retry: doubling, with jitter so that many items, workers or workflows do not
 * all come back at the same moment.
 * @param retries how many retries came before
 * @param requested what the service asked for (Retry-After), never undercut; milliseconds
 * @param random 0 to 1
 * @returns milliseconds
 */
export function backoff(retries: number, requested = 0, random = Math.random()): number {
	const full = Math.min(PAUSES.longest, PAUSES.first * 2 ** retries);
	return Math.max(requested, Math.round(full * (0.5 + random / 2)));
}

export interface RetryOptions extends RetryPolicy {
	clock: Pick<Clock, 'now' | 'sleep'>;
	/** Ends the loop when aborted. */
	signal?: AbortSignal;
	/** No retry starts later than this; milliseconds since the epoch. */
	deadline?: number;
	/**
	 * Whether a repetition may bring something else.
	 * @param tries how often it was tried so far
	 */
	isWorthRetrying(error: unknown, tries: number): boolean;
	/** How long the service asked to wait after this error; milliseconds. */
	requestedPause?(error: unknown): number | undefined;
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
		within = Infinity,
		deadline = Infinity,
		isWorthRetrying,
		requestedPause,
	}: RetryOptions,
): Promise<Result> {
	const end = Math.min(deadline, clock.now() + within);
	for (let tries = 1; ; tries++) {
		if (signal?.aborted) throw new StoppedError();
		const tried = await attempt(work);
		if (tried.ok) return tried.value;
		const { error } = tried;
		if (tries >= most || !isWorthRetrying(error, tries)) throw error;
		const pause = backoff(tries - 1, requestedPause?.(error));
		if (clock.now() + pause >= end) throw error;
		await clock.sleep(pause, signal);
	}
}
