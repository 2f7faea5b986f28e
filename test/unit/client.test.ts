import { KlingError, type KlingErrorDetails } from '../../nodes/shared/api/errors';
import { type ApiReply, type ApiRequest, TransportError } from '../../nodes/shared/api/http';
import { VirtualClock } from '../../testkit/clocks/virtualClock.mts';
import { completed, gatewayClient, reply, REQUEST, TARGET } from './gatewayReplies';

const clock = new VirtualClock();

/** What becomes of a create request that is answered so. */
async function refused(answer: () => ApiReply): Promise<KlingError> {
	const client = gatewayClient(async () => answer(), clock);
	const error: unknown = await client.create(REQUEST, TARGET).catch((thrown: unknown) => thrown);
	expect(error).toBeInstanceOf(KlingError);
	return error as KlingError;
}

const details = async (answer: ApiReply): Promise<KlingErrorDetails> =>
	(await refused(() => answer)).details;

describe('Retry-After', () => {
	const in30Seconds = new Date(clock.now() + 30_000).toUTCString();
	const before = new Date(clock.now() - 30_000).toUTCString();

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
		expect((await details(reply('', 429, { 'retry-after': header }))).retryAfter).toBe(ms);
	});
});

describe('whether a repetition may bring something', () => {
	it.each<[string, ApiReply, string]>([
		...[400, 401, 403, 404, 405, 418].map((status): [string, ApiReply, string] => [
			`HTTP ${status}`,
			reply('', status),
			'never',
		]),
		['HTTP 429', reply('', 429), 'whenFree'],
		...[500, 502, 503, 504, 599].map((status): [string, ApiReply, string] => [
			`HTTP ${status}`,
			reply('', status),
			'maybe',
		]),
		...[1000, 1001, 1002, 1103, 1200, 1201, 1202, 1203, 1300, 1301].map(
			(code): [string, ApiReply, string] => [`code ${code}`, reply({ code }, 400), 'never'],
		),
		...[1100, 1101, 1102, 1304].map((code): [string, ApiReply, string] => [
			`code ${code} over HTTP 429`,
			reply({ code }, 429),
			'never',
		]),
		...[1302, 1303].map((code): [string, ApiReply, string] => [
			`code ${code}`,
			reply({ code }, 429),
			'whenFree',
		]),
		['code 1303 under HTTP 200', reply({ code: '1303' }), 'whenFree'],
		...[5000, 5001, 5002].map((code): [string, ApiReply, string] => [
			`code ${code}`,
			reply({ code }, 500),
			'maybe',
		]),
		['a code that Kling may add later', reply({ code: 9999 }, 400), 'never'],
		['a web page with 403', reply('<html>', 403), 'never'],
		['a redirection', reply('', 301), 'never'],
		['a web page', reply('<html>'), 'maybe'],
		['nothing', reply(''), 'maybe'],
		['another shape', reply({}), 'maybe'],
	])('is said by %s', async (_name, answer, retry) => {
		expect((await details(answer)).retry).toBe(retry);
	});

	it.each([
		['unreachable', 'unsent'],
		['interrupted', 'maybe'],
		['timeout', 'maybe'],
		['aborted', 'maybe'],
	] as const)('is said by a transport that failed: %s', async (failure, retry) => {
		const error = await refused(() => {
			throw new TransportError(failure, 'the network’s words');
		});
		expect(error.details).toMatchObject({
			retry,
			original: 'the network’s words',
			aborted: failure === 'aborted',
		});
	});
});

describe('what an answer says', () => {
	it.each<[string, unknown, object]>([
		[
			'Kling’s way',
			{ code: 1201, message: 'no', request_id: 'r' },
			{ code: 1201, original: 'no', requestId: 'r' },
		],
		['with msg', { code: 1201, msg: 'no' }, { code: 1201, original: 'no' }],
		['OpenAI’s way', { error: { message: 'no', code: 1201 } }, { code: 1201, original: 'no' }],
		['with error as text', { error: 'no' }, { code: undefined, original: 'no' }],
		['with code as text', { code: '1201', message: 'no' }, { code: 1201, original: 'no' }],
		[
			'with a word as code',
			{ code: 'bad_request', message: 'no' },
			{ code: undefined, original: 'no' },
		],
		[
			'with the HTTP status as code',
			{ code: 400, message: 'no' },
			{ code: undefined, original: 'no' },
		],
		['with code 0', { code: 0, message: 'no' }, { code: undefined, original: 'no' }],
		['without a word', {}, { code: undefined, original: '{}' }],
		['with null', null, { code: undefined, original: 'null' }],
	])('is found when it is said %s', async (_name, body, expected) => {
		expect(await details(reply(body as object, 400))).toMatchObject({
			httpStatus: 400,
			...expected,
		});
	});

	it('is cut when it is long, and its white space is closed up', async () => {
		const { original } = await details(reply(`a \n\t b${'x'.repeat(1000)}`, 400));
		expect(original).toBe(`a b${'x'.repeat(197)}…`);
	});
});

describe('requests', () => {
	it('are those of the gateway format', async () => {
		const requests: ApiRequest[] = [];
		const client = gatewayClient(async (request) => {
			requests.push(request);
			return completed('t/1');
		}, clock);
		await client.create(
			{
				...REQUEST,
				negativePrompt: 'rain',
				cfgScale: 0,
				cameraControl: { type: 'pan', value: -3 },
			},
			TARGET,
		);
		await client.find('t/1');
		expect(requests).toEqual([
			{
				method: 'POST',
				path: '/v1/videos/text2video',
				body: {
					model_name: 'kling-v1-6',
					mode: 'std',
					prompt: 'a cat',
					negative_prompt: 'rain',
					duration: 5,
					aspect_ratio: '16:9',
					cfg_scale: 0,
					camera_control: { type: 'pan', config: { value: -3 } },
				},
			},
			{ method: 'GET', path: '/v1/videos/text2video/t%2F1' },
		]);
	});
});
