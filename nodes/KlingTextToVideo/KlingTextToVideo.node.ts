import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { testCredential } from '../shared/n8n/credentialTest';
import { resume, waitingWebhooks } from './callback/resume';
import { properties, runOperation } from './operations';

export class KlingTextToVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Kling Text to Video',
		name: 'klingTextToVideo',
		icon: { light: 'file:kling.svg', dark: 'file:kling.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ { create: "Create", createAndWait: "Create and Wait", getMany: "Get Many", getStatus: "Get Status" }[$parameter["operation"]] }}',
		description: 'Make videos from text with Kling AI, wait for them and download them',
		defaults: { name: 'Kling Text to Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'klingApi', required: true, testedBy: 'testCredential' }],
		webhooks: waitingWebhooks,
		waitingNodeTooltip: 'Waiting for Kling to call back',
		properties,
	};

	methods = { credentialTest: { testCredential } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperation(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resume(this);
	}
}
