/** Create and Wait: starts the videos of all items, waits for them together and downloads them. */

import { createVideos } from '../batch/createVideos';
import { toItems } from '../batch/results';
import { toResumeUrl } from '../suspension/resumeUrl';
import { suspend } from '../suspension/suspend';
import { videoOptions } from '../description/optionFields';
import { downloadFields, simplifyField } from '../description/outputFields';
import { type VideoForm, videoFields } from '../description/videoFields';
import { waitForField, waitOptions } from '../description/waitFields';
import { settleTask } from '../items/deliverTask';
import { parametersOf } from '../parameters/parameterReader';
import { readVideoItems } from '../parameters/videoParameters';
import { readWaitParameters } from '../parameters/waitParameters';
import type { Operation } from '../n8n/nodeRun';

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
