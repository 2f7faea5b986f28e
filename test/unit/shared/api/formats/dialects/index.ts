/**
 * What services have been seen to answer, and what it means: one row a report. A new report is one
 * more row. The numbers (R1 …) are those of the collection of reports; rows without one show that
 * others of the same kind are understood, too.
 */

import { ADDRESSES } from './addresses';
import { BAD_ENTRIES, MORE_BAD_ENTRIES, NO_TIMES, TIMES } from './facts';
import { FAILURES } from './failures';
import { NEW_API_DIALECTS } from './newApi';
import type { Dialect } from './parts';

export const DIALECTS: readonly Dialect[] = [
	...NEW_API_DIALECTS,
	...ADDRESSES,
	...FAILURES,
	...TIMES,
	...NO_TIMES,
	...BAD_ENTRIES,
	...MORE_BAD_ENTRIES,
];
