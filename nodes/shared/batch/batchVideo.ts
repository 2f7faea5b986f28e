/** An item on its way through a batch. */
import type { INodeExecutionData } from 'n8n-workflow';

import type { Outcome } from '../engine/runBatch';
import type { PreparedItem } from './prepareItems';

/** A prepared item and what came of it. */
export interface BatchVideo extends PreparedItem, Outcome<INodeExecutionData> {
	/** The ID the video's task has, or would have, at Kling; absent where the format has none. */
	externalTaskId?: string;
	/** A task may have been created, but no reply told its ID. */
	isUnsure: boolean;
}

/** What came of all items. */
export interface Created {
	videos: BatchVideo[];
	/** The items of what could not be sent. */
	refused: INodeExecutionData[];
}
