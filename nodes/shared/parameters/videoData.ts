/** What the parameters of one item say, as plain validated data. */

import type { Target } from '../api/modelLookup';
import type { VideoRequest } from '../api/request';
import type { OutputOptions } from '../items/deliverTask';
import type { Attempt } from '../utils/attempt';

export interface VideoData {
	request: VideoRequest;
	/** The model in the wire format that serves it. */
	target: Target;
	delivery: OutputOptions;
	/** What the whole run may cost; units. */
	costLimit?: number;
}

/** An input item whose parameters were read, or could not be. */
export type ReadItem<Data> = Attempt<Data> & {
	/** From 0. */
	itemIndex: number;
};
