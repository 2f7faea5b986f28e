/** Plays many histories and sorts those that break a property by what led to it. */

import fc from 'fast-check';

import { scripts } from './draw.mts';
import { play, type Played } from './history.mts';
import type { Script } from './script.mts';

/** Histories that break a property in the same way. */
export interface Kind {
	count: number;
	/** Which of those that were drawn is the first of them. */
	first: number;
}

/** Which histories are drawn. */
export interface Drawn {
	histories: number;
	seed: number;
}

/** @returns the kinds of histories that break a property, by their names */
export async function playMany({ histories, seed }: Drawn): Promise<Map<string, Kind>> {
	const kinds = new Map<string, Kind>();
	let number = 0;
	const property = fc.asyncProperty(scripts, async (script) => {
		const name = kindOf(await play(script));
		if (name !== undefined) {
			const kind = kinds.get(name) ?? { count: 0, first: number };
			kind.count++;
			kinds.set(name, kind);
		}
		number++;
	});
	await fc.assert(property, { numRuns: histories, seed });
	return kinds;
}

/**
 * Makes the first history of a kind as simple as it can be without becoming one of another kind.
 * @returns undefined when it does not break the property again: something beside the script has decided
 */
export async function simplify(
	{ histories, seed }: Drawn,
	name: string,
	{ first }: Kind,
): Promise<{ script: Script; played: Played } | undefined> {
	const property = fc.asyncProperty(scripts, async (script) => kindOf(await play(script)) !== name);
	const { counterexample } = await fc.check(property, {
		numRuns: histories,
		seed,
		path: String(first),
	});
	if (!counterexample) return undefined;
	const [script] = counterexample;
	return { script, played: await play(script) };
}

/** The property that a history breaks first, and why. */
function kindOf({ violations }: Played): string | undefined {
	const [first] = violations;
	return first && `${first.property} (${first.cause})`;
}
