/** What the rooms above may ask of a wire format: it itself stays in api/. */

import { FORMATS } from './formats';
import type { Target } from './modelLookup';
import type { FormatName } from './models';

/** Whether a model's tasks can be given IDs of one's own, by which they are found. */
export function hasExternalIds({ format, lacks }: Pick<Target, 'format' | 'lacks'>): boolean {
	return FORMATS[format].findByExternalId !== undefined && !lacks?.includes('externalTaskId');
}

/** Whether it is the name of a wire format that this build knows. */
export function isFormatName(name: unknown): name is FormatName {
	return typeof name === 'string' && Object.hasOwn(FORMATS, name);
}

/** Whether one request serves several tasks of the format. */
export function sharesChecks(format: FormatName): boolean {
	return FORMATS[format].many !== undefined;
}
