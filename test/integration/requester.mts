/** A node that sends requests with the Kling API credential, as n8n's HTTP Request node does. */
import type { IDataObject, IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';

const HELPERS = {
	older: async function (this: IExecuteFunctions, options: IDataObject) {
		return await this.helpers.requestWithAuthentication.call(this, 'klingApi', options);
	},
	newer: async function (this: IExecuteFunctions, { uri, ...options }: IDataObject) {
		const request = { ...options, url: uri as string };
		return await this.helpers.httpRequestWithAuthentication.call(this, 'klingApi', request);
	},
	paginated: async function (this: IExecuteFunctions, options: IDataObject) {
		return await this.helpers.requestWithAuthenticationPaginated.call(
			this,
			options as never,
			0,
			{
				continue: '={{ $pageCount < 2 }}',
				request: { url: options.uri as string, qs: { page: '={{ $pageCount }}' } },
				requestInterval: 0,
			} as never,
			'klingApi',
		);
	},
};

export type Helper = keyof typeof HELPERS;

/** Sends one request, with the options that its item holds. */
export class Requester implements INodeType {
	description: INodeType['description'] = {
		displayName: 'Requester',
		name: 'requester',
		group: ['transform'],
		version: 1,
		description: 'Sends requests as n8n’s HTTP Request node does',
		defaults: { name: 'Requester' },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: 'klingApi', required: true }],
		properties: [],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { helper, options } = this.getInputData()[0]?.json as unknown as {
			helper: Helper;
			options: IDataObject;
		};
		await HELPERS[helper].call(this, options);
		return [[{ json: {} }]];
	}
}
