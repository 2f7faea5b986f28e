import { classify } from '../../../../../nodes/shared/api/errors/codes';
import type { ErrorKind } from '../../../../../nodes/shared/api/errors/kinds';

const kindOf = (...reply: Parameters<typeof classify>) => classify(...reply).kind;

describe('the kind of a refusal', () => {
	it.each<[number, number, ErrorKind]>([
		[1000, 401, 'badKey'],
		[1001, 401, 'missingKey'],
		[1002, 401, 'badKey'],
		[1003, 401, 'tokenEarly'],
		[1004, 401, 'tokenExpired'],
		[1100, 429, 'accountRestricted'],
		[1101, 429, 'unpaid'],
		[1102, 429, 'noUnits'],
		[1103, 403, 'noPermission'],
		[1200, 400, 'badRequest'],
		[1201, 400, 'badParameter'],
		[1202, 404, 'unsupported'],
		[1203, 404, 'notFound'],
		[1300, 400, 'policy'],
		[1301, 400, 'moderation'],
		[1302, 429, 'rateLimited'],
		[1303, 429, 'concurrencyLimit'],
		[1304, 429, 'ipNotAllowed'],
		[5000, 500, 'serverError'],
		[5001, 503, 'maintenance'],
		[5002, 504, 'overloaded'],
	])('with code %i over HTTP %i, or any other status, is %s', (code, httpStatus, kind) => {
		for (const status of [httpStatus, 200, 400, 429, 500]) expect(kindOf(status, code)).toBe(kind);
	});

	it.each<[number, ErrorKind]>([
		[400, 'badRequest'],
		[401, 'badKey'],
		[402, 'noQuota'],
		[403, 'noPermission'],
		[404, 'notFound'],
		[405, 'unsupported'],
		[408, 'timeout'],
		[409, 'conflict'],
		[410, 'notFound'],
		[413, 'tooLarge'],
		[418, 'refused'],
		[422, 'badRequest'],
		[425, 'busy'],
		[429, 'busy'],
		[499, 'refused'],
		[500, 'serverError'],
		[502, 'proxyError'],
		[503, 'proxyError'],
		[504, 'proxyError'],
		[599, 'proxyError'],
	])(
		'with HTTP %i is %s when there is no code, or one that Kling may add later',
		(status, kind) => {
			for (const code of [undefined, 9999, 1, -1]) expect(kindOf(status, code)).toBe(kind);
		},
	);

	it.each<[string, number, ErrorKind]>([
		['No available channel for model kling-v3', 503, 'modelUnavailable'],
		['model_not_found', 404, 'modelUnavailable'],
		['The model kling-v9 does not exist', 400, 'modelUnavailable'],
		['模型不存在', 400, 'modelUnavailable'],
		['Rate limit reached', 429, 'rateLimited'],
		['Too many requests', 403, 'rateLimited'],
		['请求过于频繁', 429, 'rateLimited'],
		['too many concurrent tasks', 429, 'concurrencyLimit'],
		['insufficient_user_quota', 403, 'noQuota'],
		['用户额度不足', 500, 'noQuota'],
		['task_not_exist', 400, 'notFound'],
		['Invalid token', 400, 'badKey'],
		['无效的令牌', 401, 'badKey'],
		['该令牌已过期', 403, 'badKey'],
		['该令牌状态不可用', 401, 'badKey'],
		['该令牌无权访问模型 kling-v2-6', 403, 'noPermission'],
		['This token has no access to model kling-v2-6', 403, 'noPermission'],
		['令牌没有该分组的使用权限', 403, 'noPermission'],
		['Unauthorized to use model kling-v3', 403, 'noPermission'],
		['令牌不支持此操作', 403, 'noPermission'],
		['您的 IP 不在令牌允许访问的列表中', 403, 'ipNotAllowed'],
		['Your IP is not in the list of allowed IPs for this token', 403, 'ipNotAllowed'],
		['IP地址未授权', 403, 'ipNotAllowed'],
		['request from 1.2.3.4 denied: IP not whitelisted', 403, 'ipNotAllowed'],
		['The prompt contains sensitive words', 400, 'moderation'],
		['内容违规', 403, 'moderation'],
		['a sentence of its own', 400, 'badRequest'],
		['The balance is fine, but the server is not', 301, 'refused'],
	])('in a relay’s words "%s" over HTTP %i is %s', (message, status, kind) => {
		expect(kindOf(status, undefined, { message })).toBe(kind);
		expect(kindOf(status, undefined, { codeWords: [message] })).toBe(kind);
	});

	it('goes by Kling’s code, whatever the words are', () => {
		expect(kindOf(429, 1303, { message: 'insufficient balance' })).toBe('concurrencyLimit');
	});

	it('is not found in a text that is no message', () => {
		expect(kindOf(400, undefined, { message: `${'x'.repeat(2000)} quota` })).toBe('badRequest');
	});

	it.each<[string, ErrorKind]>([
		['failure to get a peer from the ring-balancer', 'proxyError'],
		['load balancer: upstream request timeout', 'proxyError'],
		['no route to load balance target', 'proxyError'],
		['payment-service unavailable', 'proxyError'],
		['task created, but billing record could not be saved', 'proxyError'],
	])('is not read out of parts of words: %s', (message, kind) => {
		expect(kindOf(502, undefined, { message })).toBe(kind);
	});

	it.each<[string, ErrorKind]>([
		['get_channel_failed', 'modelUnavailable'],
		['channel:no_available_key', 'modelUnavailable'],
		['model_price_error', 'refused'],
		['convert_request_failed', 'refused'],
		['insufficient_user_quota', 'noQuota'],
		['system_cpu_overloaded', 'busy'],
	])('is known from a relay’s code word, also from one that it quotes: %s', (word, kind) => {
		for (const codeWords of [[word], ['fail_to_fetch_task', word]]) {
			expect(classify(503, undefined, { codeWords })).toEqual({ kind, evidence: 'relayCode' });
		}
	});

	it.each(['do_request_failed', 'bad_response_status_code', 'fail_to_fetch_task', 'new_word'])(
		'is no relay’s when the word may come after the forwarding: %s',
		(word) => {
			expect(classify(500, undefined, { codeWords: [word] }).evidence).not.toBe('relayCode');
		},
	);
});
