import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { authorization, toConnection } from '../nodes/shared/api/connection';

const BASE_URL: INodeProperties = {
	displayName: 'Base URL',
	name: 'baseUrl',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. https://api.example.com',
	description:
		'The address of the service, without /v1. It may carry a path such as /kling. It must start with https:// unless it is in your own network.',
};

const SECRET = {
	type: 'string',
	typeOptions: { password: true },
	default: '',
	required: true,
} as const satisfies Partial<INodeProperties>;

const API_KEY: INodeProperties = {
	...SECRET,
	displayName: 'API Key',
	name: 'apiKey',
	description: 'The key that the service issued. A pasted "Bearer " in front of it does no harm.',
};

const ACCESS_KEY: INodeProperties = {
	...SECRET,
	displayName: 'Access Key',
	name: 'accessKey',
};

const SECRET_KEY: INodeProperties = {
	...SECRET,
	displayName: 'Secret Key',
	name: 'secretKey',
};

const WITH_ACCESS_KEY = { show: { service: ['official'], authentication: ['accessKey'] } };

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
					name: 'Kling AI',
					value: 'official',
					description: 'Kling’s own API, or a service that passes it on unchanged',
				},
				{
					name: 'Kling-Compatible Gateway',
					value: 'gateway',
					description: 'A third-party service with a simplified format, such as DMXAPI',
				},
			],
			default: 'official',
			description: 'Who the key is from',
		},
		{
			displayName: 'Region',
			name: 'region',
			type: 'options',
			options: [
				{ name: 'Global', value: 'global', description: 'Accounts from outside China' },
				{ name: 'China', value: 'china', description: 'Accounts from China' },
				{
					name: 'Custom',
					value: 'custom',
					description: 'Another address, such as that of a service that passes Kling’s API on',
				},
			],
			default: 'global',
			description: 'Where the account is; a key works in its own region only',
			displayOptions: { show: { service: ['official'] } },
		},
		{ ...BASE_URL, displayOptions: { show: { service: ['gateway'] } } },
		{ ...BASE_URL, displayOptions: { show: { service: ['official'], region: ['custom'] } } },
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{ name: 'API Key', value: 'apiKey', description: 'Recommended by Kling, for all models' },
				{
					name: 'Access Key + Secret Key',
					value: 'accessKey',
					description: 'The older way; the newest models do not take it',
				},
			],
			default: 'apiKey',
			displayOptions: { show: { service: ['official'] } },
		},
		{ ...API_KEY, displayOptions: { show: { service: ['gateway'] } } },
		{ ...API_KEY, displayOptions: { show: { service: ['official'], authentication: ['apiKey'] } } },
		{ ...ACCESS_KEY, displayOptions: WITH_ACCESS_KEY },
		{ ...SECRET_KEY, displayOptions: WITH_ACCESS_KEY },
		{
			displayName: 'Webhook Secret',
			name: 'webhookSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'e.g. whsec_…',
			description:
				'Verifies that callbacks come from Kling. Created in Kling’s console; needed only for callbacks.',
			displayOptions: { show: { service: ['official'] } },
		},
	];

	/** Signs one request. @throws {CredentialError} when a field cannot be used */
	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => ({
		...request,
		headers: {
			...request.headers,
			Authorization: authorization(toConnection(credentials), Date.now()),
		},
	});
}
