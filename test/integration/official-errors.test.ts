import { wordsOf } from '../../nodes/shared/n8n/words/errors.ts';
import { consequences } from '../../nodes/shared/n8n/words/notes.ts';
import { KlingError } from '../../nodes/shared/api/errors/klingError.ts';
import {
	adviceOn,
	errorOf,
	type ErrorFacts,
	expectFailed,
	factsOf,
	FAIL_WORD,
	items,
	NODE,
	REFUSE_WORD,
	sent,
	type FaultAction,
	type RecordedRequest,
} from './fixture.mts';
import { ACCESS_KEY, itemsOf, runOfficial, useOfficial } from './officialFixture.mts';

const emulator = useOfficial();

type Code = NonNullable<Extract<FaultAction, { type: 'kling-error' }>['code']>;

/** What a retry can bring; `lookUp`: only after Kling has said that it has no such task. */
type Repetition = 'never' | 'resign' | 'whenFree' | 'lookUp';

interface Fact {
	code: Code;
	http: number;
	kind: ErrorFacts['kind'];
	repetition: Repetition;
}

const fact = (
	code: Code,
	http: number,
	kind: ErrorFacts['kind'],
	repetition: Repetition = 'never',
): Fact => ({ code, http, kind, repetition });

/** Kling's table (docs/kling-api.md#error-codes), and what the node makes of it. */
const FACTS: Fact[] = [
	fact(1000, 401, 'badKey'),
	fact(1001, 401, 'missingKey'),
	fact(1002, 401, 'badKey'),
	fact(1003, 401, 'tokenEarly', 'resign'),
	fact(1004, 401, 'tokenExpired', 'resign'),
	fact(1100, 429, 'accountRestricted'),
	fact(1101, 429, 'unpaid'),
	fact(1102, 429, 'noUnits'),
	fact(1103, 403, 'noPermission'),
	fact(1200, 400, 'badRequest'),
	fact(1201, 400, 'badParameter'),
	fact(1202, 404, 'unsupported'),
	fact(1203, 404, 'notFound'),
	fact(1300, 400, 'policy'),
	fact(1301, 400, 'moderation'),
	fact(1302, 429, 'rateLimited', 'whenFree'),
	fact(1303, 429, 'concurrencyLimit', 'whenFree'),
	fact(1304, 429, 'ipNotAllowed'),
	fact(5000, 500, 'serverError', 'lookUp'),
	fact(5001, 503, 'maintenance', 'lookUp'),
	fact(5002, 504, 'overloaded', 'lookUp'),
];

const VIDEO = { prompt: 'a cat', mode: 'std', duration: 5, aspectRatio: '16:9' };
const FORMATS = [
	['v1', 'kling-v2-6'],
	['path', 'kling-3.0-turbo'],
] as const;

/** Waits half a minute at most. */
const WAIT = {
	operation: 'createAndWait',
	...VIDEO,
	downloadVideo: false,
	waitOptions: { timeout: 0.5 },
};

const fail = (
	route: RecordedRequest['route'],
	action: FaultAction,
	times: number | 'forever' = 'forever',
) => emulator.addFault({ match: { route }, times, action });

const REQUEST_ID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/;

/** The address of these tests is of a custom region. */
const CUSTOM = { service: 'official', hasOwnBaseUrl: true } as const;

function expectToSay(
	run: Parameters<typeof errorOf>[0],
	{ code, http, kind }: Fact,
	{ quote = 'in Kling’s words', isCreating = true, isById, ...place }: Place = {},
): void {
	const error = errorOf(run) as ReturnType<typeof errorOf> & { httpCode?: string };
	expect(error.name).toBe('NodeApiError');
	expect(factsOf(run)).toEqual({
		kind,
		klingCode: code,
		httpStatus: http,
		itemIndex: 0,
		...place,
	});
	expect(error.httpCode).toBe(String(http));
	expect(error.description).toContain(adviceOn(kind, { isCreating, isById, connection: CUSTOM }));
	expect(error.description).toContain(`"${quote}".`);
	expect(error.description).toMatch(REQUEST_ID);
}

interface Place {
	/** Kling's words. */
	quote?: string;
	/** The request was to create a video. */
	isCreating?: boolean;
	/** By the ID that a user gave. */
	isById?: boolean;
	taskId?: string;
	mayHaveStarted?: string;
}

const titled = (facts: Fact[]) => facts.map((each) => [each.code, each] as const);
const those = (...repetitions: Repetition[]) =>
	titled(FACTS.filter(({ repetition }) => repetitions.includes(repetition)));

describe('the table', () => {
	it('has every code', () => {
		expect(FACTS).toHaveLength(21);
		expect(new Set(FACTS.map(({ code }) => code)).size).toBe(21);
	});
});

describe.each(FORMATS)('a creation in %s', (_format, model) => {
	const create = async () =>
		await runOfficial(emulator.url, { operation: 'create', ...VIDEO, model });
	const wait = async () => await runOfficial(emulator.url, { ...WAIT, model });

	it.each(those('never'))('ends at once with %d', async (code, each) => {
		fail('create', { type: 'kling-error', code, message: 'in Kling’s words' });
		const run = await create();
		expectToSay(run, each);
		expect(errorOf(run).description).toContain(consequences.notCharged);
		expect(sent(emulator, 'create')).toHaveLength(1);
		expect(emulator.tasks()).toEqual([]);
	});

	it.each(those('never'))(
		'ends at once with %d although it came with HTTP 429',
		async (code, each) => {
			fail('create', { type: 'kling-error', code, status: 429, message: 'in Kling’s words' });
			const run = await wait();
			expectToSay(run, { ...each, http: 429 });
			expect(sent(emulator, 'create')).toHaveLength(1);
			expect(emulator.tasks()).toEqual([]);
		},
	);

	it.each(those('never'))(
		'ends at once with %d although it came with HTTP 200',
		async (code, each) => {
			fail('create', { type: 'kling-error', code, status: 200, message: 'in Kling’s words' });
			expectToSay(await create(), { ...each, http: 200 });
			expect(sent(emulator, 'create')).toHaveLength(1);
		},
	);

	it.each(those('resign'))('is tried a second time after %d, no third', async (code, each) => {
		fail('create', { type: 'kling-error', code, message: 'in Kling’s words' });
		expectToSay(await create(), each);
		expect(sent(emulator, 'create')).toHaveLength(2);
	});

	it.each(those('whenFree'))('waits and continues after %d', async (code) => {
		fail('create', { type: 'kling-error', code }, 3);
		const run = await create();
		expect(itemsOf(run)[0]?.json.task_id).toBe(emulator.tasks()[0]?.id);
		expect(sent(emulator, 'create').map(({ fault }) => fault)).toEqual([
			'kling-error',
			'kling-error',
			'kling-error',
			undefined,
		]);
		expect(emulator.tasks()).toHaveLength(1);
	});

	it.each(those('whenFree'))('fails with %d when that does not end in time', async (code, each) => {
		fail('create', { type: 'kling-error', code, message: 'in Kling’s words' });
		const run = await wait();
		expectToSay(run, each);
		expect(errorOf(run).description).toContain(consequences.notCharged);
		expect(sent(emulator, 'create').length).toBeGreaterThanOrEqual(3);
	});

	it.each(those('whenFree'))('waits after %d with HTTP 200 too', async (code) => {
		fail('create', { type: 'kling-error', code, status: 200 }, 2);
		expect(itemsOf(await create())).toHaveLength(1);
		expect(sent(emulator, 'create')).toHaveLength(3);
	});

	it.each(those('lookUp'))('fails with %d when that does not end in time', async (code, each) => {
		fail('create', { type: 'kling-error', code, message: 'in Kling’s words' });
		expectToSay(await wait(), each);
		expect(emulator.tasks()).toEqual([]);
	});

	it.each(those('lookUp'))('is charged once when it succeeded in spite of %d', async (code) => {
		fail('create', { type: 'kling-error', code, when: 'after' }, 1);
		const run = await wait();
		expect(emulator.tasks()).toHaveLength(1);
		expect(itemsOf(run)[0]?.json).toMatchObject({
			task_id: emulator.tasks()[0]?.id,
			task_status: 'completed',
		});
		expect(sent(emulator, 'create')).toHaveLength(1);
	});

	it.each(those('lookUp'))('is repeated when nothing came of it (%d)', async (code) => {
		fail('create', { type: 'kling-error', code }, 1);
		const run = await wait();
		expect(itemsOf(run)[0]?.json.task_status).toBe('completed');
		expect(emulator.tasks()).toHaveLength(1);
		expect(sent(emulator, 'create')).toHaveLength(2);
	});

	it('is refused for its content, with Kling’s words', async () => {
		const run = await runOfficial(emulator.url, {
			operation: 'create',
			...VIDEO,
			model,
			prompt: `a cat, ${REFUSE_WORD}`,
		});
		expectToSay(run, FACTS.find(({ code }) => code === 1301) as Fact, {
			quote: 'Failure to pass the risk control system',
		});
		expect(sent(emulator, 'create')).toHaveLength(1);
	});

	it('that fails later for its content says why, and which task it was', async () => {
		const run = await runOfficial(
			emulator.url,
			{ ...WAIT, model, prompt: `a cat, ${FAIL_WORD}` },
			{ node: { onError: 'continueRegularOutput' } },
		);
		const [task] = emulator.tasks();
		expectFailed(run.items(NODE)[0], {
			item: 0,
			error: {
				kind: 'taskFailed',
				reason: 'Failure to pass the risk control system',
				taskId: task?.id,
			},
			facts: { task_id: task?.id, task_status: 'failed' },
		});
		expect(sent(emulator, 'create')).toHaveLength(1);
	});

	it('that failed later is returned by Get Status as it is', async () => {
		await runOfficial(
			emulator.url,
			{ ...WAIT, model, prompt: `a cat, ${FAIL_WORD}` },
			{ node: { onError: 'continueRegularOutput' } },
		);
		const [task] = emulator.tasks();
		const run = await runOfficial(
			emulator.url,
			{ operation: 'getStatus', downloadVideo: true },
			{ input: items({ task_id: task?.id }) },
		);
		expect(itemsOf(run)[0]?.json).toMatchObject({
			task_id: task?.id,
			task_status: 'failed',
			task_status_msg: 'Failure to pass the risk control system',
		});
		expect(itemsOf(run)[0]?.binary).toBeUndefined();
	});
});

/** What may be about the route only is asked of the one for images, too. */
const routesAsked = (code: number) => ([1200, 1201, 1202, 1203].includes(code) ? 2 : 1);

describe('Get Status', () => {
	// With an access key there is one format to ask in, so that each code is seen by itself.
	const ask = async () =>
		await runOfficial(
			emulator.url,
			{ operation: 'getStatus', taskId: '867283741759111202' },
			{ credential: ACCESS_KEY },
		);

	it.each(titled(FACTS))('says what %d means, after one request a route', async (code, each) => {
		fail('query', { type: 'kling-error', code, message: 'in Kling’s words' });
		expectToSay(await ask(), each, {
			isCreating: false,
			isById: true,
			taskId: '867283741759111202',
		});
		expect(sent(emulator, 'query')).toHaveLength(routesAsked(code));
	});
});

describe('Get Many', () => {
	it.each(titled(FACTS))('says what %d means, after one request a route', async (code, each) => {
		fail('list', { type: 'kling-error', code, message: 'in Kling’s words' });
		const run = await runOfficial(
			emulator.url,
			{ operation: 'getMany' },
			{ credential: ACCESS_KEY },
		);
		expectToSay(run, each, { isCreating: false });
		expect(sent(emulator, 'list')).toHaveLength(routesAsked(code));
	});
});

describe('a reply', () => {
	const create = async () =>
		await runOfficial(emulator.url, { operation: 'create', ...VIDEO, model: 'kling-v2-6' });
	const reply = (status: number, body: object): FaultAction => ({ type: 'reply', status, body });
	const NO_UNITS = { kind: 'noUnits', klingCode: 1102, httpStatus: 429 } as const;

	it('is quoted whole: code, HTTP status, advice, words, request ID, what was charged', async () => {
		const [original, requestId] = ['Account balance not enough', 'Cl68jmfO2ocAAAAAAKQIVw'];
		fail('create', reply(429, { code: 1102, message: original, request_id: requestId }));
		const run = await create();
		expect(factsOf(run)).toEqual({ ...NO_UNITS, itemIndex: 0 });
		const error = new KlingError('noUnits', { code: 1102, httpStatus: 429, original, requestId });
		const { description } = wordsOf(error, { isCreating: true, connection: CUSTOM });
		expect(errorOf(run).description).toBe(`${description} ${consequences.notCharged}`);
		for (const part of [original, requestId]) expect(description).toContain(part);
	});

	it('with its code as text is understood, good or bad', async () => {
		emulator.addFault({ match: { route: 'create' }, action: { type: 'string-code' } });
		expect(itemsOf(await create())[0]?.json.task_id).toBe(emulator.tasks()[0]?.id);

		emulator.reset();
		fail('create', reply(429, { code: '1102', message: 'no', request_id: 'r' }));
		expect(factsOf(await create())).toEqual({ ...NO_UNITS, itemIndex: 0 });
		expect(sent(emulator, 'create')).toHaveLength(1);

		emulator.reset();
		emulator.addFault({
			match: { route: 'create' },
			times: 2,
			action: reply(200, { code: '1303', message: 'parallel task over resource pack limit' }),
		});
		expect(itemsOf(await create())).toHaveLength(1);
		expect(sent(emulator, 'create')).toHaveLength(3);
	});

	it('with HTTP 429 and no code is waited out', async () => {
		fail('create', reply(429, { message: 'slow down' }), 2);
		expect(itemsOf(await create())).toHaveLength(1);
		expect(sent(emulator, 'create')).toHaveLength(3);
	});

	it('with a code that Kling may add later goes by its HTTP status', async () => {
		fail('create', reply(403, { code: 1999, message: 'new rule', request_id: 'r-1' }));
		const run = await create();
		expect(factsOf(run)).toEqual({
			kind: 'noPermission',
			klingCode: 1999,
			httpStatus: 403,
			itemIndex: 0,
		});
		for (const part of ['"new rule"', 'r-1.']) expect(errorOf(run).description).toContain(part);
		expect(sent(emulator, 'create')).toHaveLength(1);
	});

	it('waits as long as Retry-After says', async () => {
		fail('create', { type: 'kling-error', code: 1303, headers: { 'Retry-After': '20' } }, 1);
		const startedAt = Date.now();
		expect(itemsOf(await create())).toHaveLength(1);
		expect(Date.now() - startedAt).toBeGreaterThanOrEqual(20_000);
	});

	it('of one item does not harm the others, with Continue', async () => {
		emulator.addFault({
			match: { route: 'create', contains: 'two' },
			times: 'forever',
			action: { type: 'kling-error', code: 1301 },
		});
		const run = await runOfficial(
			emulator.url,
			{ ...WAIT, model: 'kling-v2-6', prompt: '={{ $json.prompt }}' },
			{
				input: items({ prompt: 'one' }, { prompt: 'two' }, { prompt: 'three' }),
				node: { onError: 'continueRegularOutput' },
			},
		);
		const [one, two, three, ...more] = run.items(NODE);
		expect(more).toEqual([]);
		expect([one, three].map((item) => item?.json.task_status)).toEqual(['completed', 'completed']);
		expectFailed(two, {
			item: 1,
			error: { kind: 'moderation', klingCode: 1301, httpStatus: 400 },
		});
	});
});
