import {
	cleanUp,
	errorOf,
	expectFailed,
	HttpServer,
	NODE,
	numbered,
	PLAIN,
	REFUSE_WORD,
	runNode,
	sent,
	startGateway,
	type Emulator,
	type FaultAction,
} from './fixture.mts';

jest.mock('../../nodes/shared/n8n/systemClock', () =>
	jest.requireActual('../../testkit/clocks/fastClock.mts'),
);

let emulator: Emulator;

beforeAll(async () => {
	emulator = await startGateway();
});
beforeEach(() => emulator.reset());
afterAll(async () => {
	cleanUp();
	await emulator.close();
});

const NOTHING_BOUGHT = 'Nothing was bought.';
const MAYBE_STARTED = 'The video may have been started and billed all the same';

const reply = (body: unknown, status = 200): FaultAction => ({ type: 'reply', status, body });

interface Failure {
	name: string;
	action: FaultAction;
	message: string;
	/** Parts of the description: what to do. */
	advice: string[];
	bought: typeof NOTHING_BOUGHT | typeof MAYBE_STARTED;
}

const CHECK_URL = 'Check the Base URL in the Kling API credential.';

const FAILURES: Failure[] = [
	{
		name: '400',
		action: { type: 'kling-error', status: 400, message: 'mode: not for this model' },
		message: 'Kling refused the request’s parameters (HTTP 400)',
		advice: [
			'Compare the node’s fields with what the chosen Model can do',
			'Original reply: "mode: not for this model',
		],
		bought: NOTHING_BOUGHT,
	},
	{
		name: '401',
		action: { type: 'kling-error', status: 401 },
		message: 'Kling refused the API key (HTTP 401)',
		advice: ['Check the key in the Kling API credential'],
		bought: NOTHING_BOUGHT,
	},
	{
		name: '403',
		action: { type: 'kling-error', status: 403 },
		message: 'The API key has no permission for this request (HTTP 403)',
		advice: ['Choose another Model, or have this one enabled for the key'],
		bought: NOTHING_BOUGHT,
	},
	{
		name: '404',
		action: reply('', 404),
		message: 'Kling does not know what was asked for (HTTP 404)',
		advice: ['and its Base URL'],
		bought: NOTHING_BOUGHT,
	},
	{
		name: '418',
		action: reply({ hello: 'teapot' }, 418),
		message: 'Kling refused the request (HTTP 418)',
		advice: [CHECK_URL, 'Original reply: "{"hello":"teapot"}'],
		bought: NOTHING_BOUGHT,
	},
	{
		name: '500 after the video was started',
		action: { type: 'kling-error', status: 500, when: 'after', message: 'boom' },
		message: 'Kling has trouble on its side (HTTP 500)',
		advice: ['Try again in a few minutes.', 'Original reply: "boom'],
		bought: MAYBE_STARTED,
	},
	{
		name: '503',
		action: reply('busy', 503),
		message: 'The server in front of Kling has trouble (HTTP 503)',
		advice: ['Try again in a few minutes.', 'Original reply: "busy'],
		bought: MAYBE_STARTED,
	},
	{
		name: 'a web page with 502',
		action: { type: 'html', status: 502, when: 'after' },
		message: 'The server in front of Kling has trouble (HTTP 502)',
		advice: ['Try again in a few minutes.', 'Original reply: "<html>'],
		bought: MAYBE_STARTED,
	},
	{
		name: 'a web page with 200',
		action: { type: 'html', status: 200 },
		message: 'Kling’s reply cannot be used: it is a web page (HTTP 200)',
		advice: [CHECK_URL, 'Original reply: "<html>'],
		bought: MAYBE_STARTED,
	},
	{
		name: 'a web page with 403',
		action: { type: 'html', status: 403 },
		message: 'Something else than the Kling API answered (HTTP 403)',
		advice: [CHECK_URL],
		bought: NOTHING_BOUGHT,
	},
	{
		name: 'a redirection',
		action: { type: 'reply', status: 307, headers: { Location: '/gateway/v1/videos/text2video' } },
		message: 'Something else than the Kling API answered (HTTP 307)',
		advice: [CHECK_URL],
		bought: NOTHING_BOUGHT,
	},
	{
		name: 'an empty body',
		action: { type: 'empty', when: 'after' },
		message: 'Kling’s reply cannot be used: it is empty (HTTP 200)',
		advice: [CHECK_URL, 'If other requests work, try again in a few minutes.'],
		bought: MAYBE_STARTED,
	},
	{
		name: 'JSON that ends half way',
		action: { type: 'reply', status: 200, when: 'after', body: '{"task_id": "CmYgj' },
		message: 'Kling’s reply cannot be used: it is not complete JSON (HTTP 200)',
		advice: ['Original reply: "{"task_id": "CmYgj'],
		bought: MAYBE_STARTED,
	},
	{
		name: 'a reply that is cut off',
		action: { type: 'truncate' },
		message: 'The connection to Kling broke before the reply was complete',
		advice: ['Try again in a few minutes.'],
		bought: MAYBE_STARTED,
	},
	{
		name: 'a reset before the request was handled',
		action: { type: 'reset' },
		message: 'The connection to Kling broke before the reply was complete',
		advice: ['Try again in a few minutes.'],
		bought: MAYBE_STARTED,
	},
	{
		name: 'a reset after the video was started',
		action: { type: 'reset', when: 'after' },
		message: 'The connection to Kling broke before the reply was complete',
		advice: ['Try again in a few minutes.'],
		bought: MAYBE_STARTED,
	},
	{
		name: 'JSON without a task ID',
		action: reply({ task_status: 'submitted' }),
		message: 'Kling’s reply cannot be used: "task_id" is missing or of another kind (HTTP 200)',
		advice: ['Original reply: "{"task_status":"submitted"}'],
		bought: MAYBE_STARTED,
	},
	{
		name: 'JSON with an empty task ID',
		action: reply({ task_id: '', task_status: 'submitted' }),
		message: 'Kling’s reply cannot be used: "task_id" is missing or of another kind (HTTP 200)',
		advice: [],
		bought: MAYBE_STARTED,
	},
	{
		name: 'JSON without a status',
		action: reply({ task_id: 't-1' }),
		message: 'Kling’s reply cannot be used: "task_status" is missing or of another kind (HTTP 200)',
		advice: [],
		bought: MAYBE_STARTED,
	},
	...['null', '[]', '"ok"', '42'].map(
		(body): Failure => ({
			name: `the JSON ${body}`,
			action: reply(body),
			message: 'Kling’s reply cannot be used: it holds no task (HTTP 200)',
			advice: [`Original reply: "${body}`],
			bought: MAYBE_STARTED,
		}),
	),
	{
		name: 'a service code under HTTP 200',
		action: reply({ code: 1102, message: 'Account balance not enough', request_id: 'r-9' }),
		message: 'The Kling resource pack is used up or expired (code 1102, HTTP 200)',
		advice: [
			'Buy a resource pack in Kling’s console.',
			'Original reply: "Account balance not enough',
			'Request ID: r-9',
		],
		bought: NOTHING_BOUGHT,
	},
	{
		name: 'a final service code over HTTP 429',
		action: reply({ code: 1101, message: 'Account in arrears' }, 429),
		message: 'The Kling account is in arrears (code 1101, HTTP 429)',
		advice: ['Top up the account in Kling’s console.'],
		bought: NOTHING_BOUGHT,
	},
	{
		name: 'a service code as text',
		action: reply({ code: '1301', message: 'no' }, 400),
		message: 'Kling’s content check refused the prompt (code 1301, HTTP 400)',
		advice: ['Change the prompt'],
		bought: NOTHING_BOUGHT,
	},
	{
		name: 'an error in the way of OpenAI',
		action: reply({ error: { message: 'quota exceeded', code: 'insufficient_quota' } }, 403),
		message: 'The API key has no permission for this request (HTTP 403)',
		advice: ['Original reply: "quota exceeded'],
		bought: NOTHING_BOUGHT,
	},
];

/** What an item, which has no description, must say too. */
function inMessage(bought: string): string {
	return bought === MAYBE_STARTED ? '; the video may have been started' : '';
}

describe.each(['create', 'createAndWait'])('%s: a request that fails', (operation) => {
	it.each(FAILURES)(
		'with $name is sent once and explained',
		async ({ action, message, advice, bought }) => {
			emulator.addFault({ match: { route: 'create' }, times: 'forever', action });
			const run = await runNode(emulator.gatewayUrl, { operation, ...PLAIN });
			expect(emulator.requests().map(({ method }) => method)).toEqual(['POST']);
			expect(run.status).toBe('error');
			const error = errorOf(run);
			expect(error.name).toBe('NodeApiError');
			expect(error.message).toBe(`${message}${inMessage(bought)} [Item 0]`);
			for (const part of [...advice, bought]) expect(error.description).toContain(part);
			expect(error.context.itemIndex).toBe(0);
		},
	);
});

describe('with Continue', () => {
	it.each(FAILURES)('$name becomes an item', async ({ action, message, bought }) => {
		emulator.addFault({ match: { contains: 'cat 1' }, action });
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...PLAIN, prompt: '=a cat {{ $json.n }}' },
			{ input: numbered(3), node: { onError: 'continueRegularOutput' } },
		);
		expect(run.status).toBe('success');
		const good = (item: number) => ({
			json: {
				task_id: expect.any(String),
				task_status: 'submitted',
				created_at: expect.any(Number),
				updated_at: expect.any(Number),
				model_name: 'kling-v1-6',
			},
			pairedItem: { item },
		});
		const [first, second, third, ...more] = run.items(NODE);
		expect([first, third, ...more]).toEqual([good(0), good(2)]);
		expectFailed(second, { item: 1, message: `${message}${inMessage(bought)} [Item 1]` });
		expect(sent(emulator, 'create').length).toBe(3);
	});
});

describe('what Kling itself refuses', () => {
	it('is said in Kling’s words', async () => {
		const run = await runNode(emulator.gatewayUrl, {
			operation: 'create',
			...PLAIN,
			prompt: `a ${REFUSE_WORD} cat`,
		});
		expect(errorOf(run).description).toContain(
			'Original reply: "Failure to pass the risk control system',
		);
		expect(sent(emulator, 'create').length).toBe(1);
	});

	it('includes the wrong key, tried once', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...PLAIN },
			{ credential: { apiKey: 'wrong' } },
		);
		expect(errorOf(run)).toMatchObject({
			name: 'NodeApiError',
			message: 'Kling refused the API key (HTTP 401) [Item 0]',
			httpCode: '401',
		});
		expect(emulator.requests().length).toBe(1);
	});

	it('quotes no more than the beginning of a long reply', async () => {
		emulator.addFault({ action: reply('x'.repeat(5000), 400) });
		const run = await runNode(emulator.gatewayUrl, { operation: 'create', ...PLAIN });
		expect(errorOf(run).description).toContain(`Original reply: "${'x'.repeat(200)}…`);
		expect(errorOf(run).description?.length).toBeLessThan(500);
	});
});

describe('"not yet"', () => {
	it.each<[string, FaultAction]>([
		['429 without a code', { type: 'kling-error', status: 429 }],
		['1302', reply({ code: 1302, message: 'Request too frequent' }, 429)],
		['1303', reply({ code: 1303, message: 'parallel task over resource pack limit' }, 429)],
	])('%s is tried again until it works, and one video is bought', async (_name, action) => {
		emulator.addFault({ match: { route: 'create' }, times: 3, action });
		const run = await runNode(emulator.gatewayUrl, { operation: 'create', ...PLAIN });
		expect(run.items(NODE).map(({ json }) => json.task_status)).toEqual(['submitted']);
		expect(sent(emulator, 'create').length).toBe(4);
		expect(emulator.tasks().length).toBe(1);
	});

	it('comes back no sooner than Retry-After says', async () => {
		emulator.addFault({
			match: { route: 'create' },
			action: { type: 'kling-error', status: 429, headers: { 'Retry-After': '20' } },
		});
		await runNode(emulator.gatewayUrl, { operation: 'create', ...PLAIN });
		const [first, second] = sent(emulator, 'create').map(({ time }) => time);
		// The clock of this test runs a hundred times faster; one millisecond for rounding.
		expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(199);
		expect(emulator.tasks().length).toBe(1);
	});

	it('waits for a slot of a small account instead of failing', async () => {
		emulator.updateAccount('emulator', { concurrency: 1 });
		try {
			const run = await runNode(
				emulator.gatewayUrl,
				{ operation: 'createAndWait', ...PLAIN, downloadVideo: false },
				{ input: numbered(3) },
			);
			expect(run.items(NODE).map(({ json }) => json.task_status)).toEqual(
				Array(3).fill('completed'),
			);
			expect(emulator.tasks().length).toBe(3);
			expect(sent(emulator, 'create').some(({ status }) => status === 429)).toBe(true);
		} finally {
			emulator.updateAccount('emulator', { concurrency: 20 });
		}
	});

	it('fails when the time is up, and says that nothing was bought', async () => {
		emulator.addFault({
			match: { route: 'create' },
			times: 'forever',
			action: { type: 'kling-error', status: 429 },
		});
		const run = await runNode(emulator.gatewayUrl, {
			operation: 'createAndWait',
			...PLAIN,
			waitOptions: { timeout: 0.2 },
		});
		expect(errorOf(run).message).toBe(
			'Kling takes no further request at the moment (HTTP 429) [Item 0]',
		);
		expect(errorOf(run).description).toContain(NOTHING_BOUGHT);
		expect(sent(emulator, 'create').length).toBeGreaterThan(2);
		expect(emulator.tasks()).toEqual([]);
	});
});

describe('an address where nobody listens', () => {
	it('is named as the trouble, and nothing was bought', async () => {
		const server = new HttpServer();
		await server.start();
		const { url } = server;
		await server.stop();
		const run = await runNode(url, { operation: 'create', ...PLAIN });
		const error = errorOf(run);
		expect(error.name).toBe('NodeApiError');
		expect(error.message).toBe('Kling cannot be reached [Item 0]');
		expect(error.description).toContain('Check the Base URL in the Kling API credential');
		expect(error.description).toContain('ECONNREFUSED');
		expect(error.description).toContain(NOTHING_BOUGHT);
	});

	it('may be a host name that does not exist', async () => {
		const run = await runNode('http://kling-nowhere-x', { operation: 'create', ...PLAIN });
		expect(errorOf(run).message).toBe('Kling cannot be reached [Item 0]');
		expect(errorOf(run).description).toContain(NOTHING_BOUGHT);
	});
});

describe('the default On Error', () => {
	it('names the other tasks of a batch, which are not lost', async () => {
		emulator.addFault({
			match: { contains: 'cat 2' },
			action: { type: 'kling-error', status: 400 },
		});
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...PLAIN, prompt: '=a cat {{ $json.n }}' },
			{ input: numbered(3) },
		);
		const error = errorOf(run);
		expect(error.message).toBe('Kling refused the request’s parameters (HTTP 400) [Item 2]');
		expect(error.context.itemIndex).toBe(2);
		expect(emulator.tasks().length).toBe(2);
		for (const { id, body } of emulator.tasks()) {
			const item = (body as { prompt: string }).prompt.slice(-1);
			expect(error.description).toContain(`${id} (item ${item}, submitted)`);
		}
	});

	it('creates nothing further after a failure', async () => {
		emulator.addFault({
			match: { contains: 'cat 0' },
			action: { type: 'kling-error', status: 400 },
		});
		// The other four of the first five are still on their way when the first one fails.
		emulator.addFault({
			match: { route: 'create' },
			times: 4,
			action: { type: 'slow', ms: 60 },
		});
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...PLAIN, prompt: '=a cat {{ $json.n }}' },
			{ input: numbered(9) },
		);
		expect(errorOf(run).context.itemIndex).toBe(0);
		expect(sent(emulator, 'create').length).toBe(5);
		for (const { id } of emulator.tasks()) expect(errorOf(run).description).toContain(id);
	});
});
