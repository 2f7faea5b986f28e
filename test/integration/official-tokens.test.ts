import { consequences } from '../../nodes/shared/n8n/words/notes.ts';
import { adviceOn, errorOf, factsOf, items, NODE, sent } from './fixture.mts';
import {
	ACCESS_KEY,
	bare,
	EMULATOR_ACCESS_KEY,
	EMULATOR_SECRET_KEY,
	itemsOf,
	runOfficial,
	tokenOf,
	useOfficial,
} from './officialFixture.mts';

const HOUR = 3_600_000;
/** Some moment. */
const BEGINNING = 1_774_805_076_166;

/** What `Date` and the emulator take for now; milliseconds. */
let time = BEGINNING;
/** By how much it is later after each request of these routes; milliseconds. */
let step: number;
let stepsAfter: ReadonlyArray<string | undefined>;

const emulator = useOfficial({
	now: () => time,
	queueMs: 0,
	generationMs: 3 * HOUR,
	onRequest: ({ route }) => {
		if (stepsAfter.includes(route)) time += step;
	},
});
beforeEach(() => {
	time = BEGINNING;
	step = HOUR;
	stepsAfter = ['create', 'query', 'list'];
	jest.spyOn(Date, 'now').mockImplementation(() => time);
});
afterEach(() => jest.restoreAllMocks());

const VIDEO = {
	model: 'kling-v2-6',
	prompt: 'a cat',
	mode: 'std',
	duration: 5,
	aspectRatio: '16:9',
};
const WAIT = { operation: 'createAndWait', ...VIDEO, downloadVideo: false };

const signed = () => emulator.requests().filter(({ route }) => route !== 'video');

describe('a token', () => {
	it('has the documented header and claims, and nothing else', async () => {
		await runOfficial(emulator.url, { operation: 'create', ...VIDEO }, { credential: ACCESS_KEY });
		const [request] = emulator.requests();
		const { header, claims } = await tokenOf(request!);
		expect(header).toEqual({ alg: 'HS256', typ: 'JWT' });
		expect(claims).toEqual({
			iss: EMULATOR_ACCESS_KEY,
			exp: 1_774_805_076 + 1800,
			nbf: 1_774_805_076 - 5,
		});
		expect(request?.headers.authorization).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
	});

	it('is a fresh one for every single request, however long the video takes', async () => {
		const run = await runOfficial(emulator.url, WAIT, { credential: ACCESS_KEY });
		expect(itemsOf(run)[0]?.json.task_status).toBe('completed');
		expect(emulator.requests().map(({ status }) => status)).toEqual(
			emulator.requests().map(() => 200),
		);
		expect(signed().length).toBeGreaterThanOrEqual(4);
		const tokens = await Promise.all(signed().map(async (request) => await tokenOf(request)));
		expect(tokens.map(({ claims }) => claims)).toEqual(
			signed().map(({ time: sentAt }) => ({
				iss: EMULATOR_ACCESS_KEY,
				exp: Math.floor(sentAt / 1000) + 1800,
				nbf: Math.floor(sentAt / 1000) - 5,
			})),
		);
		expect(new Set(tokens.map(({ text }) => text)).size).toBe(tokens.length);
	});

	it('is signed by a credential that was saved months ago', async () => {
		await runOfficial(emulator.url, { operation: 'create', ...VIDEO }, { credential: ACCESS_KEY });
		time += 200 * 24 * HOUR;
		const run = await runOfficial(
			emulator.url,
			{ operation: 'getMany' },
			{ credential: ACCESS_KEY },
		);
		expect(itemsOf(run)).toHaveLength(1);
		expect(sent(emulator, 'list').map(({ status }) => status)).toEqual([200, 200]);
	});

	it.each([
		['with white space around them', ` ${EMULATOR_ACCESS_KEY}\n`, `\t${EMULATOR_SECRET_KEY} `],
		[
			'with "Bearer " before them',
			`Bearer ${EMULATOR_ACCESS_KEY}`,
			`bearer  ${EMULATOR_SECRET_KEY}`,
		],
		['broken into lines', 'emulator-\naccess-key', 'emulator-secret\r\n-key'],
	])('is good for keys pasted %s', async (_name, accessKey, secretKey) => {
		const run = await runOfficial(
			emulator.url,
			{ operation: 'create', ...VIDEO },
			{ credential: { ...ACCESS_KEY, accessKey, secretKey } },
		);
		expect(itemsOf(run)[0]?.json.task_id).toBe(emulator.tasks()[0]?.id);
		expect((await tokenOf(emulator.requests()[0]!)).claims.iss).toBe(EMULATOR_ACCESS_KEY);
	});

	it.each([
		['accessKey', { accessKey: ' ' }],
		['secretKey', { secretKey: '\n' }],
	])('is not made without %s', async (field, keys) => {
		const run = await runOfficial(emulator.url, WAIT, { credential: { ...ACCESS_KEY, ...keys } });
		expect(factsOf(run)).toEqual({
			kind: 'credential',
			field,
			problem: 'empty',
			itemIndex: 0,
		});
		expect(emulator.requests()).toEqual([]);
	});

	it('made with another secret key is refused', async () => {
		const run = await runOfficial(emulator.url, WAIT, {
			credential: { ...ACCESS_KEY, secretKey: 'another' },
		});
		expect(factsOf(run)).toEqual({
			kind: 'badKey',
			klingCode: 1000,
			httpStatus: 401,
			itemIndex: 0,
		});
		expect(emulator.requests()).toHaveLength(1);
	});
});

describe.each([
	[1003, 'tokenEarly'],
	[1004, 'tokenExpired'],
] as const)('the answer %d', (code, kind) => {
	const fault = (route: 'create' | 'query' | 'list', times: number | 'forever') =>
		emulator.addFault({ match: { route }, times, action: { type: 'kling-error', code } });

	it.each(['create', 'createAndWait'])('once makes %s sign again and retry', async (operation) => {
		fault('create', 1);
		const run = await runOfficial(emulator.url, { ...WAIT, operation }, { credential: ACCESS_KEY });
		const [task, ...more] = emulator.tasks();
		expect(more).toEqual([]);
		expect(itemsOf(run)[0]?.json.task_id).toBe(task?.id);
		const creations = sent(emulator, 'create');
		expect(creations.map(({ status }) => status)).toEqual([401, 200]);
		const [first, second] = await Promise.all(creations.map(async (each) => await tokenOf(each)));
		expect(second?.text).not.toBe(first?.text);
		expect(bare(creations[1]?.json)).toEqual(bare(creations[0]?.json));
	});

	it('twice ends Create, with the advice to correct the clock', async () => {
		fault('create', 'forever');
		const run = await runOfficial(
			emulator.url,
			{ operation: 'create', ...VIDEO },
			{ credential: ACCESS_KEY },
		);
		const error = errorOf(run);
		expect(factsOf(run)).toEqual({ kind, klingCode: code, httpStatus: 401, itemIndex: 0 });
		expect(error.description).toContain(adviceOn(kind));
		expect(error.description).toContain(consequences.notCharged);
		expect(sent(emulator, 'create')).toHaveLength(2);
		expect(emulator.tasks()).toEqual([]);
	});

	it('does not end a wait', async () => {
		step = HOUR / 2;
		fault('query', 3);
		const run = await runOfficial(emulator.url, WAIT, { credential: ACCESS_KEY });
		expect(itemsOf(run)[0]?.json).toMatchObject({
			task_id: emulator.tasks()[0]?.id,
			task_status: 'completed',
		});
		expect(sent(emulator, 'create')).toHaveLength(1);
		expect(
			sent(emulator, 'query')
				.slice(0, 4)
				.map(({ status }) => status),
		).toEqual([401, 401, 401, 200]);
	});

	it('does not end the wait of a batch', async () => {
		// What is created at once is signed at once, and what is asked at once nearly so.
		stepsAfter = ['list', 'query'];
		step = HOUR / 6;
		fault('list', 2);
		const run = await runOfficial(emulator.url, WAIT, {
			credential: ACCESS_KEY,
			input: items({}, {}, {}),
		});
		expect(itemsOf(run).map(({ json }) => json.task_status)).toEqual([
			'completed',
			'completed',
			'completed',
		]);
		expect(sent(emulator, 'create')).toHaveLength(3);
		expect(emulator.tasks()).toHaveLength(3);
	});
});

describe('a key that is withdrawn during a wait', () => {
	it.each([1000, 1001, 1002] as const)('ends it with the task ID (%d)', async (code) => {
		emulator.addFault({
			match: { route: 'query' },
			times: 'forever',
			action: { type: 'kling-error', code },
		});
		const run = await runOfficial(emulator.url, WAIT, { credential: ACCESS_KEY });
		expect(factsOf(run)).toEqual({
			kind: code === 1001 ? 'missingKey' : 'badKey',
			klingCode: code,
			httpStatus: 401,
			taskId: emulator.tasks()[0]?.id,
			itemIndex: 0,
		});
		expect(errorOf(run).description).toContain(consequences.stillRunning);
		expect(run.items(NODE)).toEqual([]);
		expect(sent(emulator, 'query')).toHaveLength(1);
		expect(sent(emulator, 'create')).toHaveLength(1);
	});
});
