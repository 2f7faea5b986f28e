/** Create: starts the videos and returns their task IDs at once. */

import type { INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { simplifyField, videoFields, videoOptions } from '../fields';
import { toItem } from '../output';
import { createVideos } from './createVideos';
import type { Run } from './run';

const OPERATIONS = ['create'];

/** How long "not yet" answers are tried again; milliseconds. */
const TIMEOUT = 5 * 60_000;

/** Submissions under way at once. */
const PARALLEL_SUBMISSIONS = 5;

export const fields: INodeProperties[] = [
	...videoFields(OPERATIONS),
	simplifyField(OPERATIONS),
	videoOptions(OPERATIONS),
];

export async function execute(run: Run): Promise<INodeExecutionData[]> {
	const options = { timeout: TIMEOUT, maxConcurrency: PARALLEL_SUBMISSIONS };
	return await createVideos(run, options, async (task, itemIndex, modelName) => {
		const simplify = run.context.getNodeParameter('simplify', itemIndex, true) as boolean;
		return toItem(task, itemIndex, { simplify, modelName });
	});
}
