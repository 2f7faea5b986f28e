/** What all ways are given: the same prompts, each with its own generation time, and the same faults. */
import type { Emulator, Fault } from '../../testkit/n8n/index.mts';
import { seeded } from '../numbers.mts';

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

/** Of so many replies one is a fault. */
const ONE_IN = 20;

export const FAULT_SHARE = 1 / ONE_IN;

/** Faults per route: more than any run meets. */
const FAULTS = 150;

type Route = 'create' | 'query' | 'list' | 'video';
type Action = Fault['action'];

/** A reply can be lost although Kling has done what was asked. */
const RESET: Action[] = [
	{ type: 'reset', when: 'before' },
	{ type: 'reset', when: 'after' },
];
const SERVER_ERROR: Action[] = [
	{ type: 'reply', status: 500, when: 'before' },
	{ type: 'reply', status: 500, when: 'after' },
];
const REFUSAL: Action[] = [{ type: 'kling-error', code: 1303 }];

const KINDS: Readonly<Record<Route, ReadonlyArray<readonly Action[]>>> = {
	create: [RESET, SERVER_ERROR, REFUSAL],
	query: [RESET, SERVER_ERROR],
	list: [RESET, SERVER_ERROR],
	video: [RESET, SERVER_ERROR],
};

/**
 * Lets this share of the emulator's replies go wrong: of every twenty of a kind one, at a place that
 * is drawn, and at the same places in every run.
 */
export function addFaults(emulator: Emulator): void {
	const random = seeded(SEED);
	const pick = <Value,>(values: readonly Value[]): Value =>
		values[Math.floor(random() * values.length)]!;
	for (const [route, kinds] of Object.entries(KINDS) as Array<[Route, (typeof KINDS)[Route]]>) {
		let passed = 0;
		let toNext = 0;
		for (let fault = 0; fault < FAULTS; fault++) {
			const place = Math.floor(random() * ONE_IN);
			passed += toNext + place;
			toNext = ONE_IN - 1 - place;
			// A fault does not count the requests that others have hit.
			emulator.addFault({ match: { route, skip: passed }, action: pick(pick(kinds)) });
		}
	}
}
