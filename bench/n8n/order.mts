/** What all ways are given: the same prompts, each with its own generation time. */
import { seeded } from '../random.mts';

/** Generation times are drawn from this range, in ms. */
export interface GenerationRange {
	shortest: number;
	longest: number;
}

const SEED = 2026;

/** @returns milliseconds per video, the same in every run */
export function generationTimes(count: number, { shortest, longest }: GenerationRange): number[] {
	const random = seeded(SEED);
	return Array.from({ length: count }, () =>
		Math.round(shortest + random() * (longest - shortest)),
	);
}

/** The number of a video that takes no time. */
export const NO_TIME = 1_000_000;

/** A prompt that names its video. */
export function promptOf(video: number): string {
	return `A paper boat in the rain, video ${video}`;
}

/**
 * The video that a request to create it names.
 * @throws Error when it names none
 */
export function videoOf(body: unknown): number {
	const video = /, video (\d+)/.exec(JSON.stringify(body))?.[1];
	if (video === undefined) throw new Error(`No video: ${JSON.stringify(body)}`);
	return Number(video);
}
