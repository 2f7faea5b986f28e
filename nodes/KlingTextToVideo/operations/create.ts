/** Create: starts the videos and returns their task IDs at once. */

import type { INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { simplifyField, videoFields } from '../fields';
import { videoOptions } from '../optionFields';
import { createVideos } from './createVideos';
import { toItems } from './report';
import type { Run } from './run';

const OPERATIONS = ['create'];

/** How long "not yet" answers are tried again; milliseconds. */
const TIMEOUT = 5 * 60_000;

/** Submissions under way at once. */
const PARALLEL_SUBMISSIONS = 5;

export const fields: INodeProperties[] = [
	...videoFields(OPERATIONS),
	simplifyField(OPERATIONS),
	videoOptions(OPERATIONS, [
		{
			displayName: 'Callback URL',
			name: 'callbackUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://n8n.example.com/webhook/kling',
			description:
				'Where Kling reports every change of the task’s status, such as the URL of a Webhook node. Kling’s own service only.',
		},
	]),
];

export async function execute(run: Run): Promise<INodeExecutionData[]> {
	const options = { timeout: TIMEOUT, maxConcurrency: PARALLEL_SUBMISSIONS };
	return toItems(run, await createVideos(run, options));
}
