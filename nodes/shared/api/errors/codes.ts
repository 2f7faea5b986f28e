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
 * What relays say in words of their own, in the order in which it is looked for. They refuse before
 * they pass a request on, so what these words say is final even under a server error.
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
			/quota|insufficient|balance|credits?\b|arrears|billing|payment|recharge|top[ _-]?up|余额|额度|欠费|充值/i,
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
	413: 'badRequest',
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

export function isKnownCode(code: number): boolean {
	return code in KIND_BY_CODE;
}

/** What a refusal says in words: a relay's own code and its message. */
export interface RefusalWords {
	codeWord?: string;
	message?: string;
}

/** Longer texts are no messages. */
const MAX_WORDS = 1000;

/**
 * @param code a service code, where the reply has one
 * @param said what the reply says in words
 */
export function kindOf(
	httpStatus: number,
	code: number | undefined,
	{ codeWord = '', message = '' }: RefusalWords = {},
): ErrorKind {
	const byCode = code === undefined ? undefined : KIND_BY_CODE[code];
	if (byCode) return byCode;
	const said = `${codeWord} ${message}`.slice(0, MAX_WORDS);
	const byWords = KIND_BY_WORDS.find(
		({ words, statuses }) => statuses(httpStatus) && words.test(said),
	);
	const known = byWords?.kind ?? KIND_BY_STATUS[httpStatus];
	return known ?? (httpStatus >= 500 ? 'proxyError' : 'refused');
}
