import {
	errorOf,
	NODE,
	PLAIN,
	runCredentialTest,
	runNode,
	startNode,
	time,
	types,
	useServer,
} from './fixture.mts';
import { cut, trickle } from './hostileNetwork.mts';

const server = useServer();
beforeAll(async () => await cut.start());
afterAll(async () => await cut.stop());

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
		await time.until(() => server.connections === 0);
	});

	it('ends a creation at its limit, which may have started the video', async () => {
		server.answer = (_request, response) => trickle(response);
		const run = await runNode(server.url, { operation: 'create', ...PLAIN });
		expect(errorOf(run).message).toContain('Kling didn’t answer in time');
		expect(errorOf(run).message).toContain('may have been started');
		expect(server.requests).toHaveLength(1);
		await time.until(() => server.connections === 0);
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
		await time.until(() => server.connections === 0);
	});

	it('is ended by Stop', async () => {
		server.answer = (_request, response) => trickle(response);
		const running = startNode(server.url, { operation: 'getStatus', taskId: 'task-1' });
		await time.until(() => server.requests.length > 0);
		running.stop();
		const run = await running.finished;
		expect(run.status).toBe('canceled');
		expect(run.runs(NODE)).toHaveLength(1);
		await time.until(() => server.connections === 0);
	});
});
