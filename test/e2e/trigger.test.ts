import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import { RISK_CONTROL, type CallbackDelivery } from '../../emulator/index.mts';
import { forgedHeaders, SIGNATURE_VECTOR } from '../../emulator/testing.mts';
import { answers } from '../../nodes/shared/n8n/words/notes';
import { eventually, pause } from '../../testkit/eventually.mts';
import {
	chain,
	code,
	FAIL_WORD,
	hashFile,
	imageNode,
	klingAccount,
	klingNode,
	manualTrigger,
	noOp,
	startHost,
	type CredentialReference,
	type Execution,
	type Host,
	type NodeSketch,
	type WorkflowSource,
} from '../../testkit/n8n/index.mts';

const { secret: SECRET } = SIGNATURE_VECTOR;

/** How long to make sure that nothing starts. */
const QUIET_MS = 700;

let host: Host;
let signing: CredentialReference;
let plain: CredentialReference;

beforeAll(async () => {
	host = await startHost({ emulator: { queueMs: 300, generationMs: 1500 } });
	const account = klingAccount(host.emulator);
	plain = await host.createCredential('Kling account', account);
	signing = await host.createCredential('Kling with secret', { ...account, webhookSecret: SECRET });
	host.emulator.updateAccount('emulator', { webhookSecret: SECRET });
});
beforeEach(() => host.emulator.reset());
afterAll(async () => await host?.stop());

function klingTrigger(
	credential: CredentialReference,
	parameters: INodeParameters = {},
	node: Partial<INode> = {},
): NodeSketch {
	return {
		name: 'Kling Trigger',
		type: 'n8n-nodes-kling.klingTrigger',
		webhookId: `hook-${++hooks}`,
		parameters: { statuses: ['completed', 'failed'], options: {}, ...parameters },
		credentials: { klingApi: { id: credential.id, name: credential.name } },
		...node,
	};
}

let hooks = 0;

interface Listener {
	/** Of the workflow. */
	id: string;
	/** The production URL, as the editor shows it. */
	url: string;
	/** Below `/webhook/` and `/webhook-test/`. */
	path: string;
}

/** A workflow of the trigger and a node behind it. */
async function listen(
	parameters: INodeParameters = {},
	{ credential = signing, isActive = true, after = noOp('After') } = {},
): Promise<Listener> {
	const trigger = klingTrigger(credential, parameters);
	const { id } = await host.importWorkflow(chain('Listens', trigger, after));
	const path = `${trigger.webhookId}/kling`;
	if (isActive) {
		await host.activate(id);
		listeners.push(id);
	}
	return { id, path, url: `${host.url}/webhook/${path}` };
}

const listeners: string[] = [];

afterEach(async () => {
	for (const id of listeners.splice(0)) await host.deactivate(id);
});

/** Kling Create, with a URL for the callbacks. */
function create(callbackUrl: string, prompts: string[], model = 'kling-v2-6'): WorkflowSource {
	const items = JSON.stringify(prompts.map((prompt) => ({ json: { prompt } })));
	return chain(
		'Creates',
		manualTrigger(),
		code('Prompts', `return ${items};`),
		klingNode(plain, {
			operation: 'create',
			model,
			mode: 'pro',
			prompt: '={{ $json.prompt }}',
			options: { callbackUrl },
		}),
	);
}

/** Creates videos with the node. @returns their task IDs */
async function createVideos(url: string, prompts = ['a cat'], model?: string): Promise<string[]> {
	const { id } = await host.importWorkflow(create(url, prompts, model));
	const execution = await host.run(id);
	expect(execution.error).toBeUndefined();
	return execution.items('Kling').map(({ json }) => String(json.task_id));
}

/** The executions of a workflow when all of them are over, the oldest first. */
async function executions({ id }: Pick<Listener, 'id'>, count: number): Promise<Execution[]> {
	await eventually(async () => (await host.executionIds(id)).length >= count);
	const ids = await host.executionIds(id);
	expect(ids).toHaveLength(count);
	return await Promise.all(ids.toReversed().map(async (one) => await host.waitForExecution(one)));
}

async function expectNoExecution({ id }: Pick<Listener, 'id'>) {
	await pause(QUIET_MS);
	expect(await host.executionIds(id)).toEqual([]);
}

/** From now on Kling says of every task that it is working on it, whatever its callbacks say. */
function holdBack() {
	for (const route of ['list', 'query'] as const) {
		host.emulator.addFault({
			match: { route },
			times: 'forever',
			action: { type: 'status', value: 'processing' },
		});
	}
}

const itemOf = (execution: Execution) => {
	expect(execution.error).toBeUndefined();
	expect(execution.status).toBe('success');
	const [item, ...others] = execution.items('After');
	expect(others).toEqual([]);
	return item!;
};

const bodyOf = (taskId: string, status = 'succeed', more: IDataObject = {}) =>
	JSON.stringify({ task_id: taskId, task_status: status, ...more });

const send = async (url: string, body: string, more: Partial<CallbackDelivery> = {}) =>
	await host.emulator.sendCallback({ url, body, secret: SECRET, ...more });

describe('the production URL', () => {
	it.each([
		['v1', 'kling-v2-6'],
		['path', 'kling-3.0-turbo'],
	])('starts the workflow once for every finished video: format %s', async (format, model) => {
		const listener = await listen();
		const ids = await createVideos(listener.url, ['a cat', 'a dog', 'a bird'], model);
		expect(host.emulator.tasks().map((task) => task.format)).toEqual([format, format, format]);
		const callbacks = await host.untilCalledBack(3);
		expect(callbacks.map(({ replyStatus }) => replyStatus)).toEqual([200, 200, 200]);
		const started = await executions(listener, 3);
		const items = started.map(itemOf);
		expect(items.map(({ json }) => json.task_id).toSorted()).toEqual(ids.toSorted());
		for (const { json } of items) {
			const url = `${host.emulator.url}/videos/${json.task_id as string}.mp4`;
			expect(json).toEqual({
				task_id: json.task_id,
				task_status: 'completed',
				created_at: expect.any(Number),
				updated_at: expect.any(Number),
				external_task_id: expect.stringMatching(/^n8n-/),
				video_id: expect.any(String),
				video_url: url,
				duration: 5,
				cost: host.costOf(String(json.task_id)),
				task_result: { videos: [{ id: expect.any(String), url, duration: 5 }] },
			});
		}
		expect(started.map(({ mode }) => mode)).toEqual(Array(3).fill('webhook'));
		// Every callback was answered, the intermediate ones too.
		for (const { replyStatus } of host.emulator.callbacks()) expect(replyStatus).toBe(200);
		expect(host.emulator.callbacks().length).toBeGreaterThanOrEqual(9);
		await pause(QUIET_MS);
		expect(await host.executionIds(listener.id)).toHaveLength(3);
	});

	it.each([
		['v1-image', 'kling-v2-6'],
		['path', 'kling-3.0-turbo'],
	])('starts it for a video made from an image, too: format %s', async (format, model) => {
		const listener = await listen({ statuses: ['completed'] });
		const parameters: INodeParameters = {
			operation: 'create',
			model,
			options: { callbackUrl: listener.url },
		};
		const { id } = await host.importWorkflow(
			chain('Creates', manualTrigger(), imageNode(plain, parameters)),
		);
		const created = await host.run(id);
		expect(created.error).toBeUndefined();
		const [task] = host.emulator.tasks();
		expect(task?.format).toBe(format);
		const [execution] = await executions(listener, 1);
		expect(itemOf(execution!).json).toMatchObject({
			task_id: task?.id,
			task_status: 'completed',
			video_url: `${host.emulator.url}/videos/${task?.id}.mp4`,
		});
	});

	it('brings the video as a file with Download Video', async () => {
		const after = hashFile('After', 'film');
		const listener = await listen({ downloadVideo: true, binaryPropertyName: 'film' }, { after });
		const [id] = await createVideos(listener.url);
		const [execution] = await executions(listener, 1);
		const [received] = execution!.items('Kling Trigger');
		const film = { fileName: `${id}.mp4`, mimeType: 'video/mp4' };
		expect(received?.binary?.film).toMatchObject(film);
		expect(itemOf(execution!).json.sha256).toBe(host.sampleHash());
	});

	it('starts the workflow for a failed task, with the reason', async () => {
		const listener = await listen();
		const [id] = await createVideos(listener.url, [`a dog, ${FAIL_WORD}`]);
		const [execution] = await executions(listener, 1);
		expect(itemOf(execution!).json).toMatchObject({
			task_id: id,
			task_status: 'failed',
			task_status_msg: RISK_CONTROL,
		});
	});

	it('starts it for the chosen statuses only', async () => {
		const listener = await listen({ statuses: ['processing'] });
		holdBack();
		const [id] = await createVideos(listener.url);
		await host.untilCalledBack();
		const [execution] = await executions(listener, 1);
		expect(itemOf(execution!).json).toMatchObject({ task_id: id, task_status: 'processing' });
	});
});

describe('the test URL', () => {
	it('starts the workflow in the editor, and waits through callbacks that do not count', async () => {
		const listener = await listen({}, { isActive: false });
		const [id] = await createVideos('http://127.0.0.1:1/', ['a cat']);
		await host.untilCalledBack();
		// Execute workflow: n8n listens, and nothing runs yet.
		expect(await host.startExecution(listener.id)).toBeUndefined();
		const url = `${host.url}/webhook-test/${listener.path}`;
		expect(await send(url, bodyOf(id!, 'processing'))).toMatchObject({ replyStatus: 200 });
		expect(await send(url, bodyOf(id!), { headers: {} })).toMatchObject({ replyStatus: 200 });
		const [execution] = await executions(listener, 1);
		expect(execution?.mode).toBe('manual');
		expect(itemOf(execution!).json).toMatchObject({ task_id: id, task_status: 'completed' });
		// One click, one run.
		expect(await send(url, bodyOf(id!))).toMatchObject({ replyStatus: 404 });
	});
});

describe('Verify Signature', () => {
	/** A finished video whose callbacks went nowhere. */
	const finished = async () => {
		const [id] = await createVideos('http://127.0.0.1:1/');
		await host.untilCalledBack();
		return id!;
	};

	it('answers 401 to what Kling did not sign, and starts nothing', async () => {
		const listener = await listen();
		const { url } = listener;
		const id = await finished();
		const body = bodyOf(id);
		const forgeries: Array<[string, Record<string, string>]> = [
			[body, {}],
			[body, forgedHeaders(body, 'whsec_AAAA')],
			[body, forgedHeaders(bodyOf(id, 'failed'), SECRET)],
			[body, forgedHeaders(body, SECRET, 301)],
			[body, { ...forgedHeaders(body, SECRET), 'webhook-id': 'another' }],
			['', {}],
			['no JSON at all', {}],
		];
		host.emulator.clearRequests();
		for (const [text, headers] of forgeries) {
			const answer = await host.trigger(url, text, { headers });
			expect(answer.status).toBe(401);
		}
		expect(host.emulator.requests()).toEqual([]);
		await expectNoExecution(listener);
		expect(await send(url, body)).toMatchObject({ replyStatus: 200 });
		const [execution] = await executions(listener, 1);
		expect(itemOf(execution!).json.task_id).toBe(id);
	});

	it('answers 401 to a form, of which n8n keeps no body to verify', async () => {
		const listener = await listen();
		const body = bodyOf(await finished());
		const form = '--x\r\ncontent-disposition: form-data; name="task_id"\r\n\r\n1\r\n--x--\r\n';
		const headers = {
			'content-type': 'multipart/form-data; boundary=x',
			...forgedHeaders(body, 'whsec_AAAA'),
		};
		const answer = await host.trigger(listener.url, form, { headers });
		expect(answer.status).toBe(401);
		await expectNoExecution(listener);
	});

	it('refuses everything when the credential has no Webhook Secret, and says so', async () => {
		const listener = await listen({}, { credential: plain });
		const body = bodyOf(await finished());
		const answer = await host.trigger(listener.url, body, { headers: forgedHeaders(body, SECRET) });
		expect(answer).toMatchObject({
			status: 401,
			body: { message: answers.noSecret },
		});
		await expectNoExecution(listener);
	});

	it('lets unsigned callbacks in when it is off', async () => {
		const options = { verifySignature: false };
		const listener = await listen({ options }, { credential: plain });
		const id = await finished();
		expect(await host.trigger(listener.url, bodyOf(id))).toMatchObject({ status: 200 });
		const [execution] = await executions(listener, 1);
		expect(itemOf(execution!).json.task_id).toBe(id);
	});

	it('starts nothing when the credential cannot be used at all', async () => {
		const broken = await host.createCredential('Broken', {
			...klingAccount(host.emulator),
			apiKey: ' ',
			webhookSecret: SECRET,
		});
		const listener = await listen({}, { credential: broken });
		const answer = await host.trigger(listener.url, bodyOf('1'));
		expect(answer.status).toBeGreaterThanOrEqual(400);
		await expectNoExecution(listener);
	});
});

describe('Fetch Task', () => {
	it('gives Kling’s facts whatever a forged body claims, if the task is real', async () => {
		const options = { verifySignature: false };
		const listener = await listen({ options, downloadVideo: true }, { after: hashFile('After') });
		const [id] = await createVideos('http://127.0.0.1:1/');
		await host.untilCalledBack();
		const evil = 'https://evil.example/x.mp4';
		const body = bodyOf(id!, 'succeed', {
			task_result: { videos: [{ id: 'x', url: evil, duration: '99' }] },
		});
		expect(await host.trigger(listener.url, body)).toMatchObject({ status: 200 });
		const [execution] = await executions(listener, 1);
		const { json } = itemOf(execution!);
		expect(json.video_url).toBe(`${host.emulator.url}/videos/${id}.mp4`);
		expect(JSON.stringify(json)).not.toContain(evil);
		expect(json.sha256).toBe(host.sampleHash());
	});

	it('starts nothing for a task that Kling does not know', async () => {
		const listener = await listen({ options: { verifySignature: false } });
		const unknown = await host.trigger(listener.url, bodyOf('179538000000000000'));
		expect(unknown).toMatchObject({ status: 404, body: { message: answers.notConfirmed } });
		await expectNoExecution(listener);
	});

	it('starts nothing while Kling says that it is still working on the task', async () => {
		const listener = await listen({ options: { verifySignature: false } });
		const [id] = await createVideos('http://127.0.0.1:1/');
		await host.untilCalledBack();
		holdBack();
		const early = await host.trigger(listener.url, bodyOf(id!));
		expect(early).toMatchObject({ status: 200, body: { message: answers.received } });
		// The node checks the status again, with pauses, in case Kling lags behind its callback.
		await eventually(() => host.sent('query').length >= 3);
		await expectNoExecution(listener);
		host.emulator.clearFaults();
		const [execution] = await executions(listener, 1);
		expect(itemOf(execution!).json).toMatchObject({ task_id: id, task_status: 'completed' });
	});

	it('trusts a signed callback without a check when it is off', async () => {
		const listener = await listen({ options: { fetchTask: false } });
		const body = bodyOf('only-in-the-callback', 'failed', { task_status_msg: 'no luck' });
		expect(await send(listener.url, body)).toMatchObject({ replyStatus: 200 });
		const [execution] = await executions(listener, 1);
		expect(itemOf(execution!).json).toEqual({
			task_id: 'only-in-the-callback',
			task_status: 'failed',
			task_status_msg: 'no luck',
		});
		expect(host.emulator.requests()).toEqual([]);
	});
});

describe('Deduplicate', () => {
	it('starts the workflow once, however often and whenever the callback comes', async () => {
		const listener = await listen();
		await createVideos(listener.url);
		const [callback] = await host.untilCalledBack();
		await executions(listener, 1);
		expect(await host.emulator.sendCallback(callback!)).toMatchObject({ replyStatus: 200 });
		// The same news by a delivery of its own.
		expect(await send(listener.url, callback!.body)).toMatchObject({ replyStatus: 200 });
		await pause(QUIET_MS);
		await executions(listener, 1);

		// n8n remembers it over a restart.
		await host.restart();
		expect(await host.emulator.sendCallback(callback!)).toMatchObject({ replyStatus: 200 });
		await pause(QUIET_MS);
		await executions(listener, 1);
	});

	it('starts it once when the same callback comes five times at once', async () => {
		const listener = await listen({ downloadVideo: true });
		const [id] = await createVideos('http://127.0.0.1:1/');
		await host.untilCalledBack();
		const answers = await Promise.all(
			Array.from({ length: 5 }, async () => await send(listener.url, bodyOf(id!))),
		);
		expect(answers.map(({ replyStatus }) => replyStatus)).toEqual(Array(5).fill(200));
		await pause(QUIET_MS);
		await executions(listener, 1);
	});

	it('forgets none of several tasks whose callbacks come at once', async () => {
		const listener = await listen();
		await createVideos(listener.url, ['a cat', 'a dog', 'a bird']);
		const callbacks = await host.untilCalledBack(3);
		await executions(listener, 3);
		for (const { url, body } of callbacks) await send(url, body);
		await pause(QUIET_MS);
		await executions(listener, 3);
	});

	it('starts it every time when it is off', async () => {
		const listener = await listen({ options: { deduplicate: false } });
		await createVideos(listener.url);
		const [callback] = await host.untilCalledBack();
		await executions(listener, 1);
		await host.emulator.sendCallback(callback!);
		await executions(listener, 2);
	});
});
