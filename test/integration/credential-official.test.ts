import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import {
	cleanUp,
	EMULATOR_API_KEY,
	HttpServer,
	runCredentialTest,
	sendJson,
	types,
	type Emulator,
	type FaultAction,
} from './fixture.mts';
import {
	ACCESS_KEY,
	API_KEY,
	EMULATOR_ACCESS_KEY,
	EMULATOR_SECRET_KEY,
	routes,
	startOfficial,
	tokenOf,
} from './officialFixture.mts';

let emulator: Emulator;
/** The emulator's time; ms. */
let time: number | undefined;

const ACCOUNT = {
	name: 'emulator',
	apiKey: EMULATOR_API_KEY,
	accessKey: EMULATOR_ACCESS_KEY,
	secretKey: EMULATOR_SECRET_KEY,
};

beforeAll(async () => {
	emulator = await startOfficial({ now: () => time ?? Date.now(), accounts: [ACCOUNT] });
});
beforeEach(() => {
	time = undefined;
	emulator.reset();
	emulator.updateAccount('emulator', { ...ACCOUNT, standing: 'good' });
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
	cleanUp();
	await emulator.close();
});

const test = async (credential: ICredentialDataDecryptedObject, baseUrl: string = emulator.url) =>
	await runCredentialTest('klingApi', { ...credential, baseUrl }, types());

const onAccount = (action: FaultAction) =>
	emulator.addFault({ match: { route: 'account' }, times: 'forever', action });

const ACCEPTED = { status: 'OK', message: 'Kling accepts the key' };
const BOTH = [
	['an API key', API_KEY],
	['an access key and secret key', ACCESS_KEY],
] as const;

describe.each(BOTH)('the test of %s', (_name, credential) => {
	/** One request, which is free. */
	function expectOneCall(): void {
		expect(emulator.requests().map(({ method, path }) => `${method} ${path}`)).toEqual([
			'GET /account/costs',
		]);
		expect(emulator.tasks()).toEqual([]);
	}

	it('accepts the right one, with one question about the last thirty days', async () => {
		const before = Date.now();
		expect(await test(credential)).toEqual(ACCEPTED);
		expectOneCall();
		const [request] = emulator.requests();
		expect(request?.status).toBe(200);
		const query = new URLSearchParams(request?.url.split('?')[1]);
		expect([...query.keys()].sort()).toEqual(['end_time', 'start_time']);
		const [start, end] = [Number(query.get('start_time')), Number(query.get('end_time'))];
		expect(end).toBeGreaterThanOrEqual(before);
		expect(end).toBeLessThanOrEqual(Date.now());
		expect(end - start).toBe(30 * 24 * 3_600_000);
		if (credential === API_KEY) {
			expect(request?.headers.authorization).toBe(`Bearer ${EMULATOR_API_KEY}`);
		} else {
			const { claims } = await tokenOf(request!);
			expect(Number(claims.exp) - Number(claims.nbf)).toBe(1805);
		}
	});

	it('accepts one that was pasted with "Bearer " and white space', async () => {
		const pasted = Object.fromEntries(
			Object.entries(credential).map(([name, value]) => [
				name,
				/key$/i.test(name) ? ` Bearer ${String(value)}\n` : value,
			]),
		);
		expect(await test(pasted as ICredentialDataDecryptedObject)).toEqual(ACCEPTED);
	});

	it('refuses a wrong one, and thinks of the other region', async () => {
		const { status, message } = await test({
			...credential,
			apiKey: 'wrong',
			secretKey: 'wrong',
		});
		expect(status).toBe('Error');
		expect(message).toMatch(/^Kling refused the credential \(code 1000, HTTP 401\)\. /);
		expect(message).toContain('belongs to the service and region chosen there');
		expectOneCall();
	});

	it.each([
		[1000, 'Kling refused the credential (code 1000, HTTP 401). Check the key'],
		[1001, 'Kling received no API key (code 1001, HTTP 401). Check the key'],
		[1002, 'Kling refused the API key (code 1002, HTTP 401). Check the key'],
		[1003, 'not valid yet (code 1003, HTTP 401). Set the clock of the server n8n runs on'],
		[1004, 'has expired (code 1004, HTTP 401). Set the clock of the server n8n runs on'],
		[1100, 'in an abnormal state (code 1100, HTTP 429). Look at the account'],
		[1103, 'has no permission for this API or model (code 1103, HTTP 403).'],
		[1304, 'from this server’s IP address (code 1304, HTTP 429). Add the address'],
		[5001, 'Kling is under maintenance (code 5001, HTTP 503). Try again in a few minutes.'],
	] as const)('fails with what %d means', async (code, words) => {
		onAccount({ type: 'kling-error', code });
		const { status, message } = await test(credential);
		expect(status).toBe('Error');
		expect(message).toContain(words);
		expectOneCall();
	});

	it.each([
		[1101, 'The Kling account is in arrears (code 1101, HTTP 429). Top up the account'],
		[1102, 'The Kling resource pack is used up or expired (code 1102, HTTP 429). Buy a'],
	] as const)('is passed with a warning by %d', async (code, words) => {
		onAccount({ type: 'kling-error', code });
		const { status, message } = await test(credential);
		expect(status).toBe('OK');
		expect(message).toMatch(/^Kling accepts the key\. But: /);
		expect(message).toContain(words);
		expectOneCall();
	});

	const YEAR = 365 * 24 * 3_600_000;

	it.each([
		['no pack', []],
		['a pack that ran dry', [{ remaining: 0 }]],
		['a pack of tomorrow', [{ effectiveTime: Date.now() + 24 * 3_600_000 }]],
		[
			'a pack of last week',
			[{ purchaseTime: Date.now() - YEAR, invalidTime: Date.now() - 7 * 24 * 3_600_000 }],
		],
	])('is passed with a warning by an account with %s', async (_pack, resourcePacks) => {
		emulator.updateAccount('emulator', { resourcePacks });
		expect(await test(credential)).toEqual({
			status: 'OK',
			message:
				'Kling accepts the key. The account has no usable resource pack: without one, or a balance, Kling refuses to create videos',
		});
		expectOneCall();
		emulator.updateAccount('emulator', { resourcePacks: [{}] });
	});

	it.each<[string, FaultAction, string, string]>([
		[
			'a web page with 200',
			{ type: 'html', status: 200 },
			'Error',
			'Kling’s reply cannot be used: it is a web page (HTTP 200). Check the Base URL',
		],
		[
			'a web page with 403',
			{ type: 'html', status: 403 },
			'Error',
			'Something else than the Kling API answered (HTTP 403). Check the Base URL',
		],
		[
			'a web page with 502',
			{ type: 'html', status: 502 },
			'Error',
			'The server in front of Kling has trouble (HTTP 502). Try again',
		],
		[
			'a redirection',
			{ type: 'reply', status: 302, headers: { Location: 'https://example.com/' } },
			'Error',
			'Something else than the Kling API answered (HTTP 302). Check the Base URL',
		],
		['an empty reply', { type: 'empty' }, 'Error', 'Kling’s reply cannot be used: it is empty'],
		[
			'JSON of another shape',
			{ type: 'reply', status: 200, body: { hello: 'world' } },
			'Error',
			'Kling’s reply cannot be used: it tells nothing of the account (HTTP 200)',
		],
		[
			'a second code inside the data',
			{ type: 'reply', status: 200, body: { code: 0, data: { code: 1000, msg: 'no such key' } } },
			'Error',
			'Kling refused the credential (code 1000, HTTP 200)',
		],
		[
			'a second code inside the data, as text, about money',
			{ type: 'reply', status: 200, body: { code: '0', data: { code: '1102', msg: 'empty' } } },
			'OK',
			'The Kling resource pack is used up or expired (code 1102, HTTP 200)',
		],
		['a reset', { type: 'reset' }, 'Error', 'The connection to Kling broke'],
	])('understands %s', async (_reply, action, status, words) => {
		onAccount(action);
		// Also where a query of a task is tried in its stead.
		if (action.type === 'html') emulator.addFault({ times: 'forever', action });
		const result = await test(credential);
		expect(result.status).toBe(status);
		expect(result.message).toContain(words);
		expect(emulator.tasks()).toEqual([]);
	});

	it('says when nothing can be reached', async () => {
		const server = new HttpServer();
		await server.start();
		const { url } = server;
		await server.stop();
		const { status, message } = await test(credential, url);
		expect(status).toBe('Error');
		expect(message).toBe(
			'Kling cannot be reached. Check the Base URL in the Kling API credential and this server’s network.',
		);
	});

	it('is done with a task that cannot exist where the service has no account endpoint', async () => {
		expect(await test(credential, `${emulator.url}/kling`)).toEqual({
			status: 'OK',
			message: 'The service accepts the key',
		});
		expect(routes(emulator.requests().slice(0, 1))[0]).toMatch(/^GET \/kling\/account\/costs\?/);
		expect(routes(emulator.requests().slice(1))).toEqual([
			'GET /kling/v1/videos/text2video/n8n-credential-test',
		]);
	});

	it('finds a wrong one there too', async () => {
		const { status, message } = await test(
			{ ...credential, apiKey: 'wrong', secretKey: 'wrong' },
			`${emulator.url}/kling`,
		);
		expect(status).toBe('Error');
		expect(message).toContain('Kling refused the credential (code 1000, HTTP 401)');
		expect(emulator.requests()).toHaveLength(2);
	});

	it('sees through a service that shows its web page for the account it does not have', async () => {
		// As new-api does behind /kling: what is no route of its API is the page.
		const server = new HttpServer();
		await server.start();
		try {
			let isRight = true;
			server.answer = ({ url }, response) => {
				if (url.startsWith('/kling/v1/videos/text2video/')) {
					return isRight
						? sendJson(response, 400, { code: 'task_not_exist', message: 'task_not_exist' })
						: sendJson(response, 401, { error: { message: 'Invalid token' } });
				}
				response.writeHead(200, { 'content-type': 'text/html' });
				return response.end('<!doctype html><title>New API</title>');
			};
			expect(await test(credential, `${server.url}/kling`)).toEqual({
				status: 'OK',
				message: 'The service accepts the key',
			});
			isRight = false;
			expect((await test(credential, `${server.url}/kling`)).status).toBe('Error');
		} finally {
			await server.stop();
		}
	});

	it('does not send anything with an empty key', async () => {
		const result = await test({ ...credential, apiKey: ' ', accessKey: ' ' });
		expect(result.status).toBe('Error');
		expect(result.message).toMatch(/^'(API Key|Access Key)' in the Kling API credential is empty$/);
		expect(emulator.requests()).toEqual([]);
	});

	it('does not send the key unencrypted over the internet', async () => {
		const result = await test(credential, 'http://api.example.com');
		expect(result.status).toBe('Error');
		expect(result.message).toContain('must start with https://');
	});
});

describe('a server whose clock is wrong', () => {
	it.each([
		['an hour behind', -1, 1004, 'it is behind Kling’s'],
		['an hour ahead', 1, 1003, 'it is ahead of Kling’s'],
	])('is told so when it is %s', async (_name, hours, code, words) => {
		const now = Date.now();
		time = now;
		jest.spyOn(Date, 'now').mockReturnValue(now + hours * 3_600_000);
		const { status, message } = await test(ACCESS_KEY);
		expect(status).toBe('Error');
		expect(message).toContain(`(code ${code}, HTTP 401)`);
		expect(message).toContain(words);
		expect(emulator.requests()).toHaveLength(1);
	});

	it('makes no difference to an API key', async () => {
		const now = Date.now();
		time = now;
		jest.spyOn(Date, 'now').mockReturnValue(now - 3_600_000);
		expect((await test(API_KEY)).status).toBe('OK');
	});
});
