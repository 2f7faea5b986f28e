import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { CredentialError } from '../../nodes/shared/api/connection.ts';
import { KlingError, type KlingErrorFacts } from '../../nodes/shared/api/errors/klingError.ts';
import type { ErrorKind } from '../../nodes/shared/api/errors/kinds.ts';
import { testWords } from '../../nodes/shared/n8n/words/notes.ts';
import {
	EMULATOR_API_KEY,
	expectTestFailed,
	HttpServer,
	runCredentialTest,
	sendJson,
	types,
	type FaultAction,
} from './fixture.mts';
import {
	ACCESS_KEY,
	API_KEY,
	EMULATOR_ACCESS_KEY,
	EMULATOR_SECRET_KEY,
	routes,
	tokenOf,
	useOfficial,
} from './officialFixture.mts';

/** The emulator's time; milliseconds. */
let time: number | undefined;

const ACCOUNT = {
	name: 'emulator',
	apiKey: EMULATOR_API_KEY,
	accessKey: EMULATOR_ACCESS_KEY,
	secretKey: EMULATOR_SECRET_KEY,
};

const emulator = useOfficial({ now: () => time ?? Date.now(), accounts: [ACCOUNT] });
beforeEach(() => {
	time = undefined;
	emulator.updateAccount('emulator', { ...ACCOUNT, standing: 'good' });
});
afterEach(() => jest.restoreAllMocks());

const test = async (credential: ICredentialDataDecryptedObject, baseUrl: string = emulator.url) =>
	await runCredentialTest('klingApi', { ...credential, baseUrl }, types());

const onAccount = (action: FaultAction) =>
	emulator.addFault({ match: { route: 'account' }, times: 'forever', action });

const ACCEPTED = { status: 'OK', message: testWords.accepted };
/** The address of these tests is of a custom region. */
const CUSTOM = { service: 'official', hasOwnBaseUrl: true } as const;
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

	it('accepts the right one, with one request about the last thirty days', async () => {
		const before = Date.now();
		expect(await test(credential)).toEqual(ACCEPTED);
		expectOneCall();
		const [request] = emulator.requests();
		expect(request?.status).toBe(200);
		const query = new URLSearchParams(request?.url.split('?')[1]);
		expect([...query.keys()].sort()).toEqual(['end_time', 'start_time']);
		const [start, end] = [Number(query.get('start_time')), Number(query.get('end_time'))];
		expect(end).toBe(before);
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

	it('refuses a wrong one', async () => {
		const result = await test({ ...credential, apiKey: 'wrong', secretKey: 'wrong' });
		expectTestFailed(result, new KlingError('badKey', { code: 1000, httpStatus: 401 }), CUSTOM);
		expectOneCall();
	});

	it.each([
		[1000, 401, 'badKey'],
		[1001, 401, 'missingKey'],
		[1002, 401, 'badKey'],
		[1003, 401, 'tokenEarly'],
		[1004, 401, 'tokenExpired'],
		[1100, 429, 'accountRestricted'],
		[1103, 403, 'noPermission'],
		[1304, 429, 'ipNotAllowed'],
		[5001, 503, 'maintenance'],
	] as const)('fails with what %d means', async (code, httpStatus, kind) => {
		onAccount({ type: 'kling-error', code });
		expectTestFailed(await test(credential), new KlingError(kind, { code, httpStatus }), CUSTOM);
		expectOneCall();
	});

	it.each([1101, 1102] as const)(
		'is passed with %d, which says nothing of the key',
		async (code) => {
			onAccount({ type: 'kling-error', code });
			expect(await test(credential)).toEqual(ACCEPTED);
			expectOneCall();
		},
	);

	const YEAR = 365 * 24 * 3_600_000;

	it.each([
		['no pack', []],
		['a pack that ran dry', [{ remaining: 0 }]],
		['a pack of tomorrow', [{ effectiveTime: Date.now() + 24 * 3_600_000 }]],
		[
			'a pack of last week',
			[{ purchaseTime: Date.now() - YEAR, invalidTime: Date.now() - 7 * 24 * 3_600_000 }],
		],
	])('is passed by an account with %s', async (_pack, resourcePacks) => {
		emulator.updateAccount('emulator', { resourcePacks });
		expect(await test(credential)).toEqual(ACCEPTED);
		expectOneCall();
		emulator.updateAccount('emulator', { resourcePacks: [{}] });
	});

	it.each<[string, FaultAction, ErrorKind, KlingErrorFacts]>([
		[
			'a web page with 200',
			{ type: 'html', status: 200 },
			'webPage',
			{ httpStatus: 200, flaw: { is: 'webPage' } },
		],
		['a web page with 403', { type: 'html', status: 403 }, 'notTheApi', { httpStatus: 403 }],
		['a web page with 502', { type: 'html', status: 502 }, 'proxyError', { httpStatus: 502 }],
		[
			'a second code inside the data',
			{ type: 'reply', status: 200, body: { code: 0, data: { code: 1000, msg: 'no such key' } } },
			'badKey',
			{ httpStatus: 200, code: 1000 },
		],
		['a reset', { type: 'reset' }, 'interrupted', {}],
	])('understands %s', async (_reply, action, kind, facts) => {
		onAccount(action);
		// Also where a query of a task is tried in its stead.
		if (action.type === 'html') emulator.addFault({ times: 'forever', action });
		expectTestFailed(await test(credential), new KlingError(kind, facts), CUSTOM);
		expect(emulator.tasks()).toEqual([]);
	});

	it.each<[string, FaultAction]>([
		[
			'a redirection',
			{ type: 'reply', status: 302, headers: { Location: 'https://example.com/' } },
		],
		['an empty reply', { type: 'empty' }],
		['JSON of another shape', { type: 'reply', status: 200, body: { hello: 'world' } }],
	])(
		'lets a task decide after %s about the account, as a relay may give it',
		async (_reply, action) => {
			onAccount(action);
			expect(await test(credential)).toEqual(ACCEPTED);
			expect(emulator.requests().map(({ route }) => route)).toEqual(['account', 'query', 'query']);
			expect(emulator.tasks()).toEqual([]);
		},
	);

	it('understands a second code inside the data, as text, about money', async () => {
		const body = { code: '0', data: { code: '1102', msg: 'empty' } };
		onAccount({ type: 'reply', status: 200, body });
		expect(await test(credential)).toEqual(ACCEPTED);
		expect(emulator.tasks()).toEqual([]);
	});

	it('says when nothing can be reached', async () => {
		const server = new HttpServer();
		await server.start();
		const { url } = server;
		await server.stop();
		expectTestFailed(await test(credential, url), new KlingError('unreachable'), CUSTOM);
	});

	it('is done with a task that cannot exist where the service has no account endpoint', async () => {
		expect(await test(credential, `${emulator.url}/kling`)).toEqual(ACCEPTED);
		expect(routes(emulator.requests().slice(0, 1))[0]).toMatch(/^GET \/kling\/account\/costs\?/);
		expect(routes(emulator.requests().slice(1))).toEqual([
			'GET /kling/v1/videos/text2video/n8n-credential-test',
		]);
	});

	it('finds a wrong one there too', async () => {
		const result = await test(
			{ ...credential, apiKey: 'wrong', secretKey: 'wrong' },
			`${emulator.url}/kling`,
		);
		expectTestFailed(result, new KlingError('badKey', { code: 1000, httpStatus: 401 }), CUSTOM);
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
					// The third request is the control with a wrong key.
					return isRight && server.requests.length < 3
						? sendJson(response, 400, { code: 'task_not_exist', message: 'task_not_exist' })
						: sendJson(response, 401, { error: { message: 'Invalid token' } });
				}
				response.writeHead(200, { 'content-type': 'text/html' });
				return response.end('<!doctype html><title>New API</title>');
			};
			expect(await test(credential, `${server.url}/kling`)).toEqual(ACCEPTED);
			isRight = false;
			expect((await test(credential, `${server.url}/kling`)).status).toBe('Error');
		} finally {
			await server.stop();
		}
	});

	it('does not send anything with an empty key', async () => {
		const result = await test({ ...credential, apiKey: ' ', accessKey: ' ' });
		const field = credential === API_KEY ? 'apiKey' : 'accessKey';
		expectTestFailed(result, new CredentialError(field, 'empty'));
		expect(emulator.requests()).toEqual([]);
	});

	it('does not send the key unencrypted over the internet', async () => {
		const result = await test(credential, 'http://api.example.com');
		expectTestFailed(result, new CredentialError('baseUrl', 'unencrypted'));
	});
});

describe('a server whose clock is wrong', () => {
	it.each([
		['an hour behind', -1, 1004, 'tokenExpired'],
		['an hour ahead', 1, 1003, 'tokenEarly'],
	] as const)('is told so when it is %s', async (_name, hours, code, kind) => {
		const now = Date.now();
		time = now;
		jest.spyOn(Date, 'now').mockReturnValue(now + hours * 3_600_000);
		expectTestFailed(
			await test(ACCESS_KEY),
			new KlingError(kind, { code, httpStatus: 401 }),
			CUSTOM,
		);
		expect(emulator.requests()).toHaveLength(1);
	});

	it('makes no difference to an API key', async () => {
		const now = Date.now();
		time = now;
		jest.spyOn(Date, 'now').mockReturnValue(now - 3_600_000);
		expect((await test(API_KEY)).status).toBe('OK');
	});
});
