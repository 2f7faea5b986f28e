/**
 * Kling's list prices, from which costs are estimated before anything is charged. What Kling charged is
 * told afterwards (formats/cost.ts).
 *
 * Source: https://kling.ai/document-api/pricing/base/video, as of 2026-10-04 (docs/kling-api.md#prices).
 */

import { sumOf, timesWhole } from '../utils/decimal';
import { findPriceChange } from './additionalBody';
import type { Target } from './modelLookup';
import type { Mode, VideoRequest } from './request';

/** Units per second of video, by mode. */
type Rates = Readonly<Partial<Record<Mode, number>>>;

interface ListPrice {
	/** Also of models whose sound cannot be chosen. */
	silent: Rates;
	withSound?: Rates;
}

const V3: ListPrice = {
	silent: { std: 0.6, pro: 0.8, '4k': 3 },
	withSound: { std: 0.9, pro: 1.2, '4k': 3 },
};
const V3_TURBO: ListPrice = { silent: { std: 0.8, pro: 1 } };
const V2_6: ListPrice = { silent: { std: 0.3, pro: 0.5 }, withSound: { pro: 1 } };
const V2_5_TURBO: ListPrice = { silent: { std: 0.3, pro: 0.5 } };

/** By the models' IDs on the wire. */
const LIST_PRICES: ReadonlyMap<string, ListPrice> = new Map([
	['kling-v3', V3],
	['kling-3.0', V3],
	['kling-3.0-turbo', V3_TURBO],
	['kling-v2-6', V2_6],
	['kling-2.6', V2_6],
	['kling-v2-5-turbo', V2_5_TURBO],
	['kling-2.5-turbo', V2_5_TURBO],
]);

/** A video that is to be created. */
interface Requested {
	request: VideoRequest;
	target: Target;
}

/** @returns units by list price; undefined when the price is not known */
export function estimateUnits({ request, target }: Requested): number | undefined {
	const price = target.format === 'gateway' ? undefined : LIST_PRICES.get(target.id);
	if (!price || findPriceChange(request, target) !== undefined) return undefined;
	const rates: Readonly<Partial<Record<string, number>>> | undefined = request.sound
		? price.withSound
		: price.silent;
	const rate = rates?.[request.mode];
	return rate === undefined ? undefined : timesWhole(rate, request.duration);
}

/** @returns units of all videos together; undefined when one of the prices is not known */
export function estimateAll(videos: readonly Requested[]): number | undefined {
	const estimates = videos.map(estimateUnits);
	const known = estimates.filter((estimate) => estimate !== undefined);
	return known.length === estimates.length ? sumOf(known) : undefined;
}
