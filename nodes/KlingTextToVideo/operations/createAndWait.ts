/** Create and Wait: starts the videos of all items, waits for them together and downloads them. */

import type { INodeExecutionData, INodeProperties } from 'n8n-workflow';

import { suspend } from '../callback/suspend';
import { downloadFields, showFor, simplifyField, videoFields } from '../fields';
import { readWaitOptions, WAIT_DEFAULTS } from '../input';
import { videoOptions } from '../optionFields';
import { createVideos } from './createVideos';
import { toItems } from './report';
import type { Run } from './run';

const OPERATIONS = ['createAndWait'];

const { maxConcurrency, onTimeout, pollingInterval, timeout } = WAIT_DEFAULTS;

const ONLY_POLLING = { show: { '/waitFor': ['polling'] } };

export const fields: INodeProperties[] = [
	...videoFields(OPERATIONS),
	{
		displayName: 'Wait For',
		name: 'waitFor',
		type: 'options',
		options: [
			{
				name: 'Polling',
				value: 'polling',
				description: 'Ask Kling every few seconds until the videos are finished',
			},
			{
				name: 'Callback',
				value: 'callback',
				description:
					'Suspend the execution until Kling calls back. Needs an n8n that Kling can reach from the internet, and Kling’s own service.',
			},
		],
		default: 'polling',
		description: 'How the node learns that the videos are finished',
		displayOptions: showFor(OPERATIONS),
	},
	...downloadFields(OPERATIONS, true),
	simplifyField(OPERATIONS),
	videoOptions(OPERATIONS),
	{
		displayName: 'Wait Options',
		name: 'waitOptions',
		type: 'collection',
		placeholder: 'Add wait option',
		default: {},
		description: 'Expressions here are evaluated for the first item and hold for all',
		displayOptions: showFor(OPERATIONS),
		options: [
			{
				displayName: 'Max Concurrency',
				name: 'maxConcurrency',
				type: 'number',
				typeOptions: { minValue: 1, numberPrecision: 0 },
				default: maxConcurrency,
				displayOptions: ONLY_POLLING,
				description:
					'How many videos are under way at once; the others follow as soon as one is done. An account with fewer slots is waited for.',
			},
			{
				displayName: 'On Timeout',
				name: 'onTimeout',
				type: 'options',
				options: [
					{
						name: 'Continue',
						value: 'continue',
						description: 'Put the item out with its current status',
					},
					{
						name: 'Error',
						value: 'error',
						description: 'Let the item fail; the message carries the task ID',
					},
				],
				default: onTimeout,
				displayOptions: ONLY_POLLING,
				description: 'What happens to an item whose video is not finished in time',
			},
			{
				displayName: 'Polling Interval (Seconds)',
				name: 'pollingInterval',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: pollingInterval,
				displayOptions: ONLY_POLLING,
				description:
					'How often Kling is asked. The default of 5 stretches to 10 after two minutes.',
			},
			{
				displayName: 'Timeout (Minutes)',
				name: 'timeout',
				type: 'number',
				typeOptions: { minValue: 0 },
				default: timeout,
				description: 'How long one video may take',
			},
		],
	},
];

export async function execute(run: Run): Promise<INodeExecutionData[]> {
	if (run.context.getNodeParameter('waitFor', 0, 'polling') === 'callback') {
		return await suspend(run);
	}
	return toItems(run, await createVideos(run, readWaitOptions(run.context)));
}
