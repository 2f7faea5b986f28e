/** The credential: the service, its address and its keys, and how they sign a request. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import {
	authorization,
	refuseForeignUrl,
	refuseUnsafeOptions,
	WITHOUT_REDIRECTS,
} from '../nodes/shared/api/auth';
import { toConnection } from '../nodes/shared/api/connection';

const BASE_URL: INodeProperties = {
	displayName: 'Base URL',
	name: 'baseUrl',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. https://api.example.com/kling',
	description:
		'The address of the service without /v1, e.g. https://api.example.com/kling. Must start with https:// unless it is on your own network.',
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
	description: 'The API key from the service. A leading "Bearer " is removed.',
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
		light: 'file:../icons/kling.svg',
		dark: 'file:../icons/kling.dark.svg',
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
					description:
						'Kling’s official API, or a relay that forwards it, e.g. a new-api host (set Region to Custom)',
				},
				{
					name: 'Kling-Compatible Gateway',
					value: 'gateway',
					description:
						'A third-party service with its own, simpler API. For a new-api host or DMXAPI, choose Kling AI and Region Custom.',
				},
			],
			default: 'official',
			description: 'The service that issued the key',
		},
		{
			displayName: 'Region',
			name: 'region',
			type: 'options',
			options: [
				{ name: 'Global', value: 'global', description: 'Accounts registered outside China' },
				{ name: 'China', value: 'china', description: 'Accounts registered in China' },
				{
					name: 'Custom',
					value: 'custom',
					description: 'A different address, e.g. of a new-api host, DMXAPI or another relay',
				},
			],
			default: 'global',
			description: 'The region of your account. A key only works in its own region.',
			displayOptions: { show: { service: ['official'] } },
		},
		{ ...BASE_URL, displayOptions: { show: { service: ['gateway'] } } },
		{
			...BASE_URL,
			description:
				'The address of the relay without /v1. At a new-api host or DMXAPI it ends with /kling, e.g. https://api.example.com/kling. Must start with https:// unless it is on your own network.',
			displayOptions: { show: { service: ['official'], region: ['custom'] } },
		},
		{
			displayName: 'Authentication',
			name: 'authentication',
			type: 'options',
			options: [
				{
					name: 'API Key',
					value: 'apiKey',
					description: 'Recommended by Kling. Works with all models.',
				},
				{
					name: 'Access Key + Secret Key',
					value: 'accessKey',
					description: 'Kling’s legacy method. Not supported by the newest models.',
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
				'Verifies that callbacks come from Kling. Create it in the Kling console and copy it whole. Only needed for callbacks.',
			displayOptions: { show: { service: ['official'] } },
		},
	];

	/**
	 * Signs one request, of whichever node, if it goes to the service of this credential and nowhere else.
	 * @throws {CredentialError} when a field cannot be used, or the request goes elsewhere or might
	 */
	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const connection = toConnection(credentials);
		refuseForeignUrl(connection, request);
		refuseUnsafeOptions(connection, request);
		const headers = { ...request.headers, Authorization: authorization(connection, Date.now()) };
		return { ...request, ...WITHOUT_REDIRECTS, headers };
	};
}
