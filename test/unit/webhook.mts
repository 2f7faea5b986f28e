/** A webhook call as the node meets it, in virtual time: n8n is made by hand here, Kling is the emulator. */
import { randomUUID } from 'node:crypto';
import type {
	IBinaryData,
	ICredentialDataDecryptedObject,
	IDataObject,
	IHttpRequestOptions,
	INode,
	INodeParameters,
	IWebhookFunctions,
} from 'n8n-workflow';
import { KlingApi } from '../../credentials/KlingApi.credentials.ts';
import {
	EMULATOR_API_KEY,
	signatureHeaders,
	startEmulator,
	type Emulator,
} from '../../emulator/index.mts';
import { call } from '../../emulator/testing.mts';
import '../../testkit/clocks/inVirtualTime.mts';
import { SettableClock } from '../../testkit/clocks/settableClock.mts';

export type { Emulator } from '../../emulator/index.mts';
export { FAIL_WORD } from '../../emulator/index.mts';
export { SIGNATURE_VECTOR } from '../../emulator/testing.mts';

/** `whsec_` and 24 bytes. */
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const OTHER_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

/** An emulator whose videos are finished when `advance` says so. */
export async function startKling(): Promise<Emulator & { finish: () => void }> {
	const clock = new SettableClock();
	const emulator = await startEmulator({
		now: () => clock.now(),
		queueMs: 0,
		generationMs: 60_000,
	});
	return { ...emulator, finish: () => clock.advance(60_000) };
}

/** Creates a video. @returns its task ID */
export async function createTask(
	emulator: Emulator,
	format: 'v1' | 'path' = 'v1',
	prompt = 'a cat',
): Promise<string> {
	const [path, body] =
		format === 'v1'
			? ['/v1/videos/text2video', { model_name: 'kling-v2-6', prompt }]
			: ['/text-to-video/kling-3.0-turbo', { prompt }];
	const { json } = await call('POST', emulator.url + path, { body });
	return String(json.data.task_id ?? json.data.id);
}

export function credential(
	emulator: Emulator,
	more: ICredentialDataDecryptedObject = {},
): ICredentialDataDecryptedObject {
	return {
		service: 'official',
		region: 'custom',
		baseUrl: emulator.url,
		authentication: 'apiKey',
		apiKey: EMULATOR_API_KEY,
		...more,
	};
}

/** The headers of a signed callback. */
export function signed(
	body: string,
	{
		secret = SECRET,
		id = randomUUID(),
		timestamp = Math.floor(Date.now() / 1000),
	}: { secret?: string; id?: string; timestamp?: number } = {},
): Record<string, string> {
	return signatureHeaders(secret, id, timestamp, body);
}

export interface WebhookCall {
	credential: ICredentialDataDecryptedObject;
	/** Its text; absent when n8n has read none, as with multipart forms. */
	body?: string;
	headers?: Record<string, string>;
	parameters?: INodeParameters;
	/** What `$input.all()` is. */
	input?: unknown[];
	node?: Partial<INode>;
	/** Default: the same for all calls. */
	executionId?: string;
	/** What n8n has kept for the workflow. */
	staticData?: IDataObject;
	/** Replaces any part of n8n. */
	broken?: Partial<Record<'getCredentials' | 'evaluateExpression', () => unknown>>;
}

export interface Called {
	context: IWebhookFunctions;
	/** What the caller was answered; absent when nothing was. */
	reply: { status?: number; body?: unknown; time?: number };
	/** What n8n's store holds, by file name. */
	files: Map<string, Buffer>;
	warnings: string[];
}

/** Makes the context in which a node's `webhook()` runs. */
export function webhookCall(options: WebhookCall): Called {
	const { parameters = {}, input = [], staticData = {}, broken = {}, headers = {} } = options;
	const reply: Called['reply'] = {};
	const files: Called['files'] = new Map();
	const warnings: string[] = [];
	const rawBody = options.body === undefined ? undefined : Buffer.from(options.body);
	const response = {
		headersSent: false,
		status(status: number) {
			reply.status = status;
			return this;
		},
		json(body: unknown) {
			if (this.headersSent) throw new Error('Cannot set headers after they are sent');
			this.headersSent = true;
			reply.body = body;
			reply.time = performance.now();
		},
	};
	const context = {
		getCredentials: async () => options.credential,
		getHeaderData: () => headers,
		getRequestObject: () => ({ rawBody, headers }),
		getResponseObject: () => response,
		getNodeParameter: (name: string, fallback: unknown) => parameters[name] ?? fallback,
		getNode: () => ({ id: 'node', name: 'Kling', type: 'test', parameters, ...options.node }),
		getExecutionId: () => options.executionId ?? 'execution',
		getWorkflow: () => ({ id: 'workflow', name: 'Test', active: true }),
		getMode: () => 'webhook',
		getWorkflowStaticData: () => staticData,
		evaluateExpression: (expression: string) => {
			if (expression === '{{ JSON.stringify($input.all()) }}') return JSON.stringify(input);
			throw new Error(`Not foreseen: ${expression}`);
		},
		logger: { warn: (text: string) => warnings.push(text), info() {}, debug() {}, error() {} },
		helpers: {
			httpRequestWithAuthentication: async (_type: string, request: IHttpRequestOptions) =>
				await send(await new KlingApi().authenticate(options.credential, request), 'text'),
			httpRequest: async (request: IHttpRequestOptions) => await send(request, 'bytes'),
			prepareBinaryData: async (
				content: Buffer,
				fileName: string,
				mimeType: string,
			): Promise<IBinaryData> => {
				files.set(fileName, content);
				return {
					data: 'store',
					id: `store:${fileName}`,
					fileName,
					mimeType,
					bytes: content.length,
				};
			},
		},
		...broken,
	};
	return { context: context as unknown as IWebhookFunctions, reply, files, warnings };
}

async function send(request: IHttpRequestOptions, kind: 'text' | 'bytes') {
	const response = await fetch(request.url, {
		method: request.method,
		headers: {
			...(request.headers as Record<string, string>),
			...(request.body !== undefined && { 'content-type': 'application/json' }),
		},
		body: request.body === undefined ? undefined : JSON.stringify(request.body),
		redirect: 'manual',
	});
	const bytes = Buffer.from(await response.arrayBuffer());
	return {
		statusCode: response.status,
		headers: Object.fromEntries(response.headers),
		body: kind === 'text' ? bytes.toString('utf8') : bytes,
	};
}
