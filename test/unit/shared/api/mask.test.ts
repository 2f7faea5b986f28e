/** R16: keys are masked before anything is shown, logged or stored. */
import { authorization } from '../../../../nodes/shared/api/auth';
import { KlingClient } from '../../../../nodes/shared/api/client';
import { type Connection, toConnection } from '../../../../nodes/shared/api/connection';
import { KlingError, taskFailed } from '../../../../nodes/shared/api/errors/klingError';
import { type ApiReply, type Send, TransportError } from '../../../../nodes/shared/api/http';
import { masked, maskerOf, maskKeys } from '../../../../nodes/shared/api/mask';
import { toOutput } from '../../../../nodes/shared/items/toItem';
import { notes } from '../../../../nodes/shared/n8n/words/notes';
import { processorTime } from '../../../../testkit/processorTime.mts';

const KEY = ['sk', 'Zm9vYmFyMTIzNDU2Nzg5MA'].join('-');
const ACCESS_KEY = 'AKabcdefghijklmnop';
const SECRET_KEY = 'q+r/s=T"u\\v0123456789';
const SECRET = ['whsec', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'].join('_');

const BY_API_KEY = toConnection({ apiKey: KEY, webhookSecret: SECRET });
const BY_TOKEN = toConnection({
	authentication: 'accessKey',
	accessKey: ACCESS_KEY,
	secretKey: SECRET_KEY,
});
const TOKEN = authorization(BY_TOKEN, 1_781_080_794_000).replace('Bearer ', '');

const reply = (body: unknown, status = 401): ApiReply => ({
	status,
	headers: {},
	body: typeof body === 'string' ? body : JSON.stringify(body),
});

const clientOf = (send: Send, connection: Connection) =>
	new KlingClient(connection, masked(send, connection));

const failureOf = async (send: Send, connection: Connection) =>
	await clientOf(send, connection)
		.find('1')
		.then(
			() => undefined,
			(error: unknown) => error,
		);

describe('an error does not quote the connection’s own keys', () => {
	it.each<[id: string, Connection, ApiReply, string[]]>([
		['R16 401', BY_API_KEY, reply({ message: `Invalid token: Bearer ${KEY}` }), [KEY]],
		['R16 502', BY_API_KEY, reply(`upstream refused: Bearer ${KEY}`, 502), [KEY]],
		['R16 as a code’s message', BY_API_KEY, reply({ code: 1002, message: KEY }), [KEY]],
		['in an error object', BY_API_KEY, reply({ error: { message: `key ${KEY} is bad` } }), [KEY]],
		['in the request ID', BY_API_KEY, reply({ request_id: KEY, message: 'no' }), [KEY]],
		['in a web page', BY_API_KEY, reply(`<html>Authorization: Bearer ${KEY}</html>`, 403), [KEY]],
		['in an address', BY_API_KEY, reply(`https://a.example/?api_key=${KEY}`, 500), [KEY]],
		['in JSON of another shape', BY_API_KEY, reply({ key: KEY }, 200), [KEY]],
		['in half a document', BY_API_KEY, reply(`{"key": "${KEY}`, 200), [KEY]],
		[
			'where an excerpt is cut',
			BY_API_KEY,
			reply(`${'x'.repeat(190)}${KEY}`, 500),
			[KEY.slice(0, 9)],
		],
		['the secret key', BY_TOKEN, reply({ message: `bad: ${SECRET_KEY}` }), [SECRET_KEY]],
		[
			'the secret key as it stands in JSON',
			BY_TOKEN,
			reply(`no JSON, but ${JSON.stringify(SECRET_KEY)}`, 500),
			[SECRET_KEY, 'q+r/s=T'],
		],
		[
			'the secret key in an address',
			BY_TOKEN,
			reply(`?k=${encodeURIComponent(SECRET_KEY)}`, 500),
			['q%2Br'],
		],
		[
			'the secret key in JSON of PHP’s',
			BY_TOKEN,
			reply('"q+r\\/s=T\\"u\\\\v0123456789"', 500),
			['s=T'],
		],
		['the access key', BY_TOKEN, reply({ message: `unknown: ${ACCESS_KEY}` }), [ACCESS_KEY]],
		[
			'a signed token',
			BY_TOKEN,
			reply({ message: `expired: ${TOKEN}` }),
			[TOKEN, TOKEN.slice(0, 60)],
		],
		['the Webhook Secret', BY_API_KEY, reply({ message: SECRET }), [SECRET, SECRET.slice(6)]],
	])('%s', async (_id, connection, answer, secrets) => {
		const error = (await failureOf(
			async () => await Promise.resolve(answer),
			connection,
		)) as KlingError;
		expect(error).toBeInstanceOf(KlingError);
		const text = `${error.message} ${JSON.stringify(error.facts)}`;
		for (const secret of secrets) expect(text).not.toContain(secret);
		expect(text).toContain('***');
	});

	it.each([
		['a network error', `Invalid header: Authorization: Bearer ${KEY}`],
		['an address', `getaddrinfo ENOTFOUND a.example/?key=${KEY}`],
		['nothing but the key', KEY],
	])('not from %s either', async (_id, detail) => {
		const send: Send = async () => await Promise.reject(new TransportError('unreachable', detail));
		const error = (await failureOf(send, BY_API_KEY)) as KlingError;
		expect(error.kind).toBe('unreachable');
		expect(error.facts.original).toContain('***');
		expect(`${error.message} ${JSON.stringify(error.facts)}`).not.toContain(KEY);
	});
});

it('a task does not quote them either, also with Simplify off', async () => {
	const body = {
		code: 0,
		data: {
			task_id: '1',
			task_status: 'failed',
			task_status_msg: `upstream said: Invalid token: Bearer ${KEY}`,
			more: [{ token: KEY }],
		},
	};
	const client = clientOf(async () => await Promise.resolve(reply(body, 200)), BY_API_KEY);
	const task = await client.find('1');
	expect(JSON.stringify(task)).not.toContain(KEY);
	expect(task.raw).toMatchObject({ data: { more: [{ token: '***' }] } });
	expect(taskFailed(task).facts.reason).toBe('upstream said: Invalid token: Bearer ***');
});

describe('a key that looks like one is masked in messages, whoever’s it is', () => {
	it.each([
		['Invalid token: Bearer sk-1234567890abcdef', 'Invalid token: Bearer ***'],
		['Incorrect API key provided: sk-proj-AbC_123-xyz.', 'Incorrect API key provided: ***.'],
		['Incorrect API key provided: 0123456789abcdef.', 'Incorrect API key provided: ***'],
		['bearer 9f8e7d6c5b4a', 'bearer ***'],
		['Authorization: Basic dXNlcjpwYXNzMTIz', 'Authorization: Basic ***'],
		['authorization=abc', 'authorization=***'],
		['{"Authorization":"Bearer abc123def456"}', '{"Authorization":"Bearer ***"}'],
		['{\\"api_key\\":\\"abc123def456\\"}', '{\\"api_key\\":\\"***\\"}'],
		['https://a.example/v1?api_key=abcdef&x=1', 'https://a.example/v1?api_key=***&x=1'],
		['https://a.example/v1?key=AIzaSyA&x=1', 'https://a.example/v1?key=***&x=1'],
		['x-api-key: 0a1b2c3d4e', 'x-api-key: ***'],
		['secret_key = Abc123456', 'secret_key = ***'],
		['password=hunter2', 'password=***'],
		[`token ${TOKEN} has expired`, 'token *** has expired'],
		[`cut off: ${TOKEN.slice(0, 30)}`, 'cut off: ***'],
		['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw is wrong', '*** is wrong'],
		['sk_live_abcdef123456 and rk-abcdef', '*** and ***'],
	])('%s', (message, expected) => {
		expect(maskKeys(message)).toBe(expected);
		expect(maskKeys(maskKeys(message))).toBe(expected);
	});

	it.each([
		'Bearer token required',
		'Authorization: missing',
		'the token has expired',
		'Invalid API key',
		'api_key is required',
		'task-12345678 not found',
		'task_id: 867283741759111202',
		'max_tokens: 2500 exceeded',
		'model kling-v2-6-master is not available',
		'risk-assessment-failed',
		'n8n-12-0-9f86d081884c7d659a2f',
		'Invalid URL (GET /v1/videos/text2video/n8n-credential-test)',
		'Failure to pass the risk control system',
		'提示词包含敏感内容',
	])('"%s" stays as it is', (message) => {
		expect(maskKeys(message)).toBe(message);
	});
});

describe('the same in what is made of it', () => {
	const MESSAGE = 'upstream: Bearer sk-1234567890abcdef';
	const task = {
		id: '1',
		status: 'failed',
		statusMessage: MESSAGE,
		videos: [],
		raw: {},
		format: 'v1',
	} as const;

	it.each([
		['an output item', () => toOutput({ ...task, videos: [] }).task_status_msg],
		['a failed task’s error', () => taskFailed({ ...task, videos: [] }).facts.reason],
		['an error', () => new KlingError('refused', { original: MESSAGE }).facts.original],
		['an error’s stack', () => new KlingError('refused', { original: MESSAGE }).stack],
		['a log line', () => notes.callbackNotHandled(String(new Error(MESSAGE)))],
		['another log line', () => notes.callbackIgnored(MESSAGE)],
	])('%s', (_id, text) => {
		expect(text()).toContain('upstream: Bearer ***');
		expect(text()).not.toContain('sk-1234567890abcdef');
	});
});

describe('data stays as it is', () => {
	it('a video’s address may carry a token of its own', async () => {
		const url = 'https://cdn.example/v.mp4?token=0123456789abcdef&Authorization=xyz123456';
		const body = {
			data: { task_id: '1', task_status: 'succeed', task_result: { videos: [{ url }] } },
		};
		const client = clientOf(async () => await Promise.resolve(reply(body, 200)), BY_API_KEY);
		expect((await client.find('1')).videos).toMatchObject([{ url }]);
	});

	it.each([
		['k', '{"task_id":"k1","task_status":"ok"}'],
		['task', '{"task_id":"1"}'],
		['1234567', '{"task_id":"12345678"}'],
	])('a key as short as "%s" stands in replies by chance', (apiKey, body) => {
		const mask = maskerOf(toConnection({ apiKey }));
		expect(mask(body)).toBe(body);
		expect(mask(`{"message":"Invalid token: Bearer ${apiKey}"}`)).toBe(
			'{"message":"Invalid token: Bearer ***"}',
		);
	});
});

describe('a key is masked however it is spelled', () => {
	const SPELLED = 'ab+cd/ef=gh-12:34.ü€';
	const mask = maskerOf(
		toConnection({ authentication: 'accessKey', accessKey: 'a', secretKey: SPELLED }),
	);
	const percent = encodeURIComponent(SPELLED);
	const escapedAll = [...SPELLED]
		.map((c) => (/[a-z0-9]/.test(c) ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`))
		.join('');

	it.each([
		['as it is', SPELLED],
		['in JSON', JSON.stringify(SPELLED)],
		['in JSON of PHP’s', SPELLED.replace(/\//g, '\\/')],
		['in JSON of .NET’s', escapedAll],
		[
			'in JSON with capital escapes',
			escapedAll.replace(/u00../g, (each) => `u00${each.slice(3).toUpperCase()}`),
		],
		['in JSON inside of JSON', JSON.stringify(JSON.stringify({ key: escapedAll }))],
		['in an address', percent],
		['in an address with small letters', percent.toLowerCase()],
		['in an address inside of one', encodeURIComponent(percent)],
		['in HTML', SPELLED.replace(/[+/=]/g, (c) => `&#x${c.charCodeAt(0).toString(16)};`)],
		['in capitals', SPELLED.toUpperCase()],
	])('%s', (_name, text) => {
		const masked = mask(`{"message":"key ${text} is wrong"}`);
		expect(masked).toContain('***');
		expect(masked).not.toMatch(/ab|12/i);
	});
});

/** Of the processor, not of the clock, and generous: what looks again at each place takes minutes. Milliseconds. */
const LIMIT = 2_000;
const MEGABYTE = 1_000_000;

describe('1 MB is masked in no time', () => {
	it.each([
		['Bearer '],
		['Bearer sk-'],
		['sk-'],
		['-sk-a'],
		['eyJ'],
		['-eyJ'],
		['eyJaaaaaaaa.'],
		['eyJaaaaaaaa.-'],
		['token'],
		['token '],
		['api_key provided '],
		['token:'],
		['token: Bearer '],
		['\\"token\\" : '],
		['whsec_'],
		['?key='],
		[KEY],
		[KEY.slice(0, -1)],
		[TOKEN.slice(0, 50)],
		[' '],
		['a'],
		['\u0000'],
	])('of %j', (part) => {
		const text = part.repeat(Math.ceil(MEGABYTE / part.length));
		const mask = [maskerOf(BY_API_KEY), maskerOf(BY_TOKEN), maskKeys];
		for (const each of mask) expect(processorTime(() => each(text))).toBeLessThan(LIMIT);
	});

	it.each(['token', 'Bearer', 'api_key', 'eyJ', 'sk-'])('of blanks behind %j', (part) => {
		const text = part + ' '.repeat(MEGABYTE) + part;
		expect(processorTime(() => maskKeys(text))).toBeLessThan(LIMIT);
	});
});
