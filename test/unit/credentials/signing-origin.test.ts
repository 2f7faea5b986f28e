/** F6: the credential signs for the origin of its base URL only, whichever node asks. */
import {
	type ICredentialDataDecryptedObject,
	type IHttpRequestOptions,
	type INode,
	NodeApiError,
} from 'n8n-workflow';

import { KlingApi } from '../../../credentials/KlingApi.credentials';
import { WITHOUT_REDIRECTS } from '../../../nodes/shared/api/auth';
import { CredentialError, toConnection } from '../../../nodes/shared/api/connection';
import { meaningOf } from '../../../nodes/shared/api/errors/explainedError';
import { exchange } from '../../../nodes/shared/api/exchange';
import { type NodeContext, sendAsNode } from '../../../nodes/shared/n8n/http/send';

const { authenticate } = new KlingApi();

const GLOBAL = { apiKey: 'key' };
const CHINA = { region: 'china', apiKey: 'key' };
const SIGNED = { authentication: 'accessKey', accessKey: 'AK', secretKey: 'SK' };
const RELAY = { region: 'custom', baseUrl: 'https://relay.example/kling', apiKey: 'key' };
const GATEWAY = { service: 'gateway', baseUrl: 'http://10.0.0.7:3000/', apiKey: 'key' };

type Row = [id: string, credential: ICredentialDataDecryptedObject, request: object];

const sign = async (credential: ICredentialDataDecryptedObject, request: object) =>
	await authenticate(credential, request as IHttpRequestOptions);

describe('a request is signed', () => {
	it.each<Row>([
		['to Kling AI', GLOBAL, { url: 'https://api-singapore.klingai.com/account/costs' }],
		['to Kling AI in China', CHINA, { url: 'https://api-beijing.klingai.com/tasks?limit=1' }],
		['with a token', SIGNED, { url: 'https://api-singapore.klingai.com/v1/videos/text2video' }],
		['to another path of the same origin', RELAY, { url: 'https://relay.example/v1/models' }],
		[
			'by the older helper of the HTTP Request node',
			RELAY,
			{ uri: 'https://relay.example/kling/v1/videos/text2video', method: 'POST' },
		],
		['by a URL object', RELAY, { url: new URL('https://relay.example/') }],
		['by base and path', RELAY, { baseURL: 'https://relay.example/kling', url: '/v1/videos' }],
		['by base alone', RELAY, { baseURL: 'https://relay.example/kling', url: '' }],
		['in capitals and with its port', GLOBAL, { url: 'HTTPS://API-Singapore.KlingAI.com:443/x' }],
		['in the own network', GATEWAY, { url: 'http://10.0.0.7:3000/v1/videos/text2video' }],
	])('%s', async (_id, credential, request) => {
		const signed = await sign(credential, request);
		expect(signed).toEqual({
			...request,
			...WITHOUT_REDIRECTS,
			headers: { Authorization: expect.stringMatching(/^Bearer \S+$/) },
		});
	});
});

describe('nothing is signed', () => {
	it.each<Row>([
		['F6 another host', GLOBAL, { url: 'https://evil.example/collect' }],
		['F6 another host, older helper', GLOBAL, { uri: 'https://evil.example/collect' }],
		['F6 another host, with a token', SIGNED, { url: 'https://evil.example/' }],
		['F6 a relay with the key of Kling AI', GLOBAL, { url: 'https://relay.example/kling' }],
		['F6 Kling AI with the key of a relay', RELAY, { url: 'https://api-singapore.klingai.com/' }],
		['the other region', GLOBAL, { url: 'https://api-beijing.klingai.com/tasks' }],
		['Kling’s old host', GLOBAL, { url: 'https://api.klingai.com/v1/videos/text2video' }],
		['a sibling host', GLOBAL, { url: 'https://klingai.com/' }],
		['a subdomain', RELAY, { url: 'https://cdn.relay.example/' }],
		[
			'a host that begins alike',
			GLOBAL,
			{ url: 'https://api-singapore.klingai.com.evil.example/' },
		],
		['a host that ends alike', RELAY, { url: 'https://evilrelay.example/' }],
		['another port', RELAY, { url: 'https://relay.example:8443/kling' }],
		['another port of the own network', GATEWAY, { url: 'http://10.0.0.7:3001/' }],
		['http instead of https', RELAY, { url: 'http://relay.example/kling' }],
		['https instead of http', GATEWAY, { url: 'https://10.0.0.7:3000/' }],
		['the host as user name', RELAY, { url: 'https://relay.example@evil.example/' }],
		[
			'the host as user name and password',
			RELAY,
			{ url: 'https://relay.example:443@evil.example/' },
		],
		['a user name at the right host', RELAY, { url: 'https://me:secret@relay.example/kling' }],
		['backslashes', RELAY, { url: 'https://evil.example\\@relay.example/' }],
		['no scheme', RELAY, { url: '//evil.example/x', baseURL: 'https://relay.example' }],
		['another base', RELAY, { url: '/kling/v1', baseURL: 'https://evil.example' }],
		[
			'another base under an absolute URL',
			RELAY,
			{ url: 'https://relay.example/x', baseURL: 'https://evil.example' },
		],
		[
			'an absolute URL over the right base',
			RELAY,
			{ url: 'https://evil.example/', baseURL: 'https://relay.example/kling' },
		],
		[
			'two addresses of which one is right',
			RELAY,
			{ url: 'https://relay.example/kling', uri: 'https://evil.example/' },
		],
		['a path alone', RELAY, { url: '/kling/v1/videos' }],
		['no address', RELAY, { url: '' }],
		['none at all', RELAY, {}],
		['no web address', RELAY, { url: 'file:///etc/passwd' }],
		['data', RELAY, { url: 'data:text/plain,relay.example' }],
		['nonsense', RELAY, { url: 'https://' }],
	])('%s', async (_id, credential, request) => {
		const before = structuredClone({ ...request, url: String((request as { url?: unknown }).url) });
		const error = await sign(credential, request).catch((thrown: unknown) => thrown);
		expect(error).toBeInstanceOf(CredentialError);
		expect(error).toMatchObject({ kind: 'credential', field: 'baseUrl', problem: 'foreignUrl' });
		expect({ ...request, url: String((request as { url?: unknown }).url) }).toEqual(before);
	});
});

/** What n8n's HTTP Request node sets for a form that is left as it is (version 4.4). */
const AS_HTTP_REQUEST = {
	headers: { accept: 'application/json,text/html,*/*;q=0.8' },
	method: 'GET',
	uri: 'https://relay.example/kling/v1/videos/text2video',
	gzip: true,
	rejectUnauthorized: true,
	followRedirect: true,
	followAllRedirects: true,
	maxRedirects: undefined,
	resolveWithFullResponse: true,
	sendCredentialsOnCrossOriginRedirect: false,
	allowedDomains: undefined,
	timeout: 300_000,
	encoding: null,
	json: false,
	useStream: true,
};

/** What n8n's nodes that are descriptions only hand to the newer helper. */
const AS_ROUTING = {
	baseURL: 'https://relay.example/kling',
	url: '/v1/videos/text2video',
	method: 'POST',
	headers: {},
	qs: {},
	body: { prompt: 'a cat' },
	timeout: 300_000,
	returnFullResponse: true,
};

describe('the ordinary use in n8n’s own nodes is signed', () => {
	it.each<[string, object]>([
		['left as it is', AS_HTTP_REQUEST],
		['a JSON body', { ...AS_HTTP_REQUEST, method: 'POST', body: { a: 1 }, json: true }],
		['a form', { ...AS_HTTP_REQUEST, method: 'POST', form: { a: '1' } }],
		['a multipart form', { ...AS_HTTP_REQUEST, method: 'POST', formData: { a: '1' } }],
		[
			'query parameters',
			{ ...AS_HTTP_REQUEST, qs: { a: [1, 2] }, qsStringifyOptions: { arrayFormat: 'repeat' } },
		],
		['headers', { ...AS_HTTP_REQUEST, headers: { 'x-trace': '1', Host: 'relay.example' } }],
		['Never Error', { ...AS_HTTP_REQUEST, simple: false }],
		['pagination', { ...AS_HTTP_REQUEST, url: AS_HTTP_REQUEST.uri, qs: { pageNum: 2 } }],
		['options that are not used', { ...AS_HTTP_REQUEST, proxy: '', agentOptions: undefined }],
		['the oldest version', { uri: AS_HTTP_REQUEST.uri, useQuerystring: true, json: true }],
		['a node that is a description', AS_ROUTING],
		['the same, with certificates checked', { ...AS_ROUTING, skipSslCertificateValidation: false }],
	])('%s', async (_name, request) => {
		expect(await sign(RELAY, request)).toMatchObject({
			headers: { Authorization: 'Bearer key' },
			...WITHOUT_REDIRECTS,
		});
	});
});

describe('nothing is signed that may go elsewhere than its address says', () => {
	it.each<[string, object]>([
		['proxy', { proxy: 'http://evil.example:3128' }],
		['proxy', { proxy: { host: 'evil.example', port: 3128 } }],
		['rejectUnauthorized', { rejectUnauthorized: false }],
		['skipSslCertificateValidation', { skipSslCertificateValidation: true }],
		['allowUnauthorizedCerts', { allowUnauthorizedCerts: true }],
		['agentOptions', { agentOptions: { ca: '-----BEGIN CERTIFICATE-----' } }],
		['agentOptions', { agentOptions: { rejectUnauthorized: false } }],
		...['agent', 'agents', 'httpAgent', 'httpsAgent', 'dispatcher', 'lookup', 'transport'].map(
			(name): [string, object] => [name, { [name]: {} }],
		),
		...['host', 'hostname', 'socketPath', 'localAddress', 'servername', 'constructor'].map(
			(name): [string, object] => [name, { [name]: 'evil.example' }],
		),
		['port', { port: 8443 }],
		['beforeRedirect', { beforeRedirect: () => {} }],
		['auth', { auth: { user: 'me', pass: 'secret' } }],
		['an option of a later n8n', { routeThrough: 'evil.example' }],
		['an inherited one', Object.create({ proxy: 'http://evil.example:3128' }) as object],
		['TRACE', { method: 'TRACE' }],
		['CONNECT', { method: 'connect' }],
		['Host', { headers: { host: 'evil.example' } }],
		['Host', { headers: { ' HOST ': 'evil.example' } }],
	])('%s', async (_name, options) => {
		for (const ordinary of [AS_HTTP_REQUEST, AS_ROUTING]) {
			const request = Object.assign(options, { ...ordinary, ...options });
			await expect(sign(RELAY, request)).rejects.toMatchObject({
				kind: 'credential',
				problem: 'unsafeOption',
			});
		}
	});
});

it('n8n’s HTTP Request node shows what is wrong and what to do', async () => {
	const error = await sign(GLOBAL, { uri: 'https://evil.example/' }).catch(
		(thrown: unknown) => thrown,
	);
	const shown = new NodeApiError({ name: 'HTTP Request' } as INode, error as never);
	expect(shown.message).toBe(
		'The Kling API credential is only for requests to https://api-singapore.klingai.com, so this request was not sent',
	);
	expect(shown.description).toBe(
		'Change the URL of the request, or choose another credential for it.',
	);
});

describe('a field that cannot be used is named to n8n’s own nodes, too', () => {
	it.each<[string, ICredentialDataDecryptedObject, RegExp]>([
		['an empty key', { apiKey: '' }, /^'API Key' in the Kling API credential is empty$/],
		[
			'no address',
			{ ...RELAY, baseUrl: 'relay' },
			/^'Base URL' in the Kling API credential is not a web address$/,
		],
		[
			'a key of which a page showed a part',
			{ apiKey: 'sk-abc…xyz' },
			/^'API Key' in the Kling API credential contains characters that a key can’t have$/,
		],
		[
			'a region of another build',
			{ region: 'mars', apiKey: 'k' },
			/^'Region' .* unsupported value$/,
		],
	])('%s', async (_id, credential, message) => {
		const error = await sign(credential, { url: 'https://api-singapore.klingai.com' }).catch(
			(thrown: unknown) => thrown,
		);
		expect(error).toBeInstanceOf(CredentialError);
		expect((error as CredentialError).message).toMatch(message);
		expect((error as CredentialError).description).toMatch(/\.$/);
	});
});

it('a credential that is edited during a run refuses its requests, so that nothing may have been started', async () => {
	const before = toConnection(RELAY);
	const context = {
		helpers: {
			// As n8n does: the credential as it is now, and its error wrapped.
			httpRequestWithAuthentication: async (_type: string, request: IHttpRequestOptions) =>
				await sign(GLOBAL, request).catch((error: unknown) => {
					throw new NodeApiError({ name: 'Kling' } as INode, error as never);
				}),
		},
	} as unknown as NodeContext;
	const request = { method: 'POST', path: '/v1/videos/text2video', body: {} } as const;
	const error = await exchange(sendAsNode(context, before), request, Date.now).catch(
		(thrown: unknown) => thrown,
	);
	expect(error).toMatchObject({ kind: 'credential', problem: 'foreignUrl' });
	expect(meaningOf(error)).toEqual({ creating: 'refused', checking: 'final' });
});
