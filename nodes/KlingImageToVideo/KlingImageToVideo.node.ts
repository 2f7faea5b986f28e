/** The node Kling Image to Video. */
import {
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
	NodeConnectionTypes,
} from 'n8n-workflow';

import { resume, waitingWebhooks } from '../shared/suspension/resume';
import { testCredential } from '../shared/n8n/credentialTest';
import { operationsFor } from '../shared/operations';
import { imageToVideoForm } from './imageToVideoForm';

const { properties, subtitle, execute } = operationsFor(imageToVideoForm);

export class KlingImageToVideo implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Kling Image to Video',
		name: 'klingImageToVideo',
		icon: { light: 'file:../../icons/kling.svg', dark: 'file:../../icons/kling.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle,
		description: 'Generate videos from images with Kling AI',
		defaults: { name: 'Kling Image to Video' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'klingApi', required: true, testedBy: 'testCredential' }],
		webhooks: waitingWebhooks,
		waitingNodeTooltip: 'Waiting for Kling’s callback',
		properties,
	};

	methods = { credentialTest: { testCredential } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await execute(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resume(this);
	}
}
