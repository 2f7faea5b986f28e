import { consequences } from '../../nodes/shared/n8n/words/notes.ts';
import {
	adviceOn,
	errorOf,
	type ErrorFacts,
	expectFailed,
	factsOf,
	HttpServer,
	NODE,
	numbered,
	PLAIN,
	REFUSE_WORD,
	runNode,
	sent,
	useEmulator,
	type FaultAction,
} from './fixture.mts';

const emulator = useEmulator();

const AT_GATEWAY = { service: 'gateway', hasOwnBaseUrl: true } as const;

const reply = (body: unknown, status = 200): FaultAction => ({ type: 'reply', status, body });

interface Failure {
	name: string;
	action: FaultAction;
	/** What the error is about. Gateways have no external task IDs. */
	error: ErrorFacts & { mayHaveStarted?: true };
	/** What the description quotes of the reply. */
	quotes?: string[];
}

/** What the error is about when the video may have been started. */
const unsure = (kind: ErrorFacts['kind'], facts: Partial<ErrorFacts> = {}) =>
	({ kind, ...facts, mayHaveStarted: true }) as const;

const FAILURES: Failure[] = [
	{
		name: '400',
		action: { type: 'kling-error', status: 400, message: 'mode: not for this model' },
		error: { kind: 'badRequest', httpStatus: 400 },
		quotes: ['mode: not for this model'],
	},
	{
		name: '401',
		action: { type: 'kling-error', status: 401 },
		error: { kind: 'badKey', httpStatus: 401 },
	},
	{
		name: '403',
		action: { type: 'kling-error', status: 403 },
		error: { kind: 'noPermission', httpStatus: 403 },
	},
	{
		name: '404',
		action: reply('', 404),
		error: { kind: 'notFound', httpStatus: 404 },
	},
	{
		name: '418',
		action: reply({ hello: 'teapot' }, 418),
		error: { kind: 'refused', httpStatus: 418 },
		quotes: ['{"hello":"teapot"}'],
	},
	{
		name: '500 after the video was started',
		action: { type: 'kling-error', status: 500, when: 'after', message: 'boom' },
		error: unsure('serverError', { httpStatus: 500 }),
		quotes: ['boom'],
	},
	{
		name: '503',
		action: reply('busy', 503),
		error: unsure('proxyError', { httpStatus: 503 }),
		quotes: ['busy'],
	},
	{
		name: 'a web page with 502',
		action: { type: 'html', status: 502, when: 'after' },
		error: unsure('proxyError', { httpStatus: 502 }),
		quotes: ['<html>'],
	},
	{
		name: 'a web page with 200',
		action: { type: 'html', status: 200 },
		error: unsure('webPage', { flaw: 'webPage', httpStatus: 200 }),
		quotes: ['<html>'],
	},
	{
		name: 'a web page with 403',
		action: { type: 'html', status: 403 },
		error: { kind: 'notTheApi', httpStatus: 403 },
	},
	{
		name: 'a redirection',
		action: { type: 'reply', status: 307, headers: { Location: '/gateway/v1/videos/text2video' } },
		error: unsure('redirected', { httpStatus: 307 }),
	},
	{
		name: 'an empty body',
		action: { type: 'empty', when: 'after' },
		error: unsure('unreadable', { flaw: 'empty', httpStatus: 200 }),
	},
	{
		name: 'JSON that ends half way',
		action: { type: 'reply', status: 200, when: 'after', body: '{"task_id": "CmYgj' },
		error: unsure('unreadable', { flaw: 'incompleteJson', httpStatus: 200 }),
		quotes: ['{"task_id": "CmYgj'],
	},
	{
		name: 'a reply that is cut off',
		action: { type: 'truncate' },
		error: unsure('interrupted'),
	},
	{
		name: 'a reset before the request was handled',
		action: { type: 'reset' },
		error: unsure('interrupted'),
	},
	{
		name: 'a reset after the video was started',
		action: { type: 'reset', when: 'after' },
		error: unsure('interrupted'),
	},
	{
		name: 'JSON without a task ID',
		action: reply({ task_status: 'submitted' }),
		error: unsure('otherShape', { flaw: 'noTask', httpStatus: 200 }),
		quotes: ['{"task_status":"submitted"}'],
	},
	{
		name: 'JSON with an empty task ID',
		action: reply({ task_id: '', task_status: 'submitted' }),
		error: unsure('otherShape', { flaw: 'noTask', httpStatus: 200 }),
	},
	...['null', '[]', '"ok"', '42'].map(
		(body): Failure => ({
			name: `the JSON ${body}`,
			action: reply(body),
			error: unsure('otherShape', { flaw: 'noTask', httpStatus: 200 }),
			quotes: [body],
		}),
	),
	{
		name: 'a service code under HTTP 200',
		action: reply({ code: 1102, message: 'Account balance not enough', request_id: 'r-9' }),
		error: { kind: 'noUnits', klingCode: 1102, httpStatus: 200 },
		quotes: ['Account balance not enough', 'r-9'],
	},
	{
		name: 'a final service code over HTTP 429',
		action: reply({ code: 1101, message: 'Account in arrears' }, 429),
		error: { kind: 'unpaid', klingCode: 1101, httpStatus: 429 },
		quotes: ['Account in arrears'],
	},
	{
		name: 'a service code as text',
		action: reply({ code: '1301', message: 'no' }, 400),
		error: { kind: 'moderation', klingCode: 1301, httpStatus: 400 },
	},
	{
		name: 'an error in the format of OpenAI',
		action: reply({ error: { message: 'quota exceeded', code: 'insufficient_quota' } }, 403),
		error: { kind: 'noQuota', httpStatus: 403 },
		quotes: ['quota exceeded'],
	},
];

describe.each(['create', 'createAndWait'])('%s: a request that fails', (operation) => {
	it.each(FAILURES)(
		'with $name is sent once and explained',
		async ({ action, error: expected, quotes = [] }) => {
			emulator.addFault({ match: { route: 'create' }, times: 'forever', action });
			const run = await runNode(emulator.gatewayUrl, { operation, ...PLAIN });
			// Whether the Kling API is there at all is seen by a task that cannot exist.
			const asksForAddress = ['webPage', 'otherShape'].includes(expected.kind);
			expect(emulator.requests().map(({ method }) => method)).toEqual(
				asksForAddress ? ['POST', 'GET'] : ['POST'],
			);
			expect(run.status).toBe('error');
			const error = errorOf(run);
			expect(error.name).toBe('NodeApiError');
			expect(factsOf(run)).toEqual({ ...expected, itemIndex: 0 });
			const { kind, mayHaveStarted } = expected;
			const situation = { isCreating: true, connection: AT_GATEWAY };
			const consequence = mayHaveStarted ? consequences.checkConsole : consequences.notCharged;
			for (const part of [adviceOn(kind, situation), ...quotes, consequence]) {
				expect(error.description).toContain(part);
			}
		},
	);
});

describe('with Continue', () => {
	it.each(FAILURES)('$name becomes an item', async ({ action, error }) => {
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
		expectFailed(second, { item: 1, error });
		expect(sent(emulator, 'create').length).toBe(3);
	});
});

describe('what Kling itself rejects', () => {
	it('is quoted in Kling’s words', async () => {
		const run = await runNode(emulator.gatewayUrl, {
			operation: 'create',
			...PLAIN,
			prompt: `a ${REFUSE_WORD} cat`,
		});
		expect(errorOf(run).description).toContain('"Failure to pass the risk control system');
		expect(sent(emulator, 'create').length).toBe(1);
	});

	it('includes the wrong key, tried once', async () => {
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...PLAIN },
			{ credential: { apiKey: 'wrong' } },
		);
		expect(errorOf(run)).toMatchObject({ name: 'NodeApiError', httpCode: '401' });
		expect(factsOf(run)).toEqual({ kind: 'badKey', httpStatus: 401, itemIndex: 0 });
		expect(emulator.requests().length).toBe(1);
	});

	it('quotes no more than the beginning of a long reply', async () => {
		emulator.addFault({ action: reply('x'.repeat(5000), 400) });
		const run = await runNode(emulator.gatewayUrl, { operation: 'create', ...PLAIN });
		expect(errorOf(run).description).toContain(`"${'x'.repeat(200)}…`);
		expect(errorOf(run).description?.length).toBeLessThan(500);
	});
});

describe('"not yet"', () => {
	it.each<[string, FaultAction]>([
		['429 without a code', { type: 'kling-error', status: 429 }],
		['1302', reply({ code: 1302, message: 'Request too frequent' }, 429)],
		['1303', reply({ code: 1303, message: 'parallel task over resource pack limit' }, 429)],
	])('%s is tried again until it works, and one video is charged', async (_name, action) => {
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
		expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(20_000);
		expect(emulator.tasks().length).toBe(1);
	});

	it('waits for a place in a small account instead of failing', async () => {
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

	it('fails when the time is up, and says that nothing was charged', async () => {
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
		expect(factsOf(run)).toEqual({ kind: 'busy', httpStatus: 429, itemIndex: 0 });
		expect(errorOf(run).description).toContain(consequences.notCharged);
		expect(sent(emulator, 'create').length).toBeGreaterThan(2);
		expect(emulator.tasks()).toEqual([]);
	});
});

describe('an address where nobody listens', () => {
	it('is named as the trouble, and nothing was charged', async () => {
		const server = new HttpServer();
		await server.start();
		const { url } = server;
		await server.stop();
		const run = await runNode(url, { operation: 'create', ...PLAIN });
		const error = errorOf(run);
		expect(error.name).toBe('NodeApiError');
		expect(factsOf(run)).toEqual({ kind: 'unreachable', itemIndex: 0 });
		expect(error.description).toContain(adviceOn('unreachable', { connection: AT_GATEWAY }));
		expect(error.description).toContain('ECONNREFUSED');
		expect(error.description).toContain(consequences.notCharged);
	});

	it('may be a host name that does not exist', async () => {
		const run = await runNode('http://kling-nowhere-x', { operation: 'create', ...PLAIN });
		expect(factsOf(run)).toEqual({ kind: 'unreachable', itemIndex: 0 });
		expect(errorOf(run).description).toContain(consequences.notCharged);
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
		expect(factsOf(run)).toEqual({ kind: 'badRequest', httpStatus: 400, itemIndex: 2 });
		expect(emulator.tasks().length).toBe(2);
		for (const { id, body } of emulator.tasks()) {
			const item = (body as { prompt: string }).prompt.slice(-1);
			expect(error.description).toContain(`${id} (item ${item}, Submitted)`);
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
			action: { type: 'slow', ms: 6_000 },
		});
		const run = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...PLAIN, prompt: '=a cat {{ $json.n }}' },
			{ input: numbered(9) },
		);
		expect(factsOf(run).itemIndex).toBe(0);
		expect(sent(emulator, 'create').length).toBe(5);
		for (const { id } of emulator.tasks()) expect(errorOf(run).description).toContain(id);
	});
});
