import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authorization, toConnection } from '../nodes/shared/api/connection';

export class KlingApi implements ICredentialType {
	name = 'klingApi';

	displayName = 'Kling API';

	icon = {
		light: 'file:../nodes/KlingTextToVideo/kling.svg',
		dark: 'file:../nodes/KlingTextToVideo/kling.dark.svg',
	} as const;

	documentationUrl = 'https://github.com/n8n-nodes-kling/n8n-nodes-kling#credentials';

	properties: INodeProperties[] = [
		{
			displayName: 'Service',
			name: 'service',
			type: 'options',
			options: [
				{
					name: 'Kling-Compatible Gateway',
					value: 'gateway',
					description: 'A third-party service with a Kling-compatible API, such as DMXAPI',
				},
			],
			default: 'gateway',
			description: 'Who the API key is from',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://api.example.com',
			description:
				'The address of the service, without /v1. It may carry a path such as /kling. It must start with https:// unless it is in your own network.',
		},
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'The key that the service issued. A pasted "Bearer " in front of it does no harm.',
		},
	];

	/** Signs one request. @throws {CredentialError} when a field cannot be used */
	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => ({
		...request,
		headers: { ...request.headers, Authorization: authorization(toConnection(credentials)) },
	});
}
