/** A node and a credential made to put the engine harness to the test. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunctions,
	ICredentialTestRequest,
	ICredentialsDecrypted,
	ICredentialType,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	INodeCredentialTestResult,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { sleep } from 'n8n-workflow';
import type { Readable } from 'node:stream';

type Operation = (this: IExecuteFunctions, index: number) => Promise<INodeExecutionData>;

/** One for each thing the harness has to get right. */
const operations: Record<string, Operation> = {
	async echo(index) {
		return { json: { text: this.getNodeParameter('text', index) as string } };
	},
	async request(index) {
		const url = this.getNodeParameter('url', index) as string;
		const { httpRequestWithAuthentication } = this.helpers;
		const json = await httpRequestWithAuthentication.call(this, 'probeApi', { url });
		return { json: json as IDataObject };
	},
	async download(index) {
		const url = this.getNodeParameter('url', index) as string;
		const body = (await this.helpers.httpRequest({ url, encoding: 'stream' })) as Readable;
		const data = await this.helpers.prepareBinaryData(body, 'film.mp4', 'video/mp4');
		return { json: {}, binary: { data } };
	},
	async sleep() {
		await sleep(3_600_000, this.getExecutionCancelSignal());
		return { json: {} };
	},
	async sleepAndComplain() {
		await sleep(3_600_000, this.getExecutionCancelSignal()).catch(() => {
			throw new Error('Woken up');
		});
		return { json: {} };
	},
	async report() {
		this.logger.info('Half way');
		this.addExecutionHints({ message: 'Mind the gap' });
		const resumeUrl = this.evaluateExpression('{{ $execution.resumeUrl }}', 0) as string;
		return { json: { resumeUrl } };
	},
	async suspend() {
		await this.putExecutionToWait(new Date(Date.now() + 60_000));
		return { json: {} };
	},
};

/** Does one of the operations above for each item. */
export class Probe implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Probe',
		name: 'probe',
		group: ['transform'],
		version: 1,
		description: 'Exercises the engine',
		defaults: { name: 'Probe' },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: 'probeApi', required: true }],
		properties: [
			{ displayName: 'Operation', name: 'operation', type: 'string', default: 'echo' },
			{ displayName: 'URL', name: 'url', type: 'string', default: '' },
			{ displayName: 'Text', name: 'text', type: 'string', default: 'by default', required: true },
		],
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const operation = operations[this.getNodeParameter('operation', 0) as string] as Operation;
		const items: INodeExecutionData[] = [];
		for (const index of this.getInputData().keys()) {
			try {
				items.push({ ...(await operation.call(this, index)), pairedItem: { item: index } });
			} catch (error) {
				if (!this.continueOnFail()) throw error;
				items.push({ json: { error: (error as Error).message }, pairedItem: { item: index } });
			}
		}
		return [items];
	}
}

/** Signs by expressions; tested by a request. */
export class ProbeApi implements ICredentialType {
	name = 'probeApi';

	displayName = 'Probe API';

	properties: ICredentialType['properties'] = [
		{ displayName: 'URL', name: 'url', type: 'string', default: '' },
		{ displayName: 'Key', name: 'key', type: 'string', default: 'default-key' },
		{
			displayName: 'Unused',
			name: 'unused',
			type: 'string',
			displayOptions: { show: { key: ['other'] } },
			default: '',
		},
	];

	authenticate: ICredentialType['authenticate'] = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{ $credentials.key }}' } },
	};

	test?: ICredentialTestRequest = {
		request: { baseURL: '={{ $credentials.url }}', url: '/account' },
		rules: [
			{
				type: 'responseSuccessBody',
				properties: { key: 'error.code', value: 1000, message: 'Wrong key, says the body' },
			},
		],
	};
}

/** Signs by a function, and remembers what that was given; has no test of its own. */
export class SigningProbeApi extends ProbeApi {
	given: ICredentialDataDecryptedObject = {};

	override test = undefined;

	override authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	) => {
		this.given = credentials;
		return { ...options, headers: { ...options.headers, Authorization: 'signed' } };
	};
}

/** Tests its credential by a function. */
export class TestingProbe extends Probe {
	methods = {
		credentialTest: {
			async probeTest(
				this: ICredentialTestFunctions,
				{ data }: ICredentialsDecrypted,
			): Promise<INodeCredentialTestResult> {
				const reply = await this.helpers.request({ uri: data?.url, json: true });
				return { status: 'Error', message: `${reply.says} to ${data?.key}` };
			},
		},
	};

	constructor() {
		super();
		this.description.credentials = [{ name: 'probeApi', testedBy: 'probeTest' }];
	}
}
