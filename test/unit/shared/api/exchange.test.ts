import { KlingError, type KlingErrorFacts } from '../../../../nodes/shared/api/errors/klingError';
import type { ErrorKind } from '../../../../nodes/shared/api/errors/kinds';
import { meaningOf } from '../../../../nodes/shared/api/errors/explainedError';
import { exchange } from '../../../../nodes/shared/api/exchange';
import { type ApiReply, type ApiRequest, TransportError } from '../../../../nodes/shared/api/http';
import { reply } from '../../gatewayReplies';

const NOW = Date.UTC(2026, 10, 22);

const REQUEST: ApiRequest = { method: 'POST', path: '/v1/videos/text2video', body: { a: 1 } };

/** What becomes of a request that is answered so. */
async function refused(answer: () => ApiReply): Promise<KlingError> {
	const error: unknown = await exchange(
		async () => answer(),
		REQUEST,
		() => NOW,
	).catch((thrown: unknown) => thrown);
	expect(error).toBeInstanceOf(KlingError);
	return error as KlingError;
}

const factsOf = async (answer: ApiReply): Promise<KlingErrorFacts> =>
	(await refused(() => answer)).facts;

describe('a request that was carried out', () => {
	it.each([200, 201, 202])('with HTTP %i brings its JSON', async (status) => {
		const answer = reply({ code: 0, data: { task_id: '1' } }, status);
		const sent: ApiRequest[] = [];
		const send = async (request: ApiRequest) => {
			sent.push(request);
			return answer;
		};
		expect(await exchange(send, REQUEST, () => NOW)).toEqual({
			json: { code: 0, data: { task_id: '1' } },
			reply: answer,
		});
		expect(sent).toEqual([REQUEST]);
	});

	it.each(['null', '[]', '7', '"text"', 'false'])('brings any JSON, such as %s', async (body) => {
		const answered = await exchange(
			async () => reply(body),
			REQUEST,
			() => NOW,
		);
		expect(answered.json).toEqual(JSON.parse(body));
	});
});

describe('Retry-After', () => {
	const in30Seconds = new Date(NOW + 30_000).toUTCString();
	const before = new Date(NOW - 30_000).toUTCString();

	it.each([
		['7', 7000],
		['120', 120_000],
		['0', undefined],
		[in30Seconds, 30_000],
		[before, undefined],
		['soon', undefined],
		['-5', undefined],
		['', undefined],
		[undefined, undefined],
	])('of "%s" is %s ms', async (header, ms) => {
		expect((await factsOf(reply('', 429, { 'retry-after': header }))).retryAfter).toBe(ms);
	});
});

const PAGE = '<html>';

describe('what an answer means for a creation', () => {
	it.each<[string, ApiReply, string]>([
		...[400, 401, 403, 404, 405, 418].map((status): [string, ApiReply, string] => [
			`HTTP ${status}`,
			reply('', status),
			'refused',
		]),
		['HTTP 429', reply('', 429), 'wait'],
		...[500, 502, 503, 504, 599].map((status): [string, ApiReply, string] => [
			`HTTP ${status}`,
			reply('', status),
			'unknown',
		]),
		...[1000, 1001, 1002, 1103, 1200, 1201, 1202, 1203, 1300, 1301].map(
			(code): [string, ApiReply, string] => [`code ${code}`, reply({ code }, 400), 'refused'],
		),
		...[1003, 1004].map((code): [string, ApiReply, string] => [
			`code ${code}`,
			reply({ code }, 401),
			'signAgain',
		]),
		...[1100, 1101, 1102, 1304].map((code): [string, ApiReply, string] => [
			`code ${code} over HTTP 429`,
			reply({ code }, 429),
			'refused',
		]),
		...[1302, 1303].map((code): [string, ApiReply, string] => [
			`code ${code}`,
			reply({ code }, 429),
			'wait',
		]),
		['code 1303 under HTTP 200', reply({ code: '1303' }), 'wait'],
		...[5000, 5001, 5002].map((code): [string, ApiReply, string] => [
			`code ${code}`,
			reply({ code }, 500),
			'unknown',
		]),
		['a code that Kling may add later', reply({ code: 9999 }, 400), 'refused'],
		['a code that Kling may add later, under HTTP 200', reply({ code: 9999 }), 'refused'],
		['a web page with 403', reply(PAGE, 403), 'refused'],
		['a redirection', reply('', 301), 'refused'],
		['a web page', reply(PAGE), 'unknown'],
		['nothing', reply(''), 'unknown'],
		['half a reply', reply('{"task_id"'), 'unknown'],
	])('is said by %s', async (_name, answer, creating) => {
		expect(meaningOf(await refused(() => answer)).creating).toBe(creating);
	});

	it.each([
		['unreachable', 'unsent'],
		['interrupted', 'unknown'],
		['timeout', 'unknown'],
		['aborted', 'unknown'],
	] as const)('is said by a transport that failed: %s', async (failure, creating) => {
		const error = await refused(() => {
			throw new TransportError(failure, 'the network’s words');
		});
		expect(meaningOf(error).creating).toBe(creating);
		expect(error).toMatchObject({ kind: failure, facts: { original: 'the network’s words' } });
	});
});

describe('the kind of an answer', () => {
	it.each<[string, ApiReply, ErrorKind]>([
		['a code over a status', reply({ code: 1101 }, 429), 'unpaid'],
		['a status', reply('', 404), 'notFound'],
		['a page with a status', reply(PAGE, 404), 'notTheApi'],
		['a page', reply(PAGE), 'webPage'],
		['a redirection', reply('', 302), 'redirected'],
		['nothing', reply(''), 'unreadable'],
	])('is that of %s', async (_name, answer, kind) => {
		expect((await refused(() => answer)).kind).toBe(kind);
	});
});

describe('the facts of an answer', () => {
	it('are its status, its code, Kling’s words and the request’s ID', async () => {
		const body = { code: 1201, message: 'no', request_id: 'r' };
		expect(await factsOf(reply(body, 400, { 'retry-after': '7' }))).toEqual({
			httpStatus: 400,
			code: 1201,
			evidence: 'klingCode',
			original: 'no',
			requestId: 'r',
			retryAfter: 7000,
		});
	});

	it.each<[string, unknown, string]>([
		['without a word', {}, '{}'],
		['with null', null, 'null'],
	])('quote the reply when it comes %s', async (_name, body, original) => {
		expect(await factsOf(reply(body, 400))).toMatchObject({ code: undefined, original });
	});
});

it('what is no failure of the transport, such as a credential that cannot sign, stays what it is', async () => {
	const cause = new TypeError('a bug');
	const thrownBy = async (thrown: unknown) =>
		await exchange(
			async () => {
				throw thrown;
			},
			REQUEST,
			() => NOW,
		).catch((error: unknown) => error);
	expect(await thrownBy(cause)).toBe(cause);
	expect(await thrownBy('text')).toEqual(new Error('text'));
});
