/** The node Kling Trigger. */
import {
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { testCredential } from '../shared/n8n/credentialTest';
import { handleCallback, triggerWebhooks } from './handleCallback';
import { triggerFields } from './triggerFields';

export class KlingTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Kling Trigger',
		name: 'klingTrigger',
		icon: { light: 'file:../../icons/kling.svg', dark: 'file:../../icons/kling.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["statuses"].join(", ") }}',
		description: 'Starts the workflow when the status of a Kling video changes',
		eventTriggerDescription: 'Waiting for Kling to call the test URL',
		triggerPanel: {
			header: 'Receive callbacks from Kling',
			executionsHelp:
				'<b>While building your workflow</b>, click <b>Execute step</b>, then create a video with the <b>test URL</b> as its <b>Callback URL</b>. The callback shows up here.<br /><br /><b>Once the workflow is published</b>, callbacks to the <b>production URL</b> start it automatically if they match <b>Trigger On</b>. You can see those executions in the <a data-key="executions">executions list</a>, but not in the editor.',
		},
		defaults: { name: 'Kling Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'klingApi', required: true, testedBy: 'testCredential' }],
		webhooks: triggerWebhooks,
		properties: triggerFields,
	};

	methods = { credentialTest: { testCredential } };

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await handleCallback(this);
	}
}
