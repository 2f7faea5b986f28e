import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import {
	cleanUp,
	EMULATOR_API_KEY,
	errorOf,
	expectFailed,
	HttpServer,
	NODE,
	numbered,
	PLAIN,
	runCredentialTest,
	runNode,
	sendJson,
	startGateway,
	types,
	type Emulator,
} from './fixture.mts';

let emulator: Emulator;
const server = new HttpServer();

beforeAll(async () => {
	emulator = await startGateway();
	await server.start();
});
beforeEach(() => {
	emulator.reset();
	server.reset();
});
afterAll(async () => {
	cleanUp();
	await emulator.close();
	await server.stop();
});

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
		const error = errorOf(run);
		expect(error.message).toContain("'API Key'");
		expect(error.description ?? '').not.toContain('may have been started');
		expect(emulator.requests()).toEqual([]);
	});
});

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

	it('without a safe address ends the node before anything is sent, on every item', async () => {
		const run = await runNode('http://api.example.com', { operation: 'create', ...PLAIN });
		const error = errorOf(run);
		expect(error.name).toBe('NodeOperationError');
		expect(error.message).toMatch(/'Base URL' in the Kling API credential must start with https/);
		expect(error.message).toMatch(/ \[Item 0\]$/);
	});
});

describe('a credential that cannot be used', () => {
	const message =
		/^'Base URL' in the Kling API credential must start with https:\/\/.* \[Item \d\]$/;
	const parameters = { operation: 'createAndWait', ...PLAIN };

	it('fails every item, with Continue', async () => {
		const run = await runNode('http://api.example.com', parameters, {
			input: numbered(2),
			node: { onError: 'continueRegularOutput' },
		});
		const [first, second, ...more] = run.items(NODE);
		expectFailed(first, { item: 0, message });
		expectFailed(second, { item: 1, message });
		expect(more).toEqual([]);
	});

	it('leads every item to the error output, with Continue (using error output)', async () => {
		const run = await runNode('http://api.example.com', parameters, {
			input: numbered(2),
			node: { onError: 'continueErrorOutput' },
		});
		expect(run.items(NODE, 0)).toEqual([]);
		const [first, second, ...more] = run.items(NODE, 1);
		expectFailed(first, { item: 0, message, facts: { n: 0 } });
		expectFailed(second, { item: 1, message, facts: { n: 1 } });
		expect(more).toEqual([]);
	});
});

describe('the Test button', () => {
	const test = async (data: ICredentialDataDecryptedObject = {}) =>
		await runCredentialTest(
			'klingApi',
			{ service: 'gateway', baseUrl: server.url, apiKey: 'k', ...data },
			types(),
		);

	it('accepts the right key, with one question that creates nothing', async () => {
		const result = await test({ baseUrl: emulator.gatewayUrl, apiKey: EMULATOR_API_KEY });
		expect(result).toEqual({ status: 'OK', message: 'The service accepts the key' });
		expect(emulator.requests().map(({ method, route }) => [method, route])).toEqual([
			['GET', 'query'],
		]);
		expect(emulator.requests()[0]?.headers.authorization).toBe(`Bearer ${EMULATOR_API_KEY}`);
		expect(emulator.tasks()).toEqual([]);
	});

	it('refuses the wrong key', async () => {
		const result = await test({ baseUrl: emulator.gatewayUrl, apiKey: 'wrong' });
		expect(result.status).toBe('Error');
		expect(result.message).toMatch(/^Kling refused the API key \(HTTP 401\)\. Check the key/);
		expect(emulator.requests().length).toBe(1);
	});

	it('sends a pasted key as the node does', async () => {
		const apiKey = ` Bearer ${EMULATOR_API_KEY}\n`;
		expect((await test({ baseUrl: emulator.gatewayUrl, apiKey })).status).toBe('OK');
	});

	const html = '<!DOCTYPE html><html><body>Welcome</body></html>';

	it.each<[string, number, string, 'OK' | 'Error', RegExp]>([
		['404', 404, '{"error":{"message":"task not found"}}', 'OK', /accepts the key/],
		['400', 400, '{"error":{"message":"no such task"}}', 'OK', /accepts the key/],
		[
			'a task, which proves the key too',
			200,
			'{"task_id":"x","task_status":"failed"}',
			'OK',
			/accepts the key/,
		],
		['403', 403, '{"error":"no"}', 'Error', /no permission for this request \(HTTP 403\)/],
		[
			'401 with a code',
			401,
			'{"code":1002}',
			'Error',
			/refused the API key \(code 1002, HTTP 401\)/,
		],
		['500', 500, '', 'Error', /trouble on its side \(HTTP 500\)\. Try again/],
		['a web page', 200, html, 'Error', /it is a web page \(HTTP 200\)\. Check the Base URL/],
		['a web page with 404', 404, html, 'Error', /Something else than the Kling API answered/],
		['a redirection', 302, '', 'Error', /Something else than the Kling API answered \(HTTP 302\)/],
		['nothing', 200, '', 'Error', /it is empty/],
	])('tells apart: %s', async (_name, status, body, verdict, message) => {
		server.answer = (_request, response) => {
			response.writeHead(status, { location: '/elsewhere' });
			response.end(body);
		};
		const result = await test();
		expect(result.status).toBe(verdict);
		expect(result.message).toMatch(message);
		expect(server.requests.map(({ method }) => method)).toEqual(['GET']);
	});

	it('says so when nobody listens at the address', async () => {
		const other = new HttpServer();
		await other.start();
		const { url } = other;
		await other.stop();
		const result = await test({ baseUrl: url });
		expect(result).toEqual({
			status: 'Error',
			message: expect.stringMatching(/^Kling cannot be reached\. Check the Base URL/),
		});
	});

	it.each<[string, ICredentialDataDecryptedObject, RegExp]>([
		['an empty key', { apiKey: '' }, /'API Key'/],
		['an empty Base URL', { baseUrl: '' }, /'Base URL' .* must be an address such as/],
		['garbage as Base URL', { baseUrl: 'api example' }, /'Base URL' .* must be an address such as/],
		[
			'a public Base URL without encryption',
			{ baseUrl: 'http://api.example.com' },
			/'Base URL' .* must start with https:\/\//,
		],
	])('refuses %s without asking anybody', async (_name, data, message) => {
		const result = await test(data);
		expect(result.status).toBe('Error');
		expect(result.message).toMatch(message);
		expect(server.requests).toEqual([]);
	});
});
