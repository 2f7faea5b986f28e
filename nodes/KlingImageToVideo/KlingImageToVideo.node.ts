/** The node Kling Image to Video. */
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

import { resume } from '../shared/suspension/resume';
import { testCredential } from '../shared/n8n/credentialTest';
import { operationsFor } from '../shared/operations';
import { imageToVideoForm } from './imageToVideoForm';

const { description, execute } = operationsFor(imageToVideoForm);

export class KlingImageToVideo implements INodeType {
	description: INodeTypeDescription = {
		...description,
		displayName: 'Kling Image to Video',
		name: 'klingImageToVideo',
		icon: { light: 'file:../../icons/kling.svg', dark: 'file:../../icons/kling.dark.svg' },
		subtitle: description.subtitle,
		description: 'Generate videos from images with Kling AI',
		defaults: { name: 'Kling Image to Video' },
		usableAsTool: true,
	};

	methods = { credentialTest: { testCredential } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await execute(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await resume(this);
	}
}
