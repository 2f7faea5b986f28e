import {
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { testCredential } from '../shared/n8n/credentialTest';
import { fields } from './fields';
import { receive, triggerWebhooks } from './receive';

export class KlingTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Kling Trigger',
		name: 'klingTrigger',
		icon: {
			light: 'file:../KlingTextToVideo/kling.svg',
			dark: 'file:../KlingTextToVideo/kling.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["statuses"].join(", ") }}',
		description: 'Starts the workflow when Kling reports on a video',
		eventTriggerDescription: 'Waiting for Kling to call the test URL',
		triggerPanel: {
			header: 'Receive what Kling reports',
			executionsHelp:
				'<b>While you build the workflow</b>, click <b>Execute step</b>, then create a video with the <b>test URL</b> as its Callback URL. The report shows up here.<br /><br /><b>When the workflow is published</b>, Kling’s reports to the <b>production URL</b> start it, as far as they are of the chosen statuses. Those executions show up in the <a data-key="executions">executions list</a>.',
		},
		defaults: { name: 'Kling Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'klingApi', required: true, testedBy: 'testCredential' }],
		webhooks: triggerWebhooks,
		properties: fields,
	};

	methods = { credentialTest: { testCredential } };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receive(this);
	}
}
