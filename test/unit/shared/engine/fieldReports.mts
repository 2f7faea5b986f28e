/**
 * What real services, relays and networks were reported to do, and what must come of it. A new report
 * is one more row. Each runs one video through the whole engine on a virtual clock; the rules answer
 * its requests, the first one that fits.
 */
import type { ErrorKind } from '../../../../nodes/shared/api/errors/kinds.ts';
import { TransportError, type ApiRequest } from '../../../../nodes/shared/api/http.ts';

export interface Answer {
	status?: number;
	/** JSON, or text as it is. */
	body: unknown;
}

export type Reply = Answer | TransportError;

export interface Rule {
	on: (request: ApiRequest) => boolean;
	/** One after the other; the last one repeats. */
	replies: readonly Reply[];
}

export interface FieldReport {
	name: string;
	credential?: object;
	model?: string;
	externalTaskId?: string;
	rules: readonly Rule[];
	/** The kind of the error, or the address of the video that is delivered. */
	ends: { kind: ErrorKind } | { url: string };
	/** Whether it stays open that the video was started; absent: it does not. */
	isUnsure?: true;
	/** How many requests to create there are, exactly. */
	creations: number;
	/** Requests of any kind, at most. */
	requests: number;
	/** When it is over at the latest; seconds. */
	within: number;
}

const RELAY = { service: 'official', region: 'custom', baseUrl: 'https://api.relay.example' };
const GATEWAY = { service: 'gateway', baseUrl: 'https://gateway.example' };

const create = ({ method }: ApiRequest) => method === 'POST';
const check = ({ method, path }: ApiRequest) => method === 'GET' && !isLookUp(path);
const lookUp = ({ method, path }: ApiRequest) => method === 'GET' && isLookUp(path);
const all = () => true;

/** By the external task ID that the engine derives, or that the row gives. */
function isLookUp(path: string): boolean {
	return (
		path.includes('video-name') || path.includes('order-1') || path.includes('external_task_ids')
	);
}

const json = (body: unknown, status = 200): Answer => ({ status, body });
const task = (status: string, more: object = {}) =>
	json({ code: 0, message: 'SUCCEED', data: { task_id: '8672', task_status: status, ...more } });
const URL = 'https://cdn.example/a.mp4';
const RESULT = { task_result: { videos: [{ id: 'v1', url: URL, duration: '5' }] } };
const DONE = task('succeed', RESULT);
const UNKNOWN_TASK = json({ code: 1203, message: 'task not found' }, 404);
const PAGE: Answer = { status: 200, body: '<!doctype html><html><body>Welcome</body></html>' };
const LOST = new TransportError('interrupted', 'socket hang up');
const UNREACHABLE = new TransportError('unreachable', 'self-signed certificate in chain');

export const FIELD_REPORTS: readonly FieldReport[] = [
	{
		name: 'R5 a list shows "succeed" without a result, the single query has it',
		rules: [
			{ on: create, replies: [task('submitted')] },
			{ on: check, replies: [task('processing'), task('succeed'), DONE] },
		],
		ends: { url: URL },
		creations: 1,
		requests: 6,
		within: 60,
	},
	{
		name: 'R9 a relay ignores external_task_ids and answers with other people’s tasks',
		credential: { ...RELAY },
		model: 'kling-3.0-turbo',
		rules: [
			{ on: create, replies: [LOST] },
			{
				on: lookUp,
				replies: [
					json({ code: 0, data: [{ id: '1', status: 'succeeded', external_id: 'somebody-else' }] }),
				],
			},
		],
		ends: { kind: 'interrupted' },
		isUnsure: true,
		creations: 1,
		requests: 3,
		within: 60,
	},
	{
		name: 'R10 a code nested as text: 1102 over HTTP 429 is final',
		credential: RELAY,
		rules: [
			{
				on: create,
				replies: [
					json(
						{
							code: 'fail_to_fetch_task',
							message: '{"code":1102,"message":"Account balance not enough"}',
							data: null,
						},
						429,
					),
				],
			},
		],
		ends: { kind: 'noUnits' },
		creations: 1,
		requests: 1,
		within: 5,
	},
	{
		name: 'R10 a code nested twice, with words around it',
		credential: RELAY,
		rules: [
			{
				on: create,
				replies: [
					json(
						{ error: { message: 'upstream said: {"error":{"code":"1101","message":"arrears"}}' } },
						429,
					),
				],
			},
		],
		ends: { kind: 'unpaid' },
		creations: 1,
		requests: 1,
		within: 5,
	},
	{
		name: 'R11 a relay without a channel for the model, as 503',
		credential: RELAY,
		rules: [
			{
				on: create,
				replies: [
					json(
						{
							error: {
								code: 'model_not_found',
								message:
									'No available channel for model kling-v3 under group default (distributor)',
								type: 'new_api_error',
							},
						},
						503,
					),
				],
			},
		],
		ends: { kind: 'modelUnavailable' },
		creations: 1,
		requests: 1,
		within: 5,
	},
	{
		name: 'R11 a relay that does not know the model, as 400 in other words',
		credential: RELAY,
		rules: [
			{
				on: create,
				replies: [json({ error: { message: 'The model kling-v9 does not exist' } }, 400)],
			},
		],
		ends: { kind: 'modelUnavailable' },
		creations: 1,
		requests: 1,
		within: 5,
	},
	{
		name: 'R12 403 insufficient_user_quota',
		credential: RELAY,
		rules: [
			{
				on: create,
				replies: [
					json({ error: { code: 'insufficient_user_quota', message: '用户额度不足' } }, 403),
				],
			},
		],
		ends: { kind: 'noQuota' },
		creations: 1,
		requests: 1,
		within: 5,
	},
	{
		name: 'R12 402',
		credential: GATEWAY,
		model: 'kling-v1-6',
		rules: [{ on: create, replies: [json({ message: 'Payment Required' }, 402)] }],
		ends: { kind: 'noQuota' },
		creations: 1,
		requests: 1,
		within: 5,
	},
	{
		name: 'R12 422',
		credential: GATEWAY,
		model: 'kling-v1-6',
		rules: [{ on: create, replies: [json({ detail: 'duration: must be 5 or 10' }, 422)] }],
		ends: { kind: 'badRequest' },
		creations: 1,
		requests: 1,
		within: 5,
	},
	{
		name: 'a refusal under HTTP 200 in a relay’s own words',
		credential: RELAY,
		rules: [
			{ on: create, replies: [json({ code: 'quota_exceeded', message: 'no credit', data: null })] },
		],
		ends: { kind: 'noQuota' },
		creations: 1,
		requests: 1,
		within: 5,
	},
	{
		name: 'N1 no connection: three tries, nothing was started',
		credential: GATEWAY,
		model: 'kling-v1-6',
		rules: [{ on: all, replies: [UNREACHABLE] }],
		ends: { kind: 'unreachable' },
		creations: 3,
		requests: 3,
		within: 10,
	},
	{
		name: 'N2 a wrong address that answers web pages to everything',
		credential: RELAY,
		rules: [{ on: all, replies: [PAGE] }],
		ends: { kind: 'notTheApi' },
		creations: 1,
		requests: 7,
		within: 60,
	},
	{
		name: 'N2 the same with a gateway, which has no look-up',
		credential: GATEWAY,
		model: 'kling-v1-6',
		rules: [{ on: all, replies: [PAGE] }],
		ends: { kind: 'notTheApi' },
		creations: 1,
		requests: 2,
		within: 60,
	},
	{
		name: 'N2 a wrong address that answers some other JSON to everything',
		credential: RELAY,
		rules: [{ on: all, replies: [json({ hello: 'world' })] }],
		ends: { kind: 'notTheApi' },
		// What answers JSON may have passed the request on.
		isUnsure: true,
		creations: 1,
		requests: 7,
		within: 60,
	},
	{
		name: 'N2 a wrong address that answers JSON 404 to everything',
		credential: RELAY,
		rules: [{ on: all, replies: [json({ error: 'Not Found' }, 404)] }],
		ends: { kind: 'notFound' },
		creations: 1,
		requests: 2,
		within: 60,
	},
	{
		name: 'a web page once, where the API answers afterwards: the video may have been started',
		credential: GATEWAY,
		model: 'kling-v1-6',
		rules: [
			{ on: create, replies: [PAGE] },
			{ on: all, replies: [json({ message: 'no such task' }, 404)] },
		],
		ends: { kind: 'webPage' },
		isUnsure: true,
		creations: 1,
		requests: 2,
		within: 60,
	},
	{
		name: 'N3 a refusal stands although the look-up after it says nothing',
		credential: RELAY,
		rules: [
			{ on: create, replies: [json({ code: 1201, message: 'duration is invalid' }, 400)] },
			{ on: lookUp, replies: [json({ code: 0, message: 'SUCCEED', data: null })] },
		],
		ends: { kind: 'badParameter' },
		creations: 1,
		requests: 2,
		within: 5,
	},
	{
		name: 'N3 a refusal stands although the look-up after it fails',
		rules: [
			{ on: create, replies: [json({ code: 1201, message: 'duration is invalid' }, 400)] },
			{ on: lookUp, replies: [json({ message: 'boom' }, 500)] },
		],
		ends: { kind: 'badParameter' },
		creations: 1,
		requests: 2,
		within: 5,
	},
	{
		name: 'N3 data null under code 0 means "no such task" at Kling AI: created again',
		rules: [
			{ on: create, replies: [LOST, task('submitted')] },
			{ on: lookUp, replies: [json({ code: 0, message: 'SUCCEED', data: null })] },
			{ on: check, replies: [DONE] },
		],
		ends: { url: URL },
		creations: 2,
		requests: 4,
		within: 60,
	},
	{
		name: 'N4 every creation fails for a long time',
		rules: [
			{ on: create, replies: [json({ code: 5000, message: 'internal' }, 500)] },
			{ on: lookUp, replies: [UNKNOWN_TASK] },
		],
		ends: { kind: 'serverError' },
		creations: 8,
		requests: 16,
		within: 6 * 60,
	},
	{
		name: 'N4 nothing answers any more, creations and look-ups alike',
		rules: [{ on: all, replies: [json({ message: 'Bad Gateway' }, 502)] }],
		ends: { kind: 'proxyError' },
		isUnsure: true,
		creations: 1,
		requests: 9,
		within: 6 * 60,
	},
	{
		name: 'N5 a lost reply at a relay whose look-up says "task_not_exist": not created again',
		credential: RELAY,
		rules: [
			{ on: create, replies: [LOST] },
			{ on: lookUp, replies: [json({ code: 'task_not_exist', data: null }, 400)] },
		],
		ends: { kind: 'interrupted' },
		isUnsure: true,
		creations: 1,
		requests: 2,
		within: 60,
	},
	{
		name: 'N5 a lost reply at a relay that answers in Kling’s own words: created again',
		credential: RELAY,
		rules: [
			{ on: create, replies: [LOST, task('submitted')] },
			{ on: lookUp, replies: [UNKNOWN_TASK] },
			{ on: check, replies: [DONE] },
		],
		ends: { url: URL },
		creations: 2,
		requests: 4,
		within: 60,
	},
	{
		name: 'N5 a relay’s bare 404 leaves it open',
		credential: RELAY,
		rules: [
			{ on: create, replies: [LOST] },
			{ on: lookUp, replies: [json('', 404)] },
		],
		ends: { kind: 'interrupted' },
		isUnsure: true,
		creations: 1,
		requests: 2,
		within: 60,
	},
	{
		name: 'N6 a new task is 404 once',
		rules: [
			{ on: create, replies: [task('submitted')] },
			{ on: check, replies: [UNKNOWN_TASK, DONE] },
		],
		ends: { url: URL },
		creations: 1,
		requests: 3,
		within: 30,
	},
	{
		name: 'N6 a new task is 400 task_not_exist, then 408',
		credential: RELAY,
		rules: [
			{ on: create, replies: [task('submitted')] },
			{
				on: check,
				replies: [json({ code: 'task_not_exist', data: null }, 400), json('', 408), DONE],
			},
		],
		ends: { url: URL },
		creations: 1,
		requests: 4,
		within: 60,
	},
	{
		name: 'N6 a task that stays unknown is given up',
		rules: [
			{ on: create, replies: [task('submitted')] },
			{ on: check, replies: [UNKNOWN_TASK] },
		],
		ends: { kind: 'notFound' },
		creations: 1,
		requests: 20,
		within: 90,
	},
	{
		name: 'a long outage while waiting: minutes, with few requests',
		rules: [
			{ on: create, replies: [task('submitted')] },
			{ on: check, replies: [json({ message: 'Bad Gateway' }, 502)] },
		],
		ends: { kind: 'proxyError' },
		creations: 1,
		requests: 25,
		within: 17 * 60,
	},
	...(
		[
			['ring-balancer', 503, { message: 'failure to get a peer from the ring-balancer' }],
			['load balancer', 504, { message: 'load balancer: upstream request timeout' }],
			['billing', 500, { message: 'task created, but billing record could not be saved' }],
			['payment', 502, { error: 'payment-service' }],
			['Kling’s code that is no limit', 503, { code: 1203, message: 'no' }],
		] as const
	).map(
		([name, status, body]): FieldReport => ({
			name: `a server error proves nothing, whatever its words say: ${name}`,
			credential: RELAY,
			rules: [
				{ on: create, replies: [json(body, status)] },
				{ on: all, replies: [json('', 404)] },
			],
			ends: {
				kind: name.startsWith('Kling')
					? 'notFound'
					: name === 'billing'
						? 'serverError'
						: 'proxyError',
			},
			isUnsure: true,
			creations: 1,
			requests: 2,
			within: 60,
		}),
	),
	...['too many concurrent requests, reset before headers', 'rate limit exceeded'].map(
		(message): FieldReport => ({
			name: `a server error that sounds like a limit is no limit: ${message}`,
			credential: RELAY,
			rules: [
				{ on: create, replies: [json({ message }, 503)] },
				{ on: all, replies: [json('', 404)] },
			],
			ends: { kind: message.startsWith('rate') ? 'rateLimited' : 'concurrencyLimit' },
			isUnsure: true,
			creations: 1,
			requests: 2,
			within: 60,
		}),
	),
	...(
		[
			['an empty envelope', json({ code: 0, message: 'SUCCEED', data: null })],
			['an empty list', json({ code: 0, data: [] })],
			['nothing', json('')],
			['a redirection', json('', 303)],
		] as const
	).map(
		([name, answer]): FieldReport => ({
			name: `a creation answered by ${name} may have succeeded`,
			credential: GATEWAY,
			model: 'kling-v1-6',
			rules: [
				{ on: create, replies: [answer] },
				{ on: all, replies: [json('', 404)] },
			],
			ends: {
				kind:
					name === 'nothing'
						? 'unreadable'
						: name === 'a redirection'
							? 'redirected'
							: 'otherShape',
			},
			isUnsure: true,
			creations: 1,
			requests: 2,
			within: 60,
		}),
	),
	...(
		[
			['a code that nobody knows', json({ code: 1, msg: 'ok', data: { task_id: '8672' } })],
			['no status', json({ task_id: '8672' })],
			['a list', json([{ task_id: '8672' }])],
			['504', json({ task_id: '8672', message: 'upstream timed out' }, 504)],
			['402', json({ error: { message: 'balance' }, data: { task_id: '8672' } }, 402)],
		] as const
	).map(
		([name, answer]): FieldReport => ({
			name: `a task’s ID is that task, also with ${name}`,
			credential: RELAY,
			rules: [
				{ on: create, replies: [answer] },
				{ on: check, replies: [DONE] },
			],
			ends: { url: URL },
			creations: 1,
			requests: 2,
			within: 60,
		}),
	),
	...[
		'get_channel_failed',
		'channel:no_available_key',
		'model_price_error',
		'convert_request_failed',
	].map(
		(code): FieldReport => ({
			name: `a relay that refuses before it forwards: ${code}`,
			credential: RELAY,
			rules: [
				{
					on: create,
					replies: [json({ error: { code, message: 'no', type: 'new_api_error' } }, 500)],
				},
			],
			ends: { kind: code.includes('channel') ? 'modelUnavailable' : 'refused' },
			creations: 1,
			requests: 1,
			within: 5,
		}),
	),
	{
		name: 'a proxy that takes no request of this size',
		credential: RELAY,
		rules: [{ on: create, replies: [{ status: 413, body: '<html>413 Too Large</html>' }] }],
		ends: { kind: 'tooLarge' },
		creations: 1,
		requests: 1,
		within: 5,
	},
	{
		name: 'Kling 4.0 may ignore external IDs: not found proves nothing',
		model: 'kling-4.0',
		rules: [
			{ on: create, replies: [LOST] },
			{ on: lookUp, replies: [json({ code: 0, data: [] })] },
		],
		ends: { kind: 'interrupted' },
		isUnsure: true,
		creations: 1,
		requests: 2,
		within: 60,
	},
];
