/** The credential's Test button against services of all kinds: one row a report. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { testCredential } from '../../../../nodes/shared/n8n/credentialTest';

const KEY = ['sk', 'goodKey0123456789'].join('-');
const WRONG_KEY = KEY.replace('good', 'wrong');
const BASE = 'https://relay.example';

const GATEWAY = { service: 'gateway', baseUrl: BASE, apiKey: KEY };
const RELAY = { region: 'custom', baseUrl: `${BASE}/kling`, apiKey: KEY };
const RELAY_SIGNED = {
	region: 'custom',
	baseUrl: `${BASE}/kling`,
	authentication: 'accessKey',
	accessKey: 'AK',
	secretKey: 'SK',
};
const GLOBAL = { apiKey: KEY };
const CHINA = { region: 'china', apiKey: KEY };

type Answer = [status: number, body: unknown, headers?: Record<string, string>];

interface Question {
	host: string;
	path: string;
	key: string;
}

/** Answers by host, path and key. */
type Service = (question: Question) => Answer | Error;

async function test(
	data: ICredentialDataDecryptedObject,
	service: Service,
): Promise<{ result: INodeCredentialTestResult; questions: Question[] }> {
	const questions: Question[] = [];
	const request = async (options: {
		method: string;
		uri: string;
		headers: Record<string, string>;
		timeout: number;
	}) => {
		const { host, pathname: path } = new URL(options.uri);
		expect(options.method).toBe('GET');
		expect(options.timeout).toBeLessThanOrEqual(10_000);
		const question = { host, path, key: (options.headers.Authorization ?? '').slice(7) };
		questions.push(question);
		const answer = service(question);
		if (answer instanceof Error) throw answer;
		const [statusCode, body, headers = {}] = answer;
		return await Promise.resolve({
			statusCode,
			headers,
			body: typeof body === 'string' ? body : JSON.stringify(body),
		});
	};
	const context = { helpers: { request } } as unknown as ICredentialTestFunctions;
	const result = await testCredential.call(context, { data } as unknown as ICredentialsDecrypted);
	return { result, questions };
}

const isAccount = ({ path }: Question) => path.endsWith('/account/costs');

/** The same for the good key and for every other one. */
const always =
	(...answer: Answer): Service =>
	() =>
		answer;

/** @param account the answer to the question for the account, whatever the key */
function byKey(good: Answer, wrong: Answer, account?: Answer): Service {
	return (question) =>
		account && isAccount(question) ? account : question.key === KEY ? good : wrong;
}

const INVALID_URL: Answer = [
	404,
	{
		error: {
			message: 'Invalid URL (GET /v1/videos/text2video/n8n-credential-test)',
			type: 'invalid_request_error',
		},
	},
];
const UNAUTHORIZED: Answer = [401, { error: { message: 'Invalid token', type: 'new_api_error' } }];
const NO_TASK: Answer = [404, { error: { message: 'task not found' } }];
const WEB_PAGE: Answer = [200, '<!doctype html><title>New API</title>'];
const ACCOUNT: Answer = [200, { code: 0, data: { code: 0, resource_pack_subscribe_infos: [] } }];
const kling = (code: number, status: number): Answer => [
	status,
	{ code, message: 'said by Kling', request_id: 'r' },
];

const VALID = 'The key is valid';
const UNPROVEN = 'The service speaks the Kling API, but doesn’t say whether the key is valid';

type Row = [id: string, data: ICredentialDataDecryptedObject, service: Service, message: string];

describe('is passed by', () => {
	it.each<Row>([
		[
			'F5 500 for an unknown task, 401 for a wrong key',
			GATEWAY,
			byKey([500, ''], UNAUTHORIZED),
			VALID,
		],
		['F5 the same with JSON', GATEWAY, byKey([500, { error: 'nil pointer' }], UNAUTHORIZED), VALID],
		['F5 the same at a relay', RELAY, byKey([500, ''], UNAUTHORIZED), VALID],
		['502 with a page, 403 for a wrong key', GATEWAY, byKey([502, '<html>'], [403, {}]), VALID],
		['404 for an unknown task, 401 for a wrong key', GATEWAY, byKey(NO_TASK, UNAUTHORIZED), VALID],
		['404 without words, 401 for a wrong key', GATEWAY, byKey([404, {}], [401, '']), VALID],
		[
			'400 for both, in other words',
			GATEWAY,
			byKey([400, { message: 'bad id' }], [400, { message: 'Invalid API key' }]),
			VALID,
		],
		[
			'200 for both, with other codes',
			GATEWAY,
			byKey(
				[200, { code: 40401, message: 'no such task' }],
				[200, { code: 40101, message: 'who?' }],
			),
			VALID,
		],
		[
			'200 for both, in other words',
			GATEWAY,
			byKey([200, { success: true, data: null }], [200, { success: false, message: '无效的令牌' }]),
			VALID,
		],
		['204 without a body, 401 for a wrong key', GATEWAY, byKey([204, ''], UNAUTHORIZED), VALID],
		[
			'a task that cannot exist',
			GATEWAY,
			byKey([200, { task_id: 'x', task_status: 'failed' }], UNAUTHORIZED),
			VALID,
		],
		[
			'a quota that is used up',
			GATEWAY,
			byKey([403, { error: { message: 'task: quota' } }], UNAUTHORIZED),
			VALID,
		],
		[
			'402 for a good key',
			GATEWAY,
			byKey([402, { error: 'payment required' }], UNAUTHORIZED),
			VALID,
		],
		[
			'403 for a task of somebody else',
			GATEWAY,
			byKey([403, { message: 'not your task' }], UNAUTHORIZED),
			VALID,
		],
		[
			'new-api: its web page for the account',
			RELAY,
			byKey([400, { code: 'task_not_exist', data: null }], UNAUTHORIZED, WEB_PAGE),
			VALID,
		],
		[
			'a relay without an account: 404',
			RELAY,
			byKey(kling(1203, 404), kling(1000, 401), INVALID_URL),
			VALID,
		],
		[
			'a relay that refuses the account: 401',
			RELAY,
			byKey(NO_TASK, UNAUTHORIZED, [401, {}]),
			VALID,
		],
		[
			'a relay that fails at the account: 500',
			RELAY,
			byKey(NO_TASK, UNAUTHORIZED, [500, {}]),
			VALID,
		],
		['a relay that has an account', RELAY, always(...ACCOUNT), VALID],
		['a relay whose Kling account is empty', RELAY, always(...kling(1102, 429)), VALID],
		[
			'a relay with signed tokens',
			RELAY_SIGNED,
			({ key, path }) =>
				isAccount({ key, path, host: '' })
					? INVALID_URL
					: tokenIsSigned(key, 'SK')
						? NO_TASK
						: UNAUTHORIZED,
			VALID,
		],
		[
			'a service that looks at keys later: Kling’s code',
			RELAY,
			byKey(kling(1203, 404), kling(1203, 404), INVALID_URL),
			UNPROVEN,
		],
		['a service that looks at keys later: words', GATEWAY, always(...NO_TASK), UNPROVEN],
		[
			'a service that looks at keys later: a code in words',
			GATEWAY,
			always(400, { code: 'task_not_exist' }),
			UNPROVEN,
		],
		[
			'a service that looks at keys later: Kling’s envelope',
			GATEWAY,
			always(200, { code: 0, message: 'SUCCEED', data: null }),
			UNPROVEN,
		],
		[
			'a service that looks at keys later: Chinese',
			GATEWAY,
			always(400, { message: '任务不存在' }),
			UNPROVEN,
		],
		['a service that drops wrong keys', GATEWAY, byKey(NO_TASK, [0, ''] as never), UNPROVEN],
		['Kling AI', GLOBAL, always(...ACCOUNT), VALID],
		['Kling AI, arrears', GLOBAL, always(...kling(1101, 429)), VALID],
		['Kling AI, an empty pack', CHINA, always(...kling(1102, 429)), VALID],
		['Kling AI, too fast', GLOBAL, always(...kling(1302, 429)), VALID],
	])('%s', async (_id, data, service, message) => {
		const dropping: Service = (question) => {
			const answer = service(question);
			return !(answer instanceof Error) && answer[0] === 0 ? new Error('socket hang up') : answer;
		};
		const { result, questions } = await test(data, dropping);
		expect(result).toEqual({ status: 'OK', message });
		expect(questions.length).toBeLessThanOrEqual(3);
	});
});

function tokenIsSigned(token: string, secretKey: string): boolean {
	const [header, payload, signature] = token.split('.');
	const { createHmac } = jest.requireActual<typeof import('node:crypto')>('node:crypto');
	const digest = createHmac('sha256', secretKey).update(`${header}.${payload}`).digest('base64url');
	return digest === signature;
}

describe('is failed by', () => {
	it.each<[...Row, requests?: number]>([
		[
			'F4 an address that is none, whatever the key',
			GATEWAY,
			always(...INVALID_URL),
			"The reply didn’t come from the Kling API (HTTP 404). Check 'Service' and 'Base URL'",
		],
		[
			'F4 the same, looked at after the key',
			GATEWAY,
			byKey(INVALID_URL, UNAUTHORIZED),
			'The reply didn’t come from the Kling API',
		],
		[
			'F4 a wrong key there',
			{ ...GATEWAY, apiKey: 'wrong' },
			always(...INVALID_URL),
			'The reply didn’t come from the Kling API',
		],
		[
			'F4 the same at a relay',
			RELAY,
			always(...INVALID_URL),
			"The reply didn’t come from the Kling API (HTTP 404). Check 'Service', 'Region' and 'Base URL'",
		],
		[
			'another framework’s 404',
			GATEWAY,
			always(404, { detail: 'Not Found' }),
			'The reply didn’t come from the Kling API',
		],
		[
			'a route that is not there',
			GATEWAY,
			always(404, {
				message: 'The route v1/videos/text2video/n8n-credential-test could not be found.',
			}),
			'The reply didn’t come from the Kling API',
		],
		[
			'a gateway’s 404',
			GATEWAY,
			always(404, { message: 'no Route matched with those values' }),
			'The reply didn’t come from the Kling API',
		],
		[
			'plain text',
			GATEWAY,
			always(404, '404 page not found'),
			'The reply didn’t come from the Kling API',
		],
		[
			'a wrong method',
			GATEWAY,
			byKey([405, { message: 'no' }], UNAUTHORIZED),
			'The reply didn’t come from the Kling API',
		],
		[
			'JSON of something else',
			GATEWAY,
			always(200, { hello: 'world' }),
			'The reply from Kling couldn’t be read: it contains no task (HTTP 200). Check',
		],
		[
			'another service’s 400',
			GATEWAY,
			always(400, { message: 'missing parameter' }),
			'The reply didn’t come from the Kling API',
		],
		['a web page', GATEWAY, always(...WEB_PAGE), 'it is a web page (HTTP 200)', 1],
		[
			'a web page with 404',
			GATEWAY,
			always(404, '<html>'),
			'The reply didn’t come from the Kling API',
			1,
		],
		['a web page everywhere', RELAY, always(...WEB_PAGE), 'it is a web page (HTTP 200)', 2],
		[
			'a redirection to a login',
			GATEWAY,
			always(302, '', { location: '/login' }),
			'The reply didn’t come from the Kling API (HTTP 302)',
			1,
		],
		[
			'F5 a wrong key',
			{ ...GATEWAY, apiKey: WRONG_KEY },
			byKey([500, ''], UNAUTHORIZED),
			'Kling rejected the key (HTTP 401). Check the key',
			1,
		],
		[
			'a wrong key at a relay',
			{ ...RELAY, apiKey: WRONG_KEY },
			byKey(NO_TASK, UNAUTHORIZED, WEB_PAGE),
			'Kling rejected the key (HTTP 401)',
			2,
		],
		[
			'a wrong key that Kling’s code tells',
			RELAY,
			always(...kling(1002, 401)),
			'Kling rejected the key (code 1002, HTTP 401)',
			1,
		],
		[
			'a wrong key in words only',
			GATEWAY,
			always(200, { success: false, message: 'invalid api key' }),
			'Kling rejected the key',
		],
		['a clock that is behind', RELAY_SIGNED, always(...kling(1004, 401)), 'It is behind.', 1],
		['a clock that is ahead', GLOBAL, always(...kling(1003, 401)), 'It is ahead.', 1],
		[
			'no permission',
			GATEWAY,
			byKey([403, { error: 'no' }], UNAUTHORIZED),
			'no permission for this request or model (HTTP 403)',
			1,
		],
		['no permission by Kling’s code', RELAY, always(...kling(1103, 403)), 'no permission', 1],
		[
			'an account that is restricted',
			GLOBAL,
			always(...kling(1100, 429)),
			'Kling has restricted this account',
			1,
		],
		['an IP address that is not allowed', GLOBAL, always(...kling(1304, 429)), 'IP address', 1],
		[
			'trouble that has nothing to do with the key',
			GATEWAY,
			always(500, ''),
			'Kling couldn’t process the request (HTTP 500). Try again',
			2,
		],
		[
			'a limit that has nothing to do with the key',
			GATEWAY,
			always(429, {}),
			'Kling isn’t accepting requests at the moment (HTTP 429)',
			2,
		],
		[
			'nobody there',
			GATEWAY,
			() => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
			'Kling can’t be reached',
			1,
		],
		[
			'nobody there at a relay',
			RELAY,
			() => Object.assign(new Error('nope'), { code: 'ENOTFOUND' }),
			'Kling can’t be reached',
			1,
		],
		[
			'no answer',
			GLOBAL,
			() => Object.assign(new Error('late'), { code: 'ETIMEDOUT' }),
			'Kling didn’t answer in time',
			1,
		],
		[
			'Kling AI’s trouble',
			GLOBAL,
			always(...kling(5000, 500)),
			'Kling couldn’t process the request',
			1,
		],
		[
			'a wrong key of Kling AI',
			GLOBAL,
			always(...kling(1000, 401)),
			'Kling rejected the key (code 1000, HTTP 401). Check the key',
			2,
		],
		[
			'F9 a Webhook Secret of one byte',
			{ ...GLOBAL, webhookSecret: 'whsec_MQ==' },
			always(...ACCOUNT),
			"'Webhook Secret' in the Kling API credential must be Base64 of at least 16 bytes",
			0,
		],
		[
			'F9 a Webhook Secret that is a passphrase',
			{ ...RELAY, webhookSecret: 'let-me-in-let-me-in' },
			always(...ACCOUNT),
			"'Webhook Secret'",
			0,
		],
		[
			'an empty key',
			{ ...GATEWAY, apiKey: ' ' },
			always(...ACCOUNT),
			"'API Key' in the Kling API credential is empty",
			0,
		],
		[
			'no address',
			{ ...GATEWAY, baseUrl: '' },
			always(...ACCOUNT),
			"'Base URL' in the Kling API credential",
			0,
		],
	])('%s', async (...[, data, service, message, requests]) => {
		const { result, questions } = await test(data, service);
		expect(result.status).toBe('Error');
		expect(result.message).toContain(message);
		expect(result.message).toMatch(/[.!]$/);
		expect(questions.length).toBeLessThanOrEqual(3);
		if (requests !== undefined) expect(questions).toHaveLength(requests);
	});
});

describe('a key of Kling AI’s other region', () => {
	it.each([
		[
			'Global',
			GLOBAL,
			'api-beijing.klingai.com',
			"Set 'Region' in the Kling API credential to China.",
		],
		[
			'China',
			CHINA,
			'api-singapore.klingai.com',
			"Set 'Region' in the Kling API credential to Global.",
		],
		['Global, empty there', GLOBAL, 'api-beijing.klingai.com', 'to China.', kling(1102, 429)],
	] as const)('is recognised in %s', async (_id, data, home, message, there = ACCOUNT) => {
		const { result, questions } = await test(data, ({ host }) =>
			host === home ? (there as Answer) : kling(1000, 401),
		);
		expect(result.status).toBe('Error');
		expect(result.message).toContain(message);
		expect(questions.map(({ path }) => path)).toEqual(['/account/costs', '/account/costs']);
	});

	it('is asked for at Kling AI only', async () => {
		for (const data of [RELAY, GATEWAY]) {
			const { questions } = await test(data, always(...kling(1000, 401)));
			expect(new Set(questions.map(({ host }) => host))).toEqual(new Set(['relay.example']));
		}
	});
});

describe('the control question', () => {
	it.each([
		['sk-goodKey0123456789', /^sk-[a-z]{4}[A-Z][a-z]{2}\d{10}$/],
		['ABCDEF', /^[A-Z]{6}$/],
		['12345678-abcd', /^\d{8}-[a-z]{4}$/],
		['===', /^===x$/],
	])('has a key of the shape of %s', async (apiKey, shape) => {
		const { questions } = await test({ ...GATEWAY, apiKey }, always(...NO_TASK));
		expect(questions).toHaveLength(2);
		expect(questions[0]).toEqual({ ...questions[1], key: apiKey });
		expect(questions[1]?.key).toMatch(shape);
		expect(questions[1]?.key).not.toBe(apiKey);
	});

	it('is signed with another secret where keys sign', async () => {
		const { questions } = await test(RELAY_SIGNED, always(...NO_TASK));
		const [, , control] = questions;
		expect(questions).toHaveLength(3);
		const claims = (token = '') =>
			JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { iss: string };
		expect(claims(control?.key).iss).toBe('AK');
		expect(tokenIsSigned(control?.key ?? '', 'SK')).toBe(false);
	});
});

it('R16 the message quotes no key', async () => {
	const { result } = await test(GATEWAY, ({ key }) => [
		401,
		{ message: `Invalid token: Bearer ${key}` },
	]);
	expect(result.message).toContain('Invalid token: Bearer ***');
	expect(result.message).not.toContain(KEY);
});
