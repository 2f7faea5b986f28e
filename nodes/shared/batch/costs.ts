/** What a run may cost, and what it cost. */

import { findPriceChange } from '../api/additionalBody';
import { sumPerUnit } from '../api/formats/cost';
import { estimateAll, estimateUnits } from '../api/prices';
import { InputError } from '../n8n/words/errorClasses';
import { notes } from '../n8n/words/notes';
import { costWords } from '../n8n/words/parameters';
import type { BatchVideo } from './batchVideo';
import type { PreparedItem } from './prepareItems';

/**
 * Holds the estimated cost of the whole run against the lowest limit that an item sets.
 * @returns why items must not be sent, by their keys; the others stay within the limit together
 */
export function findOverLimit(prepared: readonly PreparedItem[]): ReadonlyMap<string, InputError> {
	const limits = prepared.flatMap(({ costLimit }) => costLimit ?? []);
	const errors = new Map<string, InputError>();
	if (limits.length === 0) return errors;
	const limit = Math.min(...limits);
	const known = prepared.filter((item) => estimateUnits(item) !== undefined);
	const sum = estimateAll(known) ?? 0;
	for (const item of prepared) {
		if (!known.includes(item)) errors.set(item.key, withoutPrice(item));
		else if (sum > limit) {
			const words = costWords.overLimit(sum, limit, known.length);
			errors.set(item.key, new InputError('costLimit', words));
		}
	}
	return errors;
}

function withoutPrice({ request, target }: PreparedItem): InputError {
	const field = findPriceChange(request, target);
	const words =
		field === undefined ? costWords.noPrice(target.displayName) : costWords.priceChanged(field);
	return new InputError('costLimit', words);
}

/** A sentence on what Kling charged for the videos, as far as it says so. */
export function noteCosts(videos: readonly BatchVideo[]): string | undefined {
	const created = videos.filter(({ task }) => task !== undefined);
	const costs = sumPerUnit(created.flatMap(({ task }) => task?.cost ?? []));
	return costs.length === 0 ? undefined : notes.charged(costs, estimateAll(created));
}
