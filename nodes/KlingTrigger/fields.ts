import type { INodeProperties } from 'n8n-workflow';

import { downloadFields, simplifyField } from '../KlingTextToVideo/fields';

export const fields: INodeProperties[] = [
	{
		displayName:
			'Paste the production URL above into the <b>Callback URL</b> option of a Kling Text to Video node with the operation Create. Kling must be able to reach it. The credential needs a <b>Webhook Secret</b>; without one, turn off <b>Verify Signature</b> in the options, or else every callback is refused.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Statuses',
		name: 'statuses',
		type: 'multiOptions',
		options: [
			{ name: 'Completed', value: 'completed', description: 'The video is finished' },
			{ name: 'Failed', value: 'failed', description: 'Kling could not make the video' },
			{ name: 'Processing', value: 'processing', description: 'Kling is making the video' },
			{ name: 'Submitted', value: 'submitted', description: 'Kling has taken the task on' },
		],
		default: ['completed', 'failed'],
		required: true,
		description: 'The statuses that start the workflow; Kling reports every change',
	},
	...downloadFields(undefined, false),
	simplifyField(),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'Deduplicate',
				name: 'deduplicate',
				type: 'boolean',
				default: true,
				description:
					'Whether to start the workflow only once for each delivery, and for each status of a task',
			},
			{
				displayName: 'Fetch Task',
				name: 'fetchTask',
				type: 'boolean',
				default: true,
				description:
					'Whether to ask Kling for the task instead of believing what the callback says of it',
			},
			{
				displayName: 'Verify Signature',
				name: 'verifySignature',
				type: 'boolean',
				default: true,
				description:
					'Whether to accept only callbacks signed with the Webhook Secret of the credential',
			},
		],
	},
];
