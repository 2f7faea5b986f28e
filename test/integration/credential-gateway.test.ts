import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { CredentialError } from '../../nodes/shared/api/connection.ts';
import { KlingError, type KlingErrorFacts } from '../../nodes/shared/api/errors/klingError.ts';
import type { ErrorKind } from '../../nodes/shared/api/errors/kinds.ts';
import { consequences, testWords } from '../../nodes/shared/n8n/words/notes.ts';
import {
	EMULATOR_API_KEY,
	errorOf,
	expectFailed,
	expectTestFailed,
	factsOf,
	HttpServer,
	NODE,
	numbered,
	PLAIN,
	runCredentialTest,
	runNode,
	sendJson,
	types,
	useEmulator,
	useServer,
} from './fixture.mts';

const emulator = useEmulator();
const server = useServer();

describe('the API key', () => {
	it.each([
		['as it is', EMULATOR_API_KEY],
		['with "Bearer " in front', `Bearer ${EMULATOR_API_KEY}`],
		['with "bearer" and a tab in front', `bearer\t${EMULATOR_API_KEY}`],
		['with blanks and line breaks around', `\n  ${EMULATOR_API_KEY}\r\n`],
		['with blanks around "Bearer "', `  Bearer   ${EMULATOR_API_KEY} `],
		['broken by a line break', `${EMULATOR_API_KEY.slice(0, 8)}\n${EMULATOR_API_KEY.slice(8)}`],
		['with a no-break space behind', `${EMULATOR_API_KEY}\u00a0`],
		['with an invisible character behind', `${EMULATOR_API_KEY}\u200b`],
	])('pasted %s is sent as it should be', async (_name, apiKey) => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...PLAIN },
			{ credential: { apiKey } },
		);
		expect(run.status).toBe('success');
		expect(emulator.requests()[0]?.headers.authorization).toBe(`Bearer ${EMULATOR_API_KEY}`);
	});

	it.each([
		['empty', ' '],
		['nothing but "Bearer "', 'Bearer '],
	])('that is %s is refused, and no video may have been started', async (_name, apiKey) => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...PLAIN },
			{ credential: { apiKey } },
		);
		expect(factsOf(run)).toEqual({
			kind: 'credential',
			field: 'apiKey',
			problem: 'empty',
			itemIndex: 0,
		});
		expect(errorOf(run).description).not.toContain(consequences.checkConsole);
		expect(emulator.requests()).toEqual([]);
	});
});

const UNENCRYPTED = { kind: 'credential', field: 'baseUrl', problem: 'unencrypted' } as const;

describe('Base URL', () => {
	it.each([
		['', '/v1/videos/text2video'],
		['/', '/v1/videos/text2video'],
		['/kling', '/kling/v1/videos/text2video'],
		['/kling/', '/kling/v1/videos/text2video'],
		['/a/b///', '/a/b/v1/videos/text2video'],
	])('may end with "%s"', async (suffix, path) => {
		server.answer = (_request, response) =>
			sendJson(response, 200, { task_id: 't-1', task_status: 'submitted' });
		await runNode(`  ${server.url}${suffix} `, { operation: 'create', ...PLAIN });
		expect(server.requests.map(({ url }) => url)).toEqual([path]);
	});

	it('without a safe address ends the node before anything is sent', async () => {
		const run = await runNode('http://api.example.com', { operation: 'create', ...PLAIN });
		expect(errorOf(run).name).toBe('NodeOperationError');
		expect(factsOf(run)).toEqual({ ...UNENCRYPTED, itemIndex: 0 });
	});
});

describe('a credential that cannot be used', () => {
	const error = UNENCRYPTED;
	const parameters = { operation: 'createAndWait', ...PLAIN };

	it('fails every item, with Continue', async () => {
		const run = await runNode('http://api.example.com', parameters, {
			input: numbered(2),
			node: { onError: 'continueRegularOutput' },
		});
		const [first, second, ...more] = run.items(NODE);
		expectFailed(first, { item: 0, error });
		expectFailed(second, { item: 1, error });
		expect(more).toEqual([]);
	});

	it('leads every item to the error output, with Continue (using error output)', async () => {
		const run = await runNode('http://api.example.com', parameters, {
			input: numbered(2),
			node: { onError: 'continueErrorOutput' },
		});
		expect(run.items(NODE, 0)).toEqual([]);
		const [first, second, ...more] = run.items(NODE, 1);
		expectFailed(first, { item: 0, error, facts: { n: 0 } });
		expectFailed(second, { item: 1, error, facts: { n: 1 } });
		expect(more).toEqual([]);
	});
});

describe('the Test button', () => {
	const AT_GATEWAY = { service: 'gateway', hasOwnBaseUrl: true } as const;

	const test = async (data: ICredentialDataDecryptedObject = {}) =>
		await runCredentialTest(
			'klingApi',
			{ service: 'gateway', baseUrl: server.url, apiKey: 'k', ...data },
			types(),
		);

	it('accepts the right key, with one request and a control with a wrong one, which create nothing', async () => {
		const result = await test({ baseUrl: emulator.gatewayUrl, apiKey: EMULATOR_API_KEY });
		expect(result).toEqual({ status: 'OK', message: testWords.accepted });
		expect(emulator.requests().map(({ method, route }) => [method, route])).toEqual([
			['GET', 'query'],
			['GET', 'query'],
		]);
		const keys = emulator.requests().map(({ headers }) => headers.authorization);
		expect(keys[0]).toBe(`Bearer ${EMULATOR_API_KEY}`);
		expect(keys[1]).not.toBe(keys[0]);
		expect(keys[1]).toHaveLength(String(keys[0]).length);
		expect(emulator.tasks()).toEqual([]);
	});

	it('refuses the wrong key', async () => {
		const result = await test({ baseUrl: emulator.gatewayUrl, apiKey: 'wrong' });
		expectTestFailed(result, new KlingError('badKey', { httpStatus: 401 }), AT_GATEWAY);
		expect(emulator.requests().length).toBe(1);
	});

	it('sends a pasted key as the node does', async () => {
		const apiKey = ` Bearer ${EMULATOR_API_KEY}\n`;
		expect((await test({ baseUrl: emulator.gatewayUrl, apiKey })).status).toBe('OK');
	});

	const html = '<!DOCTYPE html><html><body>Welcome</body></html>';

	const reply = (status: number, body: string) => {
		server.answer = (_request, response) => {
			response.writeHead(status, { location: '/elsewhere' });
			response.end(body);
		};
	};

	it.each([
		['404', 404, '{"error":{"message":"task not found"}}'],
		['400', 400, '{"error":{"message":"no such task"}}'],
		['a task', 200, '{"task_id":"x","task_status":"failed"}'],
	])('accepts the address after %s, whatever the key', async (_name, status, body) => {
		reply(status, body);
		expect(await test()).toEqual({ status: 'OK', message: testWords.unproven });
		expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
	});

	it.each<[string, number, string, ErrorKind, KlingErrorFacts, requests?: 2]>([
		['403', 403, '{"error":"no"}', 'noPermission', {}],
		['401 with a code', 401, '{"code":1002}', 'badKey', { code: 1002 }],
		['500', 500, '', 'serverError', {}, 2],
		['a web page', 200, html, 'webPage', { flaw: { is: 'webPage' } }],
		['a web page with 404', 404, html, 'notTheApi', {}],
		['a redirection', 302, '', 'redirected', {}],
		['nothing', 200, '', 'unreadable', { flaw: { is: 'empty' } }, 2],
	])('tells apart: %s', async (...[, status, body, kind, facts, requests = 1]) => {
		reply(status, body);
		const error = new KlingError(kind, { ...facts, httpStatus: status });
		expectTestFailed(await test(), error, AT_GATEWAY);
		expect(server.requests).toHaveLength(requests);
	});

	it('says so when nobody listens at the address', async () => {
		const other = new HttpServer();
		await other.start();
		const { url } = other;
		await other.stop();
		const result = await test({ baseUrl: url });
		expectTestFailed(result, new KlingError('unreachable'), AT_GATEWAY);
	});

	it.each<[string, ICredentialDataDecryptedObject, CredentialError]>([
		['an empty key', { apiKey: '' }, new CredentialError('apiKey', 'empty')],
		['an empty Base URL', { baseUrl: '' }, new CredentialError('baseUrl', 'noUrl')],
		['garbage as Base URL', { baseUrl: 'api example' }, new CredentialError('baseUrl', 'noUrl')],
		[
			'a public Base URL without encryption',
			{ baseUrl: 'http://api.example.com' },
			new CredentialError('baseUrl', 'unencrypted'),
		],
	])('refuses %s without a request', async (_name, data, error) => {
		expectTestFailed(await test(data), error);
		expect(server.requests).toEqual([]);
	});
});
