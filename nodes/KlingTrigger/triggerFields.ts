/** The form of Kling Trigger. */
import type { INodeProperties } from 'n8n-workflow';

import { downloadFields, simplifyField } from '../shared/description/outputFields';
import { LABELS, STATUS_LABELS } from '../shared/n8n/words/labels';
import { DEFAULT_STATUSES } from './triggerParameters';

export const triggerFields: INodeProperties[] = [
	{
		displayName:
			'Paste the production URL above into the <b>Callback URL</b> option of a <b>Kling Text to Video</b> or <b>Kling Image to Video</b> node (operation <b>Create</b>). The URL must be reachable from the internet. Add a <b>Webhook Secret</b> to the credential, or turn off <b>Verify Signature</b>. Otherwise every callback is rejected.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	{
		displayName: LABELS.statuses,
		name: 'statuses',
		type: 'multiOptions',
		options: [
			{ name: STATUS_LABELS.completed, value: 'completed', description: 'The video is finished' },
			{
				name: STATUS_LABELS.failed,
				value: 'failed',
				description: 'Kling couldn’t generate the video',
			},
			{
				name: STATUS_LABELS.processing,
				value: 'processing',
				description: 'Kling is generating the video',
			},
			{
				name: STATUS_LABELS.submitted,
				value: 'submitted',
				description: 'Kling has accepted the task',
			},
		],
		default: [...DEFAULT_STATUSES],
		required: true,
	},
	...downloadFields(false),
	simplifyField,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: LABELS.deduplicate,
				name: 'deduplicate',
				type: 'boolean',
				default: true,
				description:
					'Whether to start the workflow only once per task and status, even if Kling repeats a callback',
			},
			{
				displayName: LABELS.fetchTask,
				name: 'fetchTask',
				type: 'boolean',
				default: true,
				description:
					'Whether to retrieve the task from Kling instead of trusting the contents of the callback',
			},
			{
				displayName: LABELS.verifySignature,
				name: 'verifySignature',
				type: 'boolean',
				default: true,
				description:
					'Whether to accept only callbacks that are signed with the Webhook Secret of the credential',
			},
		],
	},
];
