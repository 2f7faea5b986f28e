/**
 * What service codes, relays' words and HTTP statuses mean. Adding one is one line.
 * Source: docs/kling-api.md#error-codes.
 */

import type { ErrorKind } from './kinds';

/** Kling's service codes, which also tell apart what HTTP 429 mixes up. */
const KIND_BY_CODE: Readonly<Record<number, ErrorKind>> = {
	1000: 'badKey',
	1001: 'missingKey',
	1002: 'badKey',
	1003: 'tokenEarly',
	1004: 'tokenExpired',
	1100: 'accountRestricted',
	1101: 'unpaid',
	1102: 'noUnits',
	1103: 'noPermission',
	1200: 'badRequest',
	1201: 'badParameter',
	1202: 'unsupported',
	1203: 'notFound',
	1300: 'policy',
	1301: 'moderation',
	1302: 'rateLimited',
	1303: 'concurrencyLimit',
	1304: 'ipNotAllowed',
	5000: 'serverError',
	5001: 'maintenance',
	5002: 'overloaded',
};

/**
 * The code words with which relays refuse a request before they pass it on, whatever the HTTP status
 * (new-api and its kin). Words of what comes later (`do_request_failed`, `bad_response_status_code`,
 * `fail_to_fetch_task`) are not among them: the service behind may have started the video.
 */
const KIND_BY_RELAY_CODE: ReadonlyArray<{ codes: RegExp; kind: ErrorKind }> = [
	{
		codes:
			/^(model_not_found|get_channel_failed|channel_not_found|channel:(no_available_key|model_mapped_error))$/,
		kind: 'modelUnavailable',
	},
	{
		codes:
			/^(insufficient_user_quota|pre_consume_token_quota_failed|quota_not_enough|quota_exceeded|insufficient_(quota|balance|credits)|entitlement_(required|inactive|daily_limit_exceeded|total_limit_exceeded))$/,
		kind: 'noQuota',
	},
	{ codes: /^token_concurrency_(limit_reached|unavailable)$/, kind: 'concurrencyLimit' },
	{
		codes: /^(upstream_load_saturated|system_(cpu|memory|disk)_overloaded)$/,
		kind: 'busy',
	},
	{ codes: /^sensitive_words_detected$/, kind: 'moderation' },
	{ codes: /^(access_denied|channel:invalid_key)$/, kind: 'noPermission' },
	{
		codes:
			/^(model_price_error|convert_request_failed|build_request_failed|invalid_request|bad_request_body|read_request_body_failed|count_token_failed|invalid_api_(type|platform)|json_marshal_failed|gen_relay_info_failed|channel:(param|header)_override_invalid)$/,
		kind: 'refused',
	},
];

/**
 * What relays say in words of their own, in the order in which it is looked for. They choose what users
 * read; whether anything was created they don't prove (creation.ts).
 */
const KIND_BY_WORDS: ReadonlyArray<{
	words: RegExp;
	statuses: (httpStatus: number) => boolean;
	kind: ErrorKind;
}> = [
	{
		words:
			/model[ _-]?not[ _-]?(found|available|supported|exist)|(no|unknown|invalid|unsupported) (such )?model|model .{0,60}(not (found|available|supported|exist)|unavailable|does ?n.t exist)|no available channel|模型不存在|无可用渠道|不支持.{0,10}模型/i,
		statuses: isError,
		kind: 'modelUnavailable',
	},
	{
		words:
			/rate[ _-]?limit|too[ _-]?many[ _-]?requests|requests? per (second|minute)|\b(qps|rpm)\b|频率|过于频繁/i,
		statuses: isLimit,
		kind: 'rateLimited',
	},
	{
		words: /concurren|parallel|并发/i,
		statuses: isLimit,
		kind: 'concurrencyLimit',
	},
	{
		words:
			/quota|insufficient|(?<!load[ -])\bbalance\b|\bcredits?\b|arrears|payment[ _-]?required|recharge|top[ _-]?up|余额|额度|欠费|充值/i,
		statuses: isError,
		kind: 'noQuota',
	},
	{
		words:
			/task[ _-]?(is |does )?(not|n.t)[ _-]?(exist|found)|no such task|unknown task|任务不存在/i,
		statuses: isClientError,
		kind: 'notFound',
	},
	{
		words:
			/(?<![a-z])ips?(?![a-z]).{0,40}(not (in|on|allowed|permitted|whitelisted)|denied|forbidden|blocked|白名单|不在|不允许|禁止|未授权)|(not allowed|denied|forbidden|blocked|白名单|不允许|禁止).{0,40}(?<![a-z])ip(?![a-z])/i,
		statuses: isForbidden,
		kind: 'ipNotAllowed',
	},
	{
		words:
			/(access|permission|permitted|allowed|authori[sz]ed|entitled).{0,40}(model|group)|(model|group).{0,60}(access|permission|not (permitted|allowed|authori[sz]ed))|(model|模型|分组).{0,60}(无权|没有.{0,6}权限|权限不足)|(无权|没有.{0,6}权限|权限不足).{0,40}(model|模型|分组)/i,
		statuses: isForbidden,
		kind: 'noPermission',
	},
	{
		words:
			/(invalid|incorrect|wrong|missing|expired|no|bad)[ _-](api[ _-]?)?(key|token)|unauthori[sz]ed|authentication|令牌.{0,10}(无效|过期|失效|禁用|不存在|不可用|错误|失败)|(无效|过期|失效|错误|缺少|未提供).{0,6}令牌/i,
		statuses: (httpStatus) => [400, 401, 403].includes(httpStatus),
		kind: 'badKey',
	},
	{
		words:
			/moderat|sensitive|risk[ _-]?control|content[ _-]?(policy|filter|violat)|nsfw|敏感|违规|风控|审核/i,
		statuses: isClientError,
		kind: 'moderation',
	},
];

function isError(httpStatus: number): boolean {
	return httpStatus < 300 || httpStatus >= 400;
}

function isClientError(httpStatus: number): boolean {
	return isError(httpStatus) && httpStatus < 500;
}

/** "Unauthorized" is about the key, whatever else the words speak of. */
function isForbidden(httpStatus: number): boolean {
	return [400, 403].includes(httpStatus);
}

function isLimit(httpStatus: number): boolean {
	return [403, 429, 503].includes(httpStatus);
}

/** Answers without a code that is known, and without words that are. */
const KIND_BY_STATUS: Readonly<Record<number, ErrorKind>> = {
	400: 'badRequest',
	401: 'badKey',
	402: 'noQuota',
	403: 'noPermission',
	404: 'notFound',
	405: 'unsupported',
	408: 'timeout',
	409: 'conflict',
	410: 'notFound',
	413: 'tooLarge',
	422: 'badRequest',
	425: 'busy',
	429: 'busy',
	500: 'serverError',
};

const ABOUT_ROUTES =
	/invalid url|unknown (request )?(url|route|path|endpoint)|no (such |matching )?(route|endpoint|path)|(route|endpoint|path|page|url)\b.{0,80}(not found|not exist|not be found|unknown)|cannot (get|post) |method not allowed|接口不存在|路径不存在/i;

/** Whether a service says that it has no such address at all. @param words at most some thousand characters */
export function isAboutRoute(words: string): boolean {
	return ABOUT_ROUTES.test(words);
}

export function isKnownCode(code: number | undefined): boolean {
	return code !== undefined && code in KIND_BY_CODE;
}

/** What a refusal says in words: relays' own codes, the outermost first, and its message. */
export interface RefusalWords {
	codeWords?: readonly string[];
	message?: string;
}

/** From what the kind of a refusal is known. */
export type Evidence =
	/** A code of Kling's. */
	| 'klingCode'
	/** A relay's exact code word for what it refuses before it passes a request on. */
	| 'relayCode'
	/** Sentences, which may be anybody's. */
	| 'words'
	/** Nothing but the HTTP status. */
	| 'status';

/** Longer texts are no messages. */
const MAX_WORDS = 1000;

/** @param code a service code, where the reply has one */
export function classify(
	httpStatus: number,
	code: number | undefined,
	{ codeWords = [], message = '' }: RefusalWords = {},
): { kind: ErrorKind; evidence: Evidence } {
	const byCode = code === undefined ? undefined : KIND_BY_CODE[code];
	if (byCode) return { kind: byCode, evidence: 'klingCode' };
	for (const word of codeWords) {
		const byRelay = KIND_BY_RELAY_CODE.find(({ codes }) => codes.test(word));
		if (byRelay) return { kind: byRelay.kind, evidence: 'relayCode' };
	}
	const said = [codeWords[0] ?? '', message].join(' ').slice(0, MAX_WORDS);
	const byWords = KIND_BY_WORDS.find(
		({ words, statuses }) => statuses(httpStatus) && words.test(said),
	);
	if (byWords) return { kind: byWords.kind, evidence: 'words' };
	const unknown = httpStatus >= 500 ? 'proxyError' : 'refused';
	return { kind: KIND_BY_STATUS[httpStatus] ?? unknown, evidence: 'status' };
}
