/** Create and Wait: starts the videos of all items, waits for them together and downloads them. */

import type { INodeProperties } from 'n8n-workflow';

import { createVideos } from '../batch/createVideos';
import { toItems } from '../batch/results';
import { toResumeUrl } from '../suspension/resumeUrl';
import { suspend } from '../suspension/suspend';
import { videoOptions } from '../description/optionFields';
import { optionsOf } from '../description/perModel';
import { downloadFields, simplifyField } from '../description/outputFields';
import { type VideoForm, videoFields } from '../description/videoFields';
import { settleTask } from '../items/deliverTask';
import { LABELS, ON_TIMEOUT_LABELS, WAIT_FOR_LABELS } from '../n8n/words/labels';
import { parametersOf } from '../parameters/parameterReader';
import { readVideoItems } from '../parameters/videoParameters';
import { readWaitParameters, WAIT_DEFAULTS } from '../parameters/waitParameters';
import type { Operation } from '../n8n/nodeRun';

const { maxConcurrency, onTimeout, pollingInterval, timeout, waitFor } = WAIT_DEFAULTS;

const ONLY_POLLING = { show: { '/waitFor': ['polling'] } };

export const waitForField: INodeProperties = {
	displayName: LABELS.waitFor,
	name: 'waitFor',
	type: 'options',
	options: optionsOf(['polling', 'callback'], WAIT_FOR_LABELS, {
		polling: 'Check every few seconds until the videos are finished',
		callback:
			'Pause the execution until Kling calls back. Requires Kling AI, and an n8n instance that is reachable from the internet. The execution pauses once all videos are created: with more items than your account’s concurrency limit, it occupies a worker until the last one is.',
	}),
	default: waitFor,
	description: 'How to find out when the videos are finished',
};

const waitOptions: INodeProperties = {
	displayName: 'Wait Options',
	name: 'waitOptions',
	type: 'collection',
	placeholder: 'Add wait option',
	default: {},
	description:
		'These settings apply to all items. Expressions are evaluated for the first item only.',
	options: [
		{
			displayName: LABELS.maxConcurrency,
			name: 'maxConcurrency',
			type: 'number',
			typeOptions: { minValue: 1, numberPrecision: 0 },
			default: maxConcurrency,
			displayOptions: ONLY_POLLING,
			description:
				'How many videos to generate at the same time. If your account allows fewer, the remaining items wait their turn.',
		},
		{
			displayName: LABELS.onTimeout,
			name: 'onTimeout',
			type: 'options',
			options: optionsOf(['continue', 'error'], ON_TIMEOUT_LABELS, {
				continue: 'Return the item with its current status',
				error: 'Fail the item. The message includes the task ID.',
			}),
			default: onTimeout,
			displayOptions: ONLY_POLLING,
			description: 'What to do with an item whose video isn’t finished in time',
		},
		{
			displayName: LABELS.pollingInterval,
			name: 'pollingInterval',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: pollingInterval,
			displayOptions: ONLY_POLLING,
			description: `How often to check the status. At ${pollingInterval} seconds, the interval increases after two minutes.`,
		},
		{
			displayName: LABELS.timeout,
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: timeout,
			description: 'How long to wait for each video',
		},
	],
};

export function createAndWaitOperation(form: VideoForm): Operation {
	return {
		option: {
			name: 'Create and Wait',
			value: 'createAndWait',
			action: 'Create video and wait',
			description: 'Generate a video, wait until it is finished, and download it',
		},
		fields: [
			...videoFields(form),
			waitForField,
			...downloadFields(true),
			simplifyField,
			videoOptions(form),
			waitOptions,
		],
		async execute(run) {
			const wait = readWaitParameters(parametersOf(run.context, 0));
			if (wait.waitFor === 'callback') {
				const resumeUrl = toResumeUrl(run);
				return await suspend(
					run,
					await readVideoItems(run, form.capability),
					wait.timeout,
					resumeUrl,
				);
			}
			return toItems(
				run,
				await createVideos(run, await readVideoItems(run, form.capability), wait, settleTask),
			);
		},
	};
}
