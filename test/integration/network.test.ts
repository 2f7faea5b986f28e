import {
	cleanUp,
	errorOf,
	eventually,
	HttpServer,
	NODE,
	PLAIN,
	runCredentialTest,
	runNode,
	startNode,
	types,
} from './fixture.mts';
import { cut, trickle } from './hostileNetwork.mts';

jest.mock('../../nodes/shared/n8n/systemClock', () =>
	jest.requireActual('../../testkit/clocks/fastClock.mts'),
);

/** The limits of requests, and how long they last here. */
const LIMITS: Readonly<Record<number, number>> = {
	10_000: 500,
	20_000: 700,
	60_000: 1_000,
};

const server = new HttpServer();
beforeAll(async () => {
	await server.start();
	await cut.start();
	// n8n's engine takes its time to load.
	await runNode('http://127.0.0.1:1', { operation: 'create', ...PLAIN });
}, 60_000);
beforeEach(() => {
	server.reset();
	const timeout = AbortSignal.timeout.bind(AbortSignal);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(LIMITS[ms] ?? ms));
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
	cleanUp();
	await server.stop();
	await cut.stop();
});

describe('N1: a request that was never sent', () => {
	it.each([
		[
			'N1 https to a port of http',
			() => server.url.replace('http:', 'https:'),
			/http:\/\/ or https:\/\//,
		],
		['N1+ a port where nobody listens', () => 'http://127.0.0.1:1', /network connection/],
		['N1+ a host that does not exist', () => 'https://no-such-host.invalid', /network connection/],
		['N1+ a connection that is cut during the handshake', () => cut.url, /http:\/\/ or https:\/\//],
	])('%s: nothing was started, and the advice fits', async (_report, baseUrl, advice) => {
		const run = await runNode(baseUrl(), { operation: 'create', ...PLAIN });
		const error = errorOf(run);
		expect(error.message).toBe('Kling can’t be reached [Item 0]');
		expect(error.description).toMatch(advice);
		expect(error.description).toContain('You were not charged');
		expect(server.requests).toEqual([]);
	});
});

describe('N7: a reply that trickles', () => {
	it('ends a status check at its limit, and is cut off', async () => {
		server.answer = (_request, response) => trickle(response);
		const run = await runNode(server.url, { operation: 'getStatus', taskId: 'task-1' });
		expect(errorOf(run).message).toBe('Kling didn’t answer in time (task task-1) [Item 0]');
		await eventually(() => server.connections === 0);
	});

	it('ends a creation at its limit, which may have started the video', async () => {
		server.answer = (_request, response) => trickle(response);
		const run = await runNode(server.url, { operation: 'create', ...PLAIN });
		expect(errorOf(run).message).toContain('Kling didn’t answer in time');
		expect(errorOf(run).message).toContain('may have been started');
		expect(server.requests).toHaveLength(1);
		await eventually(() => server.connections === 0);
	});

	it('ends the credential’s test at its limit, and is cut off', async () => {
		server.answer = (_request, response) => trickle(response);
		const result = await runCredentialTest(
			'klingApi',
			{ service: 'gateway', baseUrl: server.url, apiKey: 'key' },
			types(),
		);
		expect(result.status).toBe('Error');
		expect(result.message).toContain('Kling didn’t answer in time');
		await eventually(() => server.connections === 0);
	});

	it('is ended by Stop', async () => {
		server.answer = (_request, response) => trickle(response);
		const running = startNode(server.url, { operation: 'getStatus', taskId: 'task-1' });
		await eventually(() => server.requests.length > 0);
		running.stop();
		const run = await running.finished;
		expect(run.status).toBe('canceled');
		expect(run.runs(NODE)).toHaveLength(1);
		await eventually(() => server.connections === 0);
	});
});
