import type { IConnections, ICredentialDataDecryptedObject, INode } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { HttpServer, sendJson } from './http-server.mts';
import {
	cleanUp,
	loadBuiltPackage,
	loadWorkflow,
	runCredentialTest,
	runWorkflow,
	startWorkflow,
	type EngineOptions,
	type ProgressEvent,
	type WorkflowJson,
} from './index.mts';
import { Probe, ProbeApi, SigningProbeApi, TestingProbe } from './probe.mts';

const server = new HttpServer();
const types = {
	nodeTypes: { 'test.probe': new Probe() },
	credentialTypes: { probeApi: new ProbeApi() },
};

/** "Start" (a manual trigger) followed by `nodes`, the first output of each to the next. */
function chain(...nodes: Array<Partial<INode>>): WorkflowJson {
	const all = [{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' }, ...nodes].map(
		(node): INode => ({
			id: node.name ?? 'Probe',
			name: 'Probe',
			type: 'test.probe',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
			...node,
		}),
	);
	const connections: IConnections = {};
	for (const [index, { name }] of all.slice(1).entries()) {
		const previous = all[index] as INode;
		connections[previous.name] = { main: [[{ node: name, type: 'main', index: 0 }]] };
	}
	return { nodes: all, connections };
}

function probe(operation: string, node: Partial<INode> = {}): Partial<INode> {
	return { ...node, parameters: { operation, url: server.url, ...node.parameters } };
}

async function run(workflow: WorkflowJson, options: Partial<EngineOptions> = {}) {
	return await runWorkflow(workflow, {
		...types,
		credentials: { probeApi: { url: server.url, key: 'secret' } },
		...options,
	});
}

/** Waits, a second at most, until a condition holds. */
async function until(condition: () => boolean) {
	for (let i = 0; i < 100 && !condition(); i++) await sleep(10);
	expect(condition()).toBe(true);
}

beforeAll(async () => await server.start());
beforeEach(() => server.reset());
afterAll(async () => {
	cleanUp();
	await server.stop();
});

describe('items', () => {
	it('runs a node on every item, with expressions', async () => {
		const result = await run(
			chain(
				probe('echo', {
					parameters: { text: '={{ $json.n + 1 }} after {{ $("Start").item.json.n }}' },
				}),
			),
			{ input: [{ json: { n: 1 } }, { json: { n: 2 } }] },
		);
		expect(result.status).toBe('success');
		expect(result.items('Probe')).toEqual([
			{ json: { text: '2 after 1' }, pairedItem: { item: 0 } },
			{ json: { text: '3 after 2' }, pairedItem: { item: 1 } },
		]);
	});

	it('starts with one empty item and fills in parameter defaults', async () => {
		const result = await run(chain({}));
		expect(result.items('Probe').map(({ json }) => json)).toEqual([{ text: 'by default' }]);
	});

	it('leaves the given workflow and items as they are', async () => {
		const workflow = chain({});
		const before = structuredClone(workflow);
		await run(workflow);
		expect(workflow).toEqual(before);
	});

	it('can start with any node', async () => {
		const result = await run(chain({}), {
			startNode: 'Probe',
			input: [{ json: {} }, { json: {} }],
		});
		expect(result.items('Probe')).toHaveLength(2);
		expect(result.runs('Start')).toEqual([]);
	});

	it('refuses a node type it does not have, naming it', async () => {
		const failing = run(chain({ name: 'Alien', type: 'other.node' }));
		await expect(failing).rejects.toThrow(/"Alien" has type "other\.node".*test\.probe/);
	});

	it('refuses what n8n refuses before it starts', async () => {
		const failing = run(chain({ parameters: { text: '' } }));
		await expect(failing).rejects.toThrow(/issues/);
	});
});

describe('built-in nodes', () => {
	const assignments = {
		assignments: [
			{ id: '1', name: 'text', type: 'string', value: '={{ $json.n }} times' },
			{ id: '2', name: 'twice', type: 'number', value: '={{ $json.n * 2 }}' },
			{ id: '3', name: 'yes', type: 'boolean', value: 'true' },
		],
	};
	const set = { name: 'Set', type: 'n8n-nodes-base.set', typeVersion: 3.4 };

	it('runs Edit Fields, No Operation and ignores sticky notes', async () => {
		const workflow = chain(
			{ ...set, parameters: { assignments } },
			{ name: 'End', type: 'n8n-nodes-base.noOp' },
		);
		const note = { name: 'Note', type: 'n8n-nodes-base.stickyNote' };
		workflow.nodes.push({ ...(workflow.nodes[0] as INode), ...note });
		const result = await run(workflow, { input: [{ json: { n: 2 } }] });
		expect(result.items('End')[0]?.json).toEqual({ text: '2 times', twice: 4, yes: true });
	});

	it('keeps the other fields if asked to', async () => {
		const parameters = { assignments, includeOtherFields: true };
		const result = await run(chain({ ...set, parameters }), { input: [{ json: { n: 2 } }] });
		expect(result.items('Set')[0]?.json).toMatchObject({ n: 2, twice: 4 });
	});

	it('starts with a schedule', async () => {
		const workflow = chain({});
		workflow.nodes[0] = { ...(workflow.nodes[0] as INode), type: 'n8n-nodes-base.scheduleTrigger' };
		expect((await run(workflow)).items('Probe')).toHaveLength(1);
	});
});

describe('credentials', () => {
	it('authenticates by expressions', async () => {
		server.answer = (_request, response) => sendJson(response, 200, { fine: true });
		const result = await run(chain(probe('request')));
		expect(result.items('Probe')[0]?.json).toEqual({ fine: true });
		expect(server.requests[0]?.headers.authorization).toBe('Bearer secret');
	});

	it("authenticates by the credential's own function, which sees defaults and what is shown", async () => {
		server.answer = (_request, response) => sendJson(response, 200, {});
		const probeApi = new SigningProbeApi();
		await run(chain(probe('request')), {
			credentialTypes: { probeApi },
			credentials: { probeApi: { url: 'https://example.com', unused: 'hidden by the form' } },
		});
		expect(server.requests[0]?.headers.authorization).toBe('signed');
		expect(probeApi.given).toEqual({ url: 'https://example.com', key: 'default-key' });
	});

	it('takes them by type where an exported workflow names an id', async () => {
		server.answer = (_request, response) => sendJson(response, 200, {});
		const credentials = { probeApi: { id: 'x7Fb', name: 'Probe account' } };
		const result = await run(chain(probe('request', { credentials })));
		expect(result.status).toBe('success');
	});

	it('fails the node when none were given', async () => {
		const result = await run(chain(probe('request')), { credentials: {} });
		expect(result.status).toBe('error');
		expect(result.nodeError('Probe')?.message).toMatch(/credentials/);
	});
});

describe('failures', () => {
	const refuse = () => {
		server.answer = (_request, response) => sendJson(response, 400, { message: 'No such model' });
	};

	it('end the workflow', async () => {
		refuse();
		const result = await run(chain(probe('request'), { name: 'Next' }));
		expect(result.status).toBe('error');
		expect(result.error?.description).toBe('No such model');
		expect(result.nodeError('Probe')?.name).toBe('NodeApiError');
		expect(result.runs('Next')).toEqual([]);
	});

	it('become items with Continue', async () => {
		refuse();
		const result = await run(chain(probe('request', { onError: 'continueRegularOutput' })));
		expect(result.status).toBe('success');
		expect(result.items('Probe')[0]?.json.error).toMatch(/Bad request/);
	});

	it('go to the error output with Continue (using error output)', async () => {
		refuse();
		const workflow = chain(probe('request', { onError: 'continueErrorOutput' }), { name: 'Next' });
		workflow.connections.Probe?.main?.unshift([]); // the first output leads nowhere
		const result = await run(workflow, { input: [{ json: { n: 1 } }] });
		expect(result.items('Probe', 0)).toEqual([]);
		expect(result.items('Probe', 1)[0]?.json).toMatchObject({ n: 1, error: expect.any(String) });
		expect(result.items('Next')).toHaveLength(1);
	});

	it('make Retry On Fail execute the node again', async () => {
		server.answer = (_request, response) => {
			const again = server.requests.length < 3;
			sendJson(response, again ? 503 : 200, { attempt: server.requests.length });
		};
		const retry = { retryOnFail: true, maxTries: 4, waitBetweenTries: 1 };
		const result = await run(chain(probe('request', retry)));
		expect(result.items('Probe')[0]?.json).toEqual({ attempt: 3 });
		expect(result.tries('Probe')).toBe(3);
		expect(result.runs('Probe')).toHaveLength(1);
	});
});

describe('stop', () => {
	it.each(['request', 'sleep'])('ends a %s at once', async (operation) => {
		const events: ProgressEvent[] = [];
		const running = startWorkflow(chain(probe(operation), { name: 'Next' }), {
			...types,
			credentials: { probeApi: {} },
			onProgress: (event) => events.push(event),
		});
		await until(() => events.some((event) => 'node' in event && event.node === 'Probe'));
		if (operation === 'request') await until(() => server.requests.length === 1);

		running.stop();
		// It would last an hour.
		const result = await running.finished;
		expect(result.status).toBe('canceled');
		expect(result.runs('Next')).toEqual([]);
		if (operation === 'request') await until(() => server.aborted === 1);
	});

	it('counts as stopped when the node then throws an error of its own', async () => {
		const running = startWorkflow(chain(probe('sleepAndComplain')), types);
		await sleep(50);
		running.stop();
		const result = await running.finished;
		expect(result.status).toBe('canceled');
		expect(result.nodeError('Probe')?.message).toBe('Woken up');
	});

	it('prevents a start that has not happened yet', async () => {
		const running = startWorkflow(chain(probe('request')), types);
		running.stop();
		expect((await running.finished).status).toBe('canceled');
		expect(server.requests).toEqual([]);
	});
});

describe('files', () => {
	const film = Buffer.alloc(300_000, 'film');

	beforeEach(() => {
		server.answer = (_request, response) => response.end(film);
	});

	it('are streamed into the file system', async () => {
		const result = await run(
			chain(probe('download'), { name: 'End', type: 'n8n-nodes-base.noOp' }),
		);
		const [item] = result.items('End');
		expect(item?.binary?.data).toMatchObject({
			data: 'filesystem-v2',
			mimeType: 'video/mp4',
			fileName: 'film.mp4',
			fileSize: '300 kB',
		});
		expect((await result.binary(item)).equals(film)).toBe(true);
		await expect(result.binary(item, 'other')).rejects.toThrow(/"other"/);
	});

	it('can be kept in memory', async () => {
		const result = await run(chain(probe('download')), { binaryMode: 'memory' });
		const [item] = result.items('Probe');
		expect(item?.binary?.data?.data).toBe(film.toString('base64'));
		expect((await result.binary(item)).equals(film)).toBe(true);
	});

	it('are gone after cleanUp()', async () => {
		const result = await run(chain(probe('download')));
		cleanUp();
		await expect(result.binary(result.items('Probe')[0])).rejects.toThrow(/not found/i);
	});
});

describe('progress', () => {
	it('tells of nodes, log lines and hints as they come', async () => {
		const events: ProgressEvent[] = [];
		const result = await run(chain(probe('report')), { onProgress: (event) => events.push(event) });
		expect(events.filter((event) => event.type !== 'log' || event.level !== 'debug')).toEqual([
			{ type: 'nodeStarted', node: 'Start' },
			{ type: 'nodeFinished', node: 'Start', items: 1 },
			{ type: 'nodeStarted', node: 'Probe' },
			{ type: 'log', node: 'Probe', level: 'info', message: 'Half way' },
			{ type: 'hint', node: 'Probe', message: 'Mind the gap' },
			{ type: 'nodeFinished', node: 'Probe', items: 1 },
		]);
		expect(result.hints('Probe')).toEqual([{ message: 'Mind the gap' }]);
	});

	it('keeps executions at the same time apart', async () => {
		const lines = await Promise.all(
			['1', '2'].map(async (executionId) => {
				const own: ProgressEvent[] = [];
				const onProgress = (event: ProgressEvent) => own.push(event);
				await run(chain(probe('report')), { executionId, onProgress });
				return own.filter((event) => event.type === 'log' && event.level === 'info').length;
			}),
		);
		expect(lines).toEqual([1, 1]);
	});

	it('knows the addresses of its instance', async () => {
		const options = { executionId: '77', instanceUrl: 'http://127.0.0.1:9' };
		const result = await run(chain(probe('report')), options);
		expect(result.items('Probe')[0]?.json.resumeUrl).toMatch(
			/^http:\/\/127\.0\.0\.1:9\/webhook-waiting\/77\?/,
		);
	});

	it('ends as waiting when a node suspends the execution', async () => {
		const result = await run(chain(probe('suspend'), { name: 'Next' }));
		expect(result.status).toBe('waiting');
		expect(result.runs('Next')).toEqual([]);
	});
});

describe('credential test', () => {
	const test = async (data: ICredentialDataDecryptedObject = { url: server.url }) =>
		await runCredentialTest('probeApi', data, types);

	it('is OK when the request succeeds', async () => {
		server.answer = (_request, response) => sendJson(response, 200, { error: { code: 0 } });
		expect(await test()).toEqual({ status: 'OK', message: 'Connection successful!' });
		expect(server.requests[0]).toMatchObject({
			url: '/account',
			headers: { authorization: 'Bearer default-key' },
		});
	});

	it('finds fault with a body by rule', async () => {
		server.answer = (_request, response) => sendJson(response, 200, { error: { code: 1000 } });
		expect(await test()).toEqual({ status: 'Error', message: 'Wrong key, says the body' });
	});

	it('finds fault with a status', async () => {
		server.answer = (_request, response) => sendJson(response, 401, {});
		expect(await test()).toEqual({ status: 'Error', message: 'Unauthorized' });
	});

	it('explains a status by rule', async () => {
		server.answer = (_request, response) => sendJson(response, 403, {});
		const probeApi = new ProbeApi();
		probeApi.test = {
			...probeApi.test,
			request: { baseURL: server.url },
			rules: [{ type: 'responseCode', properties: { value: 403, message: 'Not allowed' } }],
		};
		const result = await runCredentialTest(
			'probeApi',
			{ url: server.url },
			{ ...types, credentialTypes: { probeApi } },
		);
		expect(result).toEqual({ status: 'Error', message: 'Not allowed' });
	});

	it('names the network failure', async () => {
		expect(await test({ url: 'http://127.0.0.1:1' })).toEqual({
			status: 'Error',
			message: 'ECONNREFUSED',
		});
	});

	it('calls the function of a node', async () => {
		server.answer = (_request, response) => sendJson(response, 200, { says: 'No' });
		const result = await runCredentialTest(
			'probeApi',
			{ url: server.url },
			{
				nodeTypes: { 'test.probe': new TestingProbe() },
				credentialTypes: { probeApi: new SigningProbeApi() },
			},
		);
		expect(result).toEqual({ status: 'Error', message: 'No to default-key' });
	});

	it('is an error where there is none', async () => {
		const credentialTypes = { probeApi: new SigningProbeApi() };
		const result = await runCredentialTest('probeApi', {}, { ...types, credentialTypes });
		expect(result.status).toBe('Error');
	});
});

describe('workflow files and packages', () => {
	it('are loaded as n8n does and run together', async () => {
		const types = await loadBuiltPackage('testkit/engine/fixture');
		expect(Object.keys(types.credentialTypes)).toEqual(['pingApi']);
		const workflow = await loadWorkflow('testkit/engine/fixture/workflow.json');
		const result = await runWorkflow(workflow, types);
		expect(result.items('Ping').map(({ json }) => json)).toEqual([{ answer: 'pong' }]);
	});

	it('are refused if they are none', async () => {
		await expect(loadWorkflow('package.json')).rejects.toThrow(/not an n8n workflow/);
		await expect(loadBuiltPackage('test')).rejects.toThrow(/package\.json/);
	});
});
