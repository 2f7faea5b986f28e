const FIRST = 1_000;
const LONGEST = 30_000;

/**
 * How long to pause before the next try: doubling from one second to half a minute, with jitter so
 * that many items, workers or workflows do not all come back at the same moment.
 * @param attempt how many tries came before, from 0
 * @param asked what the service asked for (Retry-After), never undercut
 * @param random 0 to 1
 * @returns milliseconds
 */
export function backoff(attempt: number, asked = 0, random = Math.random()): number {
	const full = Math.min(LONGEST, FIRST * 2 ** attempt);
	return Math.max(asked, Math.round(full * (0.5 + random / 2)));
}
