/** Create: starts the videos and returns their task IDs right away. */

import { createVideos } from '../batch/createVideos';
import { toItems } from '../batch/results';
import { videoOptions } from '../description/optionFields';
import { simplifyField } from '../description/outputFields';
import { type VideoForm, videoFields } from '../description/videoFields';
import { deliverTask } from '../items/deliverTask';
import { LABELS } from '../n8n/words/labels';
import { readVideoItems } from '../parameters/videoParameters';
import type { Operation } from '../n8n/nodeRun';

/** How long a limit of the account is waited out; milliseconds. */
const TIMEOUT = 5 * 60_000;

/** Submissions at once. */
const PARALLEL_SUBMISSIONS = 5;

export function createOperation(form: VideoForm): Operation {
	return {
		option: {
			name: 'Create',
			value: 'create',
			action: 'Create video',
			description: 'Start generating a video and return its task ID right away',
		},
		fields: [
			...videoFields(form),
			simplifyField,
			videoOptions(form, [
				{
					displayName: LABELS.callbackUrl,
					name: 'callbackUrl',
					type: 'string',
					default: '',
					placeholder: 'e.g. https://n8n.example.com/webhook/kling',
					description:
						'The URL that Kling calls whenever the status changes, e.g. the production URL of a Kling Trigger. Kling AI only.',
				},
			]),
		],
		async execute(run) {
			const options = { timeout: TIMEOUT, maxConcurrency: PARALLEL_SUBMISSIONS };
			return toItems(
				run,
				await createVideos(run, await readVideoItems(run, form.capability), options, deliverTask),
			);
		},
	};
}
