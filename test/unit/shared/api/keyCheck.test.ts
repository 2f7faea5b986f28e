import { type Connection, toConnection } from '../../../../nodes/shared/api/connection';
import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import { type ApiReply, type ApiRequest, TransportError } from '../../../../nodes/shared/api/http';
import { checkKey, type KeyCheck } from '../../../../nodes/shared/api/keyCheck';

const EXAMPLE = ['sk', 'abcdef0123456789'].join('-');

const OFFICIAL = { apiKey: EXAMPLE };
const CHINA = { ...OFFICIAL, region: 'china' };
const RELAY = { ...OFFICIAL, region: 'custom', baseUrl: 'https://relay.example/kling' };
const GATEWAY = { apiKey: EXAMPLE, service: 'gateway', baseUrl: 'https://gateway.example' };
const ACCESS_KEY = { authentication: 'accessKey', accessKey: 'access', secretKey: 'secret' };

/** HTTP status and body. */
type Reply = readonly [status: number, body: unknown];

const json = (status: number, body: unknown): Reply => [status, body];
const code = (status: number, number: number): Reply => [status, { code: number, message: 'no' }];
const ACCOUNT = json(200, { code: 0, data: { resource_pack_subscribe_infos: [] } });
const NO_TASK = code(400, 1203);
const BAD_KEY = code(401, 1000);
const WEB_PAGE: Reply = [200, '<!doctype html><title>Welcome</title>'];
const NO_ROUTE = json(404, { message: 'Cannot GET /kling/account/costs' });

interface Service {
	/** To the question for the account. */
	account?: Reply | TransportError;
	/** The same at Kling's other host. */
	otherHost?: Reply;
	/** To the question for a task that cannot exist. */
	task?: Reply | TransportError;
	/** The same, asked with a wrong key. */
	wrongKey?: Reply;
}

/** @returns what the check came to, and how many requests it took */
async function check(credential: object, service: Service) {
	const connection = toConnection(credential);
	let requests = 0;
	const answer = (as: Connection, { path }: ApiRequest): Service[keyof Service] => {
		if (as.baseUrl !== connection.baseUrl) return service.otherHost;
		if (path.startsWith('/account/costs')) return service.account;
		const isRight = JSON.stringify(as.authentication) === JSON.stringify(connection.authentication);
		return isRight ? service.task : (service.wrongKey ?? (service.task as Reply));
	};
	const sendAs =
		(as: Connection) =>
		async (request: ApiRequest): Promise<ApiReply> => {
			requests += 1;
			const reply = await Promise.resolve(answer(as, request));
			if (reply instanceof TransportError) throw reply;
			if (reply === undefined) throw new Error(`No reply for ${request.path}`);
			const [status, body] = reply;
			return { status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) };
		};
	return { outcome: toRow(await checkKey(connection, sendAs, () => 0)), requests };
}

/** What it is, and of a failure the kind of its error. */
function toRow(outcome: KeyCheck): string {
	if (outcome.is === 'otherRegion') return `otherRegion ${outcome.region}`;
	if (outcome.is !== 'failed') return outcome.is;
	return `failed ${outcome.error instanceof KlingError ? outcome.error.kind : String(outcome.error)}`;
}

const UNREACHABLE = new TransportError('unreachable', 'ENOTFOUND');
const INTERRUPTED = new TransportError('interrupted', 'ECONNRESET');

describe('the check of a key', () => {
	it.each<[name: string, credential: object, service: Service, outcome: string, requests: number]>([
		['Kling tells of the account', OFFICIAL, { account: ACCOUNT }, 'accepted', 1],
		['access keys, too', ACCESS_KEY, { account: ACCOUNT }, 'accepted', 1],
		['an unpaid account', OFFICIAL, { account: code(429, 1101) }, 'accepted', 1],
		['no units left', OFFICIAL, { account: code(429, 1102) }, 'accepted', 1],
		['asked too often', OFFICIAL, { account: code(429, 1302) }, 'accepted', 1],
		[
			'the key of the other region',
			OFFICIAL,
			{ account: BAD_KEY, otherHost: ACCOUNT },
			'otherRegion china',
			2,
		],
		[
			'and the other way round',
			CHINA,
			{ account: BAD_KEY, otherHost: ACCOUNT },
			'otherRegion global',
			2,
		],
		[
			'a key that neither region knows',
			OFFICIAL,
			{ account: BAD_KEY, otherHost: BAD_KEY },
			'failed badKey',
			2,
		],
		['a clock that is slow', OFFICIAL, { account: code(401, 1003) }, 'failed tokenEarly', 1],
		[
			'an address that is not allowed',
			OFFICIAL,
			{ account: code(429, 1304) },
			'failed ipNotAllowed',
			1,
		],
		['no network', OFFICIAL, { account: UNREACHABLE }, 'failed unreachable', 1],
		['a lost reply', OFFICIAL, { account: INTERRUPTED }, 'failed interrupted', 1],
		[
			'an account without details',
			OFFICIAL,
			{ account: json(200, { code: 0 }) },
			'failed unreadable',
			1,
		],

		['a relay that passes the account on', RELAY, { account: ACCOUNT }, 'accepted', 1],
		['a relay that passes a refusal on', RELAY, { account: BAD_KEY }, 'failed badKey', 1],
		[
			'a relay without account: the key makes the difference',
			RELAY,
			{ account: NO_ROUTE, task: NO_TASK, wrongKey: json(401, { error: 'invalid token' }) },
			'accepted',
			3,
		],
		[
			'a relay without account that answers alike whatever the key',
			RELAY,
			{ account: WEB_PAGE, task: NO_TASK },
			'unproven',
			3,
		],
		[
			'a relay that refuses the key',
			RELAY,
			{ account: NO_ROUTE, task: json(401, { error: 'invalid token' }) },
			'failed badKey',
			2,
		],
		['a relay that is not there', RELAY, { account: UNREACHABLE }, 'failed unreachable', 1],

		[
			'a gateway: the key makes the difference',
			GATEWAY,
			{ task: json(404, { message: 'task not found' }), wrongKey: json(401, { message: 'no' }) },
			'accepted',
			2,
		],
		[
			'a gateway that answers alike',
			GATEWAY,
			{ task: json(404, { message: 'task not found' }) },
			'unproven',
			2,
		],
		['a gateway that refuses the key', GATEWAY, { task: json(401, {}) }, 'failed badKey', 1],
		['a web page', GATEWAY, { task: WEB_PAGE }, 'failed webPage', 1],
		['a service without such a route', GATEWAY, { task: NO_ROUTE }, 'failed notTheApi', 1],
		[
			'JSON of something else',
			GATEWAY,
			{ task: json(200, { hello: 'world' }) },
			'failed otherShape',
			2,
		],
		[
			'a service in trouble',
			GATEWAY,
			{ task: json(503, { message: 'try again later' }) },
			'failed proxyError',
			2,
		],
		[
			'a limit that only the right key meets proves nothing about a wrong one',
			GATEWAY,
			{ task: json(404, { message: 'task not found' }), wrongKey: json(429, { message: 'slow' }) },
			'unproven',
			2,
		],
	])('%s', async (_name, credential, service, outcome, requests) => {
		expect(await check(credential, service)).toEqual({ outcome, requests });
	});

	it('asks with a wrong key that has the form of the right one', async () => {
		const keys = new Set<string>();
		const sendAs =
			({ authentication }: Connection) =>
			async (): Promise<ApiReply> => {
				if (authentication.kind === 'apiKey') keys.add(authentication.apiKey);
				return await Promise.resolve({ status: 404, headers: {}, body: '{"message":"no task"}' });
			};
		await checkKey(toConnection(GATEWAY), sendAs, () => 0);
		const [, wrong] = [...keys];
		expect(keys.size).toBe(2);
		expect(wrong).toMatch(/^sk-[a-z]{6}\d{10}$/);
	});
});
