/** The node Kling Text to Video. */
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
import { getBalanceOperation } from '../shared/operations/getBalance.operation';
import { textToVideoForm } from './textToVideoForm';

const { description, execute } = operationsFor(textToVideoForm, [getBalanceOperation]);

export class KlingTextToVideo implements INodeType {
	description: INodeTypeDescription = {
		...description,
		displayName: 'Kling Text to Video',
		name: 'klingTextToVideo',
		icon: { light: 'file:../../icons/kling.svg', dark: 'file:../../icons/kling.dark.svg' },
		subtitle: description.subtitle,
		description: 'Generate videos from text with Kling AI',
		defaults: { name: 'Kling Text to Video' },
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
