import { kindOf } from '../../../../../nodes/shared/api/errors/codes';
import type { ErrorKind } from '../../../../../nodes/shared/api/errors/kinds';

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
		[402, 'refused'],
		[403, 'noPermission'],
		[404, 'notFound'],
		[405, 'refused'],
		[409, 'conflict'],
		[418, 'refused'],
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
});
