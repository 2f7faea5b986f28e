/** The arithmetic of the benchmarks: averages, random numbers, generation times. All times in milliseconds. */

export function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((one, other) => one - other);
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle] ?? NaN;
	return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}

/** The same numbers between 0 and 1 in every run (mulberry32). */
export function seeded(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}

/** So far a jittered generation time may be from its mean, as a share of it. */
const JITTER = 0.2;

/** `count` videos that all take the same time. */
export function fixed(ms: number, count: number): number[] {
	return Array.from({ length: count }, () => ms);
}

/**
 * `count` different times, evenly spread over the mean ±20 % and shuffled, always in the same way.
 */
export function jittered(ms: number, count: number): number[] {
	const times = Array.from({ length: count }, (_, index) =>
		Math.round(ms * (1 - JITTER + (2 * JITTER * (index + 0.5)) / count)),
	);
	// 7 has no divisor in common with a usual count: every time is taken once.
	return times.map((_, index) => times[(index * 7 + 3) % count] ?? ms);
}

/** The shortest makespan of videos that are started in this order, so many at a time. */
export function idealMakespan(times: readonly number[], atOnce: number): number {
	const freeAt = Array.from({ length: Math.min(atOnce, times.length) }, () => 0);
	for (const time of times) {
		const first = freeAt.indexOf(Math.min(...freeAt));
		freeAt[first] = (freeAt[first] ?? 0) + time;
	}
	return Math.max(...freeAt);
}
