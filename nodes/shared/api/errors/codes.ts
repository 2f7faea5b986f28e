/**
 * What Kling's service codes and HTTP statuses mean. Adding a code is one line.
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

/** Answers without a code that is known. */
const KIND_BY_STATUS: Readonly<Record<number, ErrorKind>> = {
	400: 'badRequest',
	401: 'badKey',
	403: 'noPermission',
	404: 'notFound',
	409: 'conflict',
	429: 'busy',
	500: 'serverError',
};

export function isKnownCode(code: number): boolean {
	return code in KIND_BY_CODE;
}

/** @param code Kling's service code, where the reply has one */
export function kindOf(httpStatus: number, code: number | undefined): ErrorKind {
	const known = (code === undefined ? undefined : KIND_BY_CODE[code]) ?? KIND_BY_STATUS[httpStatus];
	return known ?? (httpStatus >= 500 ? 'proxyError' : 'refused');
}
