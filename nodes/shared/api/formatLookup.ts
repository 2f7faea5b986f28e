/** What the rooms above may ask of a wire format: it itself stays in api/. */

import { FORMATS } from './formats';
import type { Target } from './modelLookup';
import type { FormatName } from './routes';
import type { RequestFeature, VideoRequest } from './request';

/** Whether a model's tasks can be given IDs of one's own, by which they are found. */
export function hasExternalIds({ format, lacks }: Pick<Target, 'format' | 'lacks'>): boolean {
	return FORMATS[format].findByExternalId !== undefined && !lacks?.includes('externalTaskId');
}

/** Whether one request serves several tasks of the format. */
export function sharesChecks(format: FormatName): boolean {
	return FORMATS[format].many !== undefined;
}

/** Whether the tasks of an account can be listed. */
export function canList(format: FormatName): boolean {
	return FORMATS[format].list !== undefined;
}

/** Whether the format has a field for a setting; a model in it may refuse it all the same. */
export function hasFeature(format: FormatName, feature: RequestFeature): boolean {
	return FORMATS[format].features.includes(feature);
}

/** How large an image may be, in bytes. @returns undefined where videos are not made from images */
export function largestImage(format: FormatName): number | undefined {
	return FORMATS[format].largestImage;
}

/**
 * What a format cannot carry although each field is allowed: shots that are too long together.
 * @returns their length and the most that is possible, in code points
 */
export function findTooLong(
	request: VideoRequest,
	format: FormatName,
): { length: number; most: number } | undefined {
	return FORMATS[format].findConflict?.(request);
}
