import { type Connection, toConnection } from '../../../../nodes/shared/api/connection';
import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import { type ApiReply, TransportError } from '../../../../nodes/shared/api/http';
import { checkKey } from '../../../../nodes/shared/api/keyCheck';

const KEY = 'sk-Right1234';

const CONNECTIONS = {
	kling: toConnection({ apiKey: KEY }),
	tokens: toConnection({ authentication: 'accessKey', accessKey: 'AK', secretKey: 'SK' }),
	relay: toConnection({ region: 'custom', baseUrl: 'https://relay.example', apiKey: KEY }),
	gateway: toConnection({ service: 'gateway', baseUrl: 'https://gw.example', apiKey: KEY }),
};

/** An HTTP status and a body; null where the connection breaks. */
type Answer = readonly [status: number, body: unknown] | null;

interface Service {
	/** To a question for the account. */
	account?: Answer;
	/** To the same at the other region. */
	elsewhere?: Answer;
	/** To a question for a task that cannot exist. */
	task?: Answer;
	/** To the same with a wrong key; absent: the same. */
	wrongKey?: Answer;
}

const ACCOUNT = [200, { code: 0, data: { resource_pack_subscribe_infos: [] } }] as const;
const NO_TASK = [404, { code: 1203, message: 'task not found' }] as const;
const BAD_KEY = [401, { code: 1002, message: 'access key not found' }] as const;
const NO_ROUTE = [404, { error: { message: 'Invalid URL (GET /account/costs)' } }] as const;
const UNKNOWN_KEY = [401, { error: { message: 'invalid api key' } }] as const;
const PAGE = [404, '<!doctype html>'] as const;

/** Plays the service, and notes what it is asked for. */
async function check(connection: Connection, service: Service) {
	const asked: Array<keyof Service> = [];
	const { account, elsewhere, task, wrongKey = task } = service;
	const result = await checkKey(connection, (as) => async ({ method, path }): Promise<ApiReply> => {
		expect(method).toBe('GET');
		const isOwnKey =
			JSON.stringify(as.authentication) === JSON.stringify(connection.authentication);
		const isElsewhere = as.baseUrl !== connection.baseUrl;
		const kind = path.startsWith('/account')
			? isElsewhere
				? 'elsewhere'
				: 'account'
			: isOwnKey
				? 'task'
				: 'wrongKey';
		asked.push(kind);
		const answer = { account, elsewhere, task, wrongKey }[kind];
		if (!answer) throw new TransportError('interrupted', 'reset');
		const [status, body] = answer;
		return { status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) };
	});
	const outcome =
		result.is === 'failed'
			? (result.error as KlingError).kind
			: result.is === 'otherRegion'
				? result.region
				: result.is;
	return { outcome, asked: asked.join(' ') };
}

describe('what the check of a key comes to', () => {
	it.each<[string, keyof typeof CONNECTIONS, Service, outcome: string, asked: string]>([
		// At Kling the account tells.
		['the account is told', 'kling', { account: ACCOUNT }, 'accepted', 'account'],
		[
			'there is an unpaid balance',
			'kling',
			{ account: [429, { code: 1101 }] },
			'accepted',
			'account',
		],
		[
			'there are no units left',
			'tokens',
			{ account: [429, { code: 1102 }] },
			'accepted',
			'account',
		],
		['the rate is limited', 'kling', { account: [429, { code: 1302 }] }, 'accepted', 'account'],
		[
			'the other region knows the key',
			'kling',
			{ account: BAD_KEY, elsewhere: ACCOUNT },
			'china',
			'account elsewhere',
		],
		[
			'neither region knows the key',
			'tokens',
			{ account: BAD_KEY, elsewhere: BAD_KEY },
			'badKey',
			'account elsewhere',
		],
		['the other region is silent', 'kling', { account: BAD_KEY }, 'badKey', 'account elsewhere'],
		[
			'the address is not allowed',
			'kling',
			{ account: [403, { code: 1304 }] },
			'ipNotAllowed',
			'account',
		],
		['nothing answers', 'kling', {}, 'interrupted', 'account'],
		['the service is in trouble', 'kling', { account: [500, {}] }, 'serverError', 'account'],
		['the answer is no account', 'kling', { account: [200, { code: 0 }] }, 'unreadable', 'account'],
		[
			'there is no account route',
			'kling',
			{ account: NO_ROUTE, task: NO_TASK, wrongKey: BAD_KEY },
			'accepted',
			'account task wrongKey',
		],

		// At a relay it tells if it is Kling's own word.
		['a relay passes Kling’s account on', 'relay', { account: ACCOUNT }, 'accepted', 'account'],
		['a relay passes Kling’s refusal on', 'relay', { account: BAD_KEY }, 'badKey', 'account'],
		[
			'a relay’s own refusal of the account',
			'relay',
			{ account: UNKNOWN_KEY, task: NO_TASK, wrongKey: UNKNOWN_KEY },
			'accepted',
			'account task wrongKey',
		],
		[
			'a relay’s web page for the account',
			'relay',
			{ account: [200, '<html>'], task: NO_TASK },
			'unproven',
			'account task wrongKey',
		],

		// Elsewhere the answer for a task, and how it changes with the key.
		[
			'only the wrong key is refused',
			'gateway',
			{ task: [404, { error: 'no such task' }], wrongKey: UNKNOWN_KEY },
			'accepted',
			'task wrongKey',
		],
		[
			'the wrong key is refused under the same status',
			'gateway',
			{ task: [400, { message: 'no such task' }], wrongKey: [400, { message: 'invalid token' }] },
			'accepted',
			'task wrongKey',
		],
		[
			'the two differ in IDs only',
			'gateway',
			{
				task: [400, { message: 'no such task', request_id: '1' }],
				wrongKey: [400, { message: 'no such task', request_id: '2' }],
			},
			'unproven',
			'task wrongKey',
		],
		[
			'the wrong key meets a limit',
			'gateway',
			{ task: [404, { message: 'no such task' }], wrongKey: [429, { message: 'slow down' }] },
			'unproven',
			'task wrongKey',
		],
		[
			'the wrong key gets no answer',
			'gateway',
			{ task: [200, { code: 0, data: null }], wrongKey: null },
			'unproven',
			'task wrongKey',
		],
		['both are refused', 'gateway', { task: UNKNOWN_KEY }, 'badKey', 'task'],
		[
			'both are told of a key, under HTTP 200',
			'gateway',
			{ task: [200, { message: 'token is invalid' }] },
			'badKey',
			'task wrongKey',
		],
		[
			'Kling’s envelope for both',
			'gateway',
			{ task: [200, { code: 0, data: {} }] },
			'unproven',
			'task wrongKey',
		],
		['a limit of Kling’s', 'gateway', { task: [429, { code: 1302 }] }, 'accepted', 'task'],
		[
			'a limit of the relay’s',
			'gateway',
			{ task: [429, { message: 'rate limit exceeded' }] },
			'unproven',
			'task wrongKey',
		],
		['other JSON', 'gateway', { task: [200, { hello: 'world' }] }, 'otherShape', 'task wrongKey'],
		['no permission', 'gateway', { task: [403, { error: 'no' }] }, 'noPermission', 'task'],
		[
			'no permission for the task',
			'gateway',
			{ task: [403, { error: 'not your task' }], wrongKey: UNKNOWN_KEY },
			'accepted',
			'task wrongKey',
		],
		['a redirect', 'gateway', { task: [302, ''] }, 'redirected', 'task'],
		['a web page', 'gateway', { task: PAGE }, 'notTheApi', 'task'],
		[
			'a proxy’s page for a service in trouble',
			'gateway',
			{ task: [502, '<html>'] },
			'proxyError',
			'task wrongKey',
		],
		['no such route', 'gateway', { task: NO_ROUTE }, 'notTheApi', 'task'],
		['no such method', 'gateway', { task: [405, {}] }, 'notTheApi', 'task'],
		[
			'any other refusal',
			'gateway',
			{ task: [404, { error: 'nope' }] },
			'notTheApi',
			'task wrongKey',
		],
		['nothing answers at all', 'gateway', {}, 'interrupted', 'task'],
	])('%s (%s)', async (_name, connection, service, outcome, asked) => {
		expect(await check(CONNECTIONS[connection], service)).toEqual({ outcome, asked });
	});
});

it('the wrong key is one of the same shape', async () => {
	const keys: string[] = [];
	await checkKey(CONNECTIONS.gateway, ({ authentication }) => async () => {
		keys.push('apiKey' in authentication ? authentication.apiKey : '');
		return { status: 404, headers: {}, body: '{"error":"no such task"}' };
	});
	expect(keys).toEqual([KEY, expect.stringMatching(/^sk-[A-Z][a-z]{4}\d{4}$/)]);
	expect(keys[1]).not.toBe(KEY);
});
