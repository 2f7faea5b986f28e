/**
 * Estimates costs from the registry's list prices, before anything is charged. What Kling charged is told
 * afterwards (formats/cost.ts).
 */

import { sumOf, timesWhole } from '../utils/decimal';
import { findPriceChange } from './additionalBody';
import type { Target } from './modelLookup';
import type { Mode, VideoRequest } from './request';

/** A video that is to be created. */
interface Requested {
	request: VideoRequest;
	target: Target;
}

/** @returns units by list price; undefined when the price is not known */
export function estimateUnits({ request, target }: Requested): number | undefined {
	const { price } = target;
	if (!price || findPriceChange(request, target) !== undefined) return undefined;
	const rates = request.sound ? price.withSound : price.silent;
	const rate = rates?.[request.mode as Mode];
	return rate === undefined ? undefined : timesWhole(rate, request.duration);
}

/** @returns units of all videos together; undefined when one of the prices is not known */
export function estimateAll(videos: readonly Requested[]): number | undefined {
	const estimates = videos.map(estimateUnits);
	const known = estimates.filter((estimate) => estimate !== undefined);
	return known.length === estimates.length ? sumOf(known) : undefined;
}
