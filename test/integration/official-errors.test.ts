import {
	cleanUp,
	errorOf,
	expectFailed,
	FAIL_WORD,
	items,
	NODE,
	REFUSE_WORD,
	sent,
	type Emulator,
	type FaultAction,
	type RecordedRequest,
} from './fixture.mts';
import { ACCESS_KEY, itemsOf, runOfficial, startOfficial } from './officialFixture.mts';

jest.mock('../../nodes/shared/n8n/systemClock', () =>
	jest.requireActual('../../testkit/clocks/fastClock.mts'),
);

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startOfficial();
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	cleanUp();
	await emulator.close();
});

type Code = NonNullable<Extract<FaultAction, { type: 'kling-error' }>['code']>;

/** What trying again can bring; `lookUp`: only after Kling has said that it has no such task. */
type Repetition = 'never' | 'resign' | 'whenFree' | 'lookUp';

interface Fact {
	code: Code;
	http: number;
	meaning: string;
	/** A part of what the user is told to do. */
	advice: string;
	repetition: Repetition;
}

const fact = (
	code: Code,
	http: number,
	meaning: string,
	advice: string,
	repetition: Repetition = 'never',
): Fact => ({ code, http, meaning, advice, repetition });

const KEYS =
	'Check the key in the Kling API credential, and that it belongs to the service and region';
const CONTENT = 'Change the prompt so that it keeps to Kling’s content rules.';
const LATER = 'Try again in a few minutes.';
const FEWER = 'Try again later, or create fewer videos at a time.';

/** Kling's error codes (docs/kling-api.md#error-codes), and what the node makes of it. */
const FACTS: Fact[] = [
	fact(1000, 401, 'Kling refused the credential', KEYS),
	fact(1001, 401, 'Kling received no API key', KEYS),
	fact(1002, 401, 'Kling refused the API key', KEYS),
	fact(1003, 401, 'Kling says the signed token is not valid yet', 'Set the clock', 'resign'),
	fact(1004, 401, 'Kling says the signed token has expired', 'Set the clock', 'resign'),
	fact(1100, 429, 'The Kling account is in an abnormal state', 'Look at the account'),
	fact(1101, 429, 'The Kling account is in arrears', 'Top up the account'),
	fact(1102, 429, 'The Kling resource pack is used up or expired', 'Buy a resource pack'),
	fact(1103, 403, 'The account has no permission for this API or model', 'Choose another Model'),
	fact(1200, 400, 'Kling refused the request’s parameters', 'what the chosen Model can do'),
	fact(1201, 400, 'Kling refused one of the request’s parameters', 'Change the field'),
	fact(1202, 404, 'Kling does not offer this request at this address', 'Check the Base URL'),
	fact(
		1203,
		404,
		'Kling does not know the model or task asked for',
		'Kling 3.0, Kling 3.0 Turbo, Kling 2.6, Kling 2.5 Turbo.',
	),
	fact(1300, 400, 'Kling’s platform policy forbids this request', CONTENT),
	fact(1301, 400, 'Kling’s content check refused the prompt', CONTENT),
	fact(1302, 429, 'Requests come too fast for Kling', FEWER, 'whenFree'),
	fact(1303, 429, 'All of the account’s slots for parallel videos are taken', FEWER, 'whenFree'),
	fact(1304, 429, 'Kling does not accept requests from this server’s IP address', 'IP allow-list'),
	fact(5000, 500, 'Kling has trouble on its side', LATER, 'lookUp'),
	fact(5001, 503, 'Kling is under maintenance', LATER, 'lookUp'),
	fact(5002, 504, 'Kling’s backlog is too long', LATER, 'lookUp'),
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

const REQUEST_ID = /Request ID: [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\./;

function expectToSay(
	run: Parameters<typeof errorOf>[0],
	{ code, http, meaning, advice }: Fact,
	words = 'in Kling’s words',
): void {
	const error = errorOf(run) as ReturnType<typeof errorOf> & { httpCode?: string };
	expect(error.name).toBe('NodeApiError');
	expect(error.message).toBe(`${meaning} (code ${code}, HTTP ${http}) [Item 0]`);
	expect(error.httpCode).toBe(String(http));
	expect(error.context.itemIndex).toBe(0);
	expect(error.description).toContain(advice);
	expect(error.description).toContain(`Original reply: "${words}".`);
	expect(error.description).toMatch(REQUEST_ID);
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
		expect(errorOf(run).description).toContain('Nothing was bought.');
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

	it.each(those('whenFree'))('waits and goes on after %d', async (code) => {
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
		expect(errorOf(run).description).toContain('Nothing was bought.');
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

	it.each(those('lookUp'))('is paid for once when it succeeded in spite of %d', async (code) => {
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
		expectToSay(
			run,
			FACTS.find(({ code }) => code === 1301) as Fact,
			'Failure to pass the risk control system',
		);
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
			message: `Kling could not make the video: Failure to pass the risk control system (task ${task?.id}) [Item 0]`,
			facts: { task_id: task?.id, task_status: 'failed' },
		});
		expect(sent(emulator, 'create')).toHaveLength(1);
	});

	it('that failed later is told of by Get Status as it is', async () => {
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

describe('Get Status', () => {
	// With an access key there is one format to ask in, so that each code is seen by itself.
	const ask = async () =>
		await runOfficial(
			emulator.url,
			{ operation: 'getStatus', taskId: '867283741759111202' },
			{ credential: ACCESS_KEY },
		);

	it.each(titled(FACTS))('says what %d means, after one request', async (code, each) => {
		fail('query', { type: 'kling-error', code, message: 'in Kling’s words' });
		const run = await ask();
		const message = `${each.meaning} (code ${code}, HTTP ${each.http}) (task 867283741759111202) [Item 0]`;
		const { description, ...error } = errorOf(run);
		expect(errorOf(run).message).toBe(message);
		expect(error.name).toBe('NodeApiError');
		expect(description).toContain(each.advice);
		expect(description).toContain('Original reply: "in Kling’s words".');
		expect(description).toMatch(REQUEST_ID);
		expect(sent(emulator, 'query')).toHaveLength(1);
	});
});

describe('Get Many', () => {
	it.each(titled(FACTS))('says what %d means, after one request', async (code, each) => {
		fail('list', { type: 'kling-error', code, message: 'in Kling’s words' });
		const run = await runOfficial(
			emulator.url,
			{ operation: 'getMany' },
			{ credential: ACCESS_KEY },
		);
		expectToSay(run, each);
		expect(sent(emulator, 'list')).toHaveLength(1);
	});
});

describe('a reply', () => {
	const create = async () =>
		await runOfficial(emulator.url, { operation: 'create', ...VIDEO, model: 'kling-v2-6' });
	const reply = (status: number, body: object): FaultAction => ({ type: 'reply', status, body });

	it('is quoted whole: code, HTTP status, advice, words, request ID, what was bought', async () => {
		fail(
			'create',
			reply(429, {
				code: 1102,
				message: 'Account balance not enough',
				request_id: 'Cl68jmfO2ocAAAAAAKQIVw',
			}),
		);
		const { message, description } = errorOf(await create());
		expect(message).toBe(
			'The Kling resource pack is used up or expired (code 1102, HTTP 429) [Item 0]',
		);
		expect(description).toBe(
			'Buy a resource pack in Kling’s console. Original reply: "Account balance not enough". Request ID: Cl68jmfO2ocAAAAAAKQIVw. Nothing was bought.',
		);
	});

	it('with its code as text is understood, good or bad', async () => {
		emulator.addFault({ match: { route: 'create' }, action: { type: 'string-code' } });
		expect(itemsOf(await create())[0]?.json.task_id).toBe(emulator.tasks()[0]?.id);

		emulator.reset();
		fail('create', reply(429, { code: '1102', message: 'no', request_id: 'r' }));
		expect(errorOf(await create()).message).toBe(
			'The Kling resource pack is used up or expired (code 1102, HTTP 429) [Item 0]',
		);
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
		const { message, description } = errorOf(await create());
		expect(message).toBe(
			'The API key has no permission for this request (code 1999, HTTP 403) [Item 0]',
		);
		expect(description).toContain('Original reply: "new rule". Request ID: r-1.');
		expect(sent(emulator, 'create')).toHaveLength(1);
	});

	it('waits as long as Retry-After says', async () => {
		fail('create', { type: 'kling-error', code: 1303, headers: { 'Retry-After': '20' } }, 1);
		const startedAt = Date.now();
		expect(itemsOf(await create())).toHaveLength(1);
		// A second lasts ten milliseconds here.
		expect(Date.now() - startedAt).toBeGreaterThanOrEqual(200);
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
			message: 'Kling’s content check refused the prompt (code 1301, HTTP 400) [Item 1]',
		});
	});
});
