import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { RISK_CONTROL, type CallbackDelivery } from '../../emulator/index.mts';
import { forgedHeaders, SIGNATURE_VECTOR } from '../../emulator/testing.mts';
import { errorFacts } from '../../testkit/engine/errorFacts.mts';
import { eventually, pause } from '../../testkit/eventually.mts';
import {
	chain,
	FAIL_WORD,
	fitCredentials,
	imageItem,
	imageNode,
	klingAccount,
	klingNode,
	manualTrigger,
	noOp,
	prompts,
	readExample,
	replaceManualTrigger,
	startHost,
	webhookTrigger,
	type CredentialReference,
	type Execution,
	type Host,
	type NodeSketch,
	type WorkflowSource,
} from '../../testkit/n8n/index.mts';
import { sampleImage } from '../../testkit/sampleImage.mts';
import { sampleVideo } from '../../testkit/sampleVideo.mts';

/** Time enough for n8n to suspend the execution before Kling is done. */
const GENERATION_MS = 2500;

const { secret: SECRET } = SIGNATURE_VECTOR;
const OTHER_SECRET = `whsec_${Buffer.alloc(24, 'other').toString('base64')}`;

let host: Host;
let kling: CredentialReference;
let withSecret: CredentialReference;

beforeAll(async () => {
	host = await startHost({ emulator: { queueMs: 300, generationMs: GENERATION_MS } });
	const account = klingAccount(host.emulator);
	kling = await host.createCredential('Kling account', account);
	withSecret = await host.createCredential('Kling with secret', {
		...account,
		webhookSecret: SECRET,
	});
});
beforeEach(() => host.emulator.reset());
afterAll(async () => await host?.stop());

const PROMPTS = ['a cat', 'a dog', 'a bird'];

function waiting(parameters: INodeParameters = {}, node: Partial<NodeSketch> = {}): NodeSketch {
	const all = {
		prompt: '={{ $json.prompt }}',
		waitFor: 'callback',
		waitOptions: {},
		...parameters,
	};
	return klingNode(kling, all, node);
}

/** Trigger, Prompts, Kling; behind its first output "After", behind its error output "Failed". */
function workflow(
	name: string,
	node: NodeSketch = waiting(),
	{ texts = PROMPTS, trigger = manualTrigger() }: { texts?: string[]; trigger?: NodeSketch } = {},
): WorkflowSource {
	const source = chain(name, trigger, prompts(...texts), node, noOp('After'));
	if (node.onError === 'continueErrorOutput') {
		source.nodes.push({ ...source.nodes[3]!, id: 'failed', name: 'Failed' });
		source.connections.Kling!.main!.push([{ node: 'Failed', type: 'main', index: 0 }]);
	}
	return source;
}

const isWaiting = ({ status }: Execution) => status === 'waiting';

async function start(source: WorkflowSource): Promise<string> {
	const { id } = await host.importWorkflow(source);
	return (await host.startExecution(id))!;
}

/** Starts an execution, and waits until it is suspended. */
async function suspend(source: WorkflowSource): Promise<string> {
	const id = await start(source);
	const execution = await host.waitForExecution(id, {
		until: (one) => isWaiting(one) || one.isOver,
	});
	expect(execution.error).toBeUndefined();
	expect(execution.status).toBe('waiting');
	return id;
}

/** For now, Kling says of every task that it is at work on it; its callbacks tell the truth. */
function holdBack(times: number | 'forever' = 'forever') {
	for (const route of ['list', 'query'] as const) {
		host.emulator.addFault({
			match: { route },
			times,
			action: { type: 'status', value: 'processing' },
		});
	}
}

const idOf = (prompt: string) =>
	host.sent('create').find(({ body }) => body.includes(prompt))?.taskIds[0];

const idsOf = (items: INodeExecutionData[]) => items.map(({ json }) => json.task_id);

/** Every video is there, in the order of its item, in Kling's and in the next node's output, once. */
async function expectResumed(id: string, texts = PROMPTS): Promise<Execution> {
	const execution = await host.waitForExecution(id);
	expect(execution.error).toBeUndefined();
	expect(execution.status).toBe('success');
	expect(execution.runs('Kling')).toHaveLength(1);
	expect(execution.runs('After')).toHaveLength(1);
	const items = execution.items('Kling');
	expect(idsOf(items)).toEqual(texts.map(idOf));
	expect(idsOf(execution.items('After'))).toEqual(texts.map(idOf));
	const sample = sampleVideo();
	for (const [index, { json, binary, pairedItem }] of items.entries()) {
		expect(json).toEqual({
			task_id: idOf(texts[index]!),
			task_status: 'completed',
			created_at: expect.any(Number),
			updated_at: expect.any(Number),
			model_name: 'kling-v2-6',
			external_task_id: expect.stringMatching(`^n8n-${id}-${index}-`),
			...videoFields(json),
		});
		expect(pairedItem).toEqual({ item: index });
		expect(await host.binary(binary!.data!)).toEqual(sample);
	}
	expect(host.emulator.tasks()).toHaveLength(texts.length);
	expect(host.sent('video')).toHaveLength(texts.length);
	return execution;
}

/** What a finished task's item says of its video. */
function videoFields({ task_id: taskId }: IDataObject): IDataObject {
	const url = `${host.emulator.url}/videos/${taskId as string}.mp4`;
	const id = expect.any(String) as string;
	return {
		video_id: id,
		video_url: url,
		duration: 5,
		cost: host.costOf(String(taskId)),
		task_result: { videos: [{ id, url, duration: 5 }] },
	};
}

/** What the execution continues with at the timeout. */
const suspendedItems = ({ data }: Execution) =>
	data.executionData?.nodeExecutionStack[0]?.data.main?.[0] ?? [];

/** All that n8n has stored of an execution. */
const stored = async (id: string) => await host.rest('GET', `/executions/${id}`);

describe('a batch of three', () => {
	it('resumes once with all videos in their order, whichever is finished first', async () => {
		// The first is created a second after the others.
		host.emulator.addFault({
			match: { route: 'create', contains: PROMPTS[0] },
			action: { type: 'hang', ms: 1000 },
		});
		const id = await suspend(workflow('Three'));
		const queries = host.sent('list', 'query').length;
		expect(queries).toBe(1);
		const execution = await expectResumed(id);
		expect(execution.mode).toBe('manual');
		// What the node before returned is as it was.
		expect(execution.items('Prompts').map(({ json }) => json)).toEqual(
			PROMPTS.map((prompt) => ({ prompt })),
		);
		const callbacks = await host.untilCalledBack(3);
		expect(callbacks.at(-1)?.taskId).toBe(idOf(PROMPTS[0]!));
		expect(callbacks.map(({ replyStatus }) => replyStatus)).toEqual([200, 200, 200]);
	});

	it('resumes in production, too', async () => {
		const source = workflow('Production', waiting(), { trigger: webhookTrigger('callback') });
		const { id: workflowId } = await host.importWorkflow(source);
		await host.activate(workflowId);
		await host.trigger('callback', {});
		await eventually(async () => (await host.executionIds(workflowId)).length > 0);
		const [id = ''] = await host.executionIds(workflowId);
		expect(await expectResumed(id)).toMatchObject({ mode: 'webhook' });
		expect(await host.executionIds(workflowId)).toEqual([id]);
		await host.deactivate(workflowId);
	});

	it('resumes with one callback, in whatever order they come, and ignores the rest', async () => {
		holdBack();
		const id = await suspend(workflow('Reversed'));
		const callbacks = await host.untilCalledBack(3);
		expect((await host.execution(id)).status).toBe('waiting');
		host.emulator.clearFaults();
		const [first, ...others] = callbacks.toSorted((one, other) =>
			other.taskId!.localeCompare(one.taskId!),
		);
		expect(await host.emulator.sendCallback(first!)).toMatchObject({ replyStatus: 200 });
		await expectResumed(id);
		const before = await stored(id);
		for (const other of [...others, first!]) {
			expect(await host.emulator.sendCallback(other)).toMatchObject({ replyStatus: 409 });
		}
		expect(await stored(id)).toEqual(before);
	});

	it('resumes once when the same callback comes five times at once', async () => {
		holdBack();
		const id = await suspend(workflow('At once'));
		const [callback] = await host.untilCalledBack(3);
		host.emulator.clearFaults();
		const answers = await Promise.all(
			Array.from({ length: 5 }, async () => await host.emulator.sendCallback(callback!)),
		);
		await expectResumed(id);
		for (const { replyStatus } of answers) expect([200, 409]).toContain(replyStatus);
	});

	it('is not disturbed by callbacks that say that Kling is still at work', async () => {
		holdBack();
		const id = await suspend(workflow('Intermediate'));
		const before = await stored(id);
		const queries = host.sent('list', 'query').length;
		const intermediate = host.emulator
			.callbacks()
			.filter(({ phase }) => phase === 'submitted' || phase === 'processing');
		expect(intermediate.length).toBeGreaterThanOrEqual(3);
		for (const callback of intermediate) {
			expect(await host.emulator.sendCallback(callback)).toMatchObject({ replyStatus: 200 });
		}
		expect(await stored(id)).toEqual(before);
		expect(host.sent('list', 'query')).toHaveLength(queries);
		host.emulator.clearFaults();
		await host.untilCalledBack(3);
		if (isWaiting(await host.execution(id))) {
			await host.emulator.sendCallback(host.lastCallbacks()[0]!);
		}
		await expectResumed(id);
	});
});

describe('a video from an image', () => {
	it('is sent with the image once, and resumes with the video alone', async () => {
		const node = imageNode(kling, {
			firstFrame: 'binary',
			waitFor: 'callback',
			waitOptions: {},
		});
		const id = await suspend(chain('From image', manualTrigger(), imageItem(), node));
		const execution = await host.waitForExecution(id);

		expect(execution.error).toBeUndefined();
		const [task, ...others] = host.emulator.tasks();
		expect(others).toEqual([]);
		expect(host.sent('create')).toHaveLength(1);
		expect(task?.body).toMatchObject({ image: sampleImage().toString('base64') });
		const [item, ...more] = execution.items('Kling Image');
		expect(more).toEqual([]);
		expect(item?.json).toMatchObject({ task_id: task?.id, task_status: 'completed' });
		expect(Object.keys(item?.binary ?? {})).toEqual(['data']);
		expect(await host.binary(item!.binary!.data!)).toEqual(sampleVideo());
	});
});

describe('a callback that comes before the execution is suspended', () => {
	/** By n8n itself: with 409, or with 500 while it has stored nothing of the execution. */
	const isRefused = ({ replyStatus = 0 }: CallbackDelivery) => replyStatus >= 400;

	it('is refused by n8n, and made up for by the first status check', async () => {
		// The last task is created so late that the others have called back by then.
		host.emulator.addFault({
			match: { route: 'create', contains: PROMPTS[2] },
			action: { type: 'hang', ms: GENERATION_MS + 1000 },
		});
		const id = await suspend(workflow('Early, first check'));
		const early = host.lastCallbacks();
		expect(early.map(isRefused)).toEqual([true, true]);
		const suspended = suspendedItems(await host.execution(id));
		expect(suspended.map(({ json }) => json.task_status)).toEqual([
			'completed',
			'completed',
			expect.stringMatching(/^(submitted|processing)$/),
		]);
		await expectResumed(id);
	});

	it('is refused by n8n, and made up for by another one', async () => {
		// The check begins before Kling is done, and its answer comes after the callbacks.
		host.emulator.addFault({
			match: { route: 'list' },
			action: { type: 'slow', ms: GENERATION_MS + 1500 },
		});
		const id = await suspend(workflow('Early, another'));
		const early = host.lastCallbacks();
		expect(early.map(isRefused)).toEqual([true, true, true]);
		expect(await host.emulator.sendCallback(early[1]!)).toMatchObject({ replyStatus: 200 });
		await expectResumed(id);
	});
});

describe('forged and replayed callbacks', () => {
	let id: string;
	let url: string;
	let genuine: CallbackDelivery[];

	/** Suspends a batch whose callbacks have all been declined, because Kling said otherwise. */
	async function prepare(credential: CredentialReference, webhookSecret?: string) {
		host.emulator.updateAccount('emulator', { webhookSecret });
		holdBack();
		const reference = { klingApi: { id: credential.id, name: credential.name } };
		id = await suspend(workflow('Forged', waiting({}, { credentials: reference })));
		genuine = await host.untilCalledBack(3);
		url = genuine[0]!.url;
	}
	afterEach(() => host.emulator.updateAccount('emulator', { webhookSecret: undefined }));

	const about = (taskId: string | undefined) =>
		JSON.stringify({ task_id: taskId, task_status: 'succeed' });

	it('change nothing without a Webhook Secret, whatever they say, since the status is checked with Kling', async () => {
		await prepare(kling);
		const before = await stored(id);
		const send = async (body: string) =>
			(await host.emulator.sendCallback({ url, body })).replyStatus;
		// Kling says "processing" of all three.
		expect(await send(about(idOf('a cat')))).toBe(200);
		expect(await send(about('179538000000000000'))).toBe(200);
		expect(await send('{"task_status":"succeed"}')).toBe(200);
		expect(await send('no JSON at all')).toBeGreaterThanOrEqual(400);
		expect(await send('')).toBe(200);
		const form = { 'content-type': 'multipart/form-data; boundary=x' };
		const body = '--x\r\ncontent-disposition: form-data; name="task_id"\r\n\r\n1\r\n--x--\r\n';
		expect((await host.trigger(url, body, { headers: form })).status).toBe(200);
		expect((await host.trigger(url, undefined, { method: 'GET' })).status).toBe(404);
		expect(await stored(id)).toEqual(before);
		host.emulator.clearFaults();
		await host.emulator.sendCallback(genuine[0]!);
		await expectResumed(id);
	});

	it('change nothing with a wrong or a missing token, which n8n refuses', async () => {
		await prepare(kling);
		host.emulator.clearFaults();
		const before = await stored(id);
		const good = new URL(url);
		const token = good.searchParams.get('signature')!;
		const wrong = [url.replace(token, token.replace(/./g, '0')), url.split('?')[0]!];
		for (const address of wrong) {
			const { replyStatus } = await host.emulator.sendCallback({ ...genuine[0]!, url: address });
			expect(replyStatus).toBe(401);
		}
		const otherNode = url.replace('/Kling-id?', '/After-id?');
		expect(otherNode).not.toBe(url);
		const { replyStatus } = await host.emulator.sendCallback({ ...genuine[0]!, url: otherNode });
		expect(replyStatus).toBe(404);
		expect(await stored(id)).toEqual(before);
		await host.emulator.sendCallback(genuine[0]!);
		await expectResumed(id);
	});

	it('change nothing with a Webhook Secret, although Kling is done with all tasks', async () => {
		// Kling's own are refused, too: nothing goes on that would find out that the tasks are over.
		await prepare(withSecret, OTHER_SECRET);
		expect(genuine.map(({ replyStatus }) => replyStatus)).toEqual([401, 401, 401]);
		const ids = PROMPTS.map(idOf);
		host.emulator.clearFaults();
		host.emulator.clearRequests();
		const before = await stored(id);
		const { taskId, body } = genuine[0]!;
		const other = about(taskId);
		const forgeries: Array<[string, Record<string, string>]> = [
			[body, {}],
			[body, forgedHeaders(body, 'whsec_AAAA')],
			[other, forgedHeaders(body, SECRET)],
			[body, forgedHeaders(body, SECRET, 301)],
			[body, { ...forgedHeaders(body, SECRET), 'webhook-id': 'another' }],
		];
		for (const [text, headers] of forgeries) {
			const answer = await host.emulator.sendCallback({ url, body: text, headers });
			expect(answer.replyStatus).toBe(401);
		}
		expect(await stored(id)).toEqual(before);
		// Nobody was bothered with any of them.
		expect(host.emulator.requests()).toEqual([]);

		// Kling's own, sent again by whoever recorded it, is true all the same.
		const { body: text } = genuine[1]!;
		const own = { url, body: text, headers: forgedHeaders(text, SECRET) };
		expect(await host.emulator.sendCallback(own)).toMatchObject({ replyStatus: 200 });
		const execution = await host.waitForExecution(id);
		expect(execution.status).toBe('success');
		expect(idsOf(execution.items('After'))).toEqual(ids);
		const after = await stored(id);
		expect(await host.emulator.sendCallback(own)).toMatchObject({ replyStatus: 409 });
		expect(await stored(id)).toEqual(after);
	});

	it('change nothing with a Webhook Secret while Kling is at work, even if signed', async () => {
		await prepare(withSecret, SECRET);
		const before = await stored(id);
		for (const callback of genuine) {
			expect(await host.emulator.sendCallback(callback)).toMatchObject({ replyStatus: 200 });
		}
		expect(await stored(id)).toEqual(before);
		host.emulator.clearFaults();
		const { body } = genuine[2]!;
		await host.emulator.sendCallback({ url, body, secret: SECRET });
		await expectResumed(id);
	});
});

describe('a failed task in the batch', () => {
	const TEXTS = ['a cat', `a dog, ${FAIL_WORD}`, 'a bird'];

	/** With the facts beside the error, or in `message`, as n8n wants them for the error output. */
	function expectFailed(item: INodeExecutionData) {
		const { message, ...beside } = item.json;
		expect(errorFacts(item)).toEqual({
			kind: 'taskFailed',
			reason: RISK_CONTROL,
			taskId: idOf('a dog'),
			itemIndex: 1,
		});
		expect({ ...beside, ...(message as IDataObject) }).toMatchObject({
			error_description: expect.stringMatching(/\S/),
			task_id: idOf('a dog'),
			task_status: 'failed',
		});
		expect(item.binary).toBeUndefined();
	}

	it.each(['stopWorkflow', 'continueRegularOutput'] as const)(
		'is an item with its error in its place with On Error: %s',
		async (onError) => {
			const id = await suspend(workflow('Failed', waiting({}, { onError }), { texts: TEXTS }));
			const execution = await host.waitForExecution(id);
			expect(execution.status).toBe('success');
			const after = execution.items('After');
			expect(idsOf(after)).toEqual(TEXTS.map(idOf));
			expectFailed(after[1]!);
			for (const index of [0, 2]) {
				expect(after[index]?.json).not.toHaveProperty('error');
				expect(await host.binary(after[index]!.binary!.data!)).toEqual(sampleVideo());
			}
		},
	);

	it('goes to the error output, and the others do not, with On Error: continueErrorOutput', async () => {
		const node = waiting({}, { onError: 'continueErrorOutput' });
		const id = await suspend(workflow('Error output', node, { texts: TEXTS }));
		const execution = await host.waitForExecution(id);
		expect(execution.status).toBe('success');
		expect(idsOf(execution.items('After'))).toEqual([idOf('a cat'), idOf('a bird')]);
		const [failed, ...others] = execution.items('Failed');
		expect(others).toEqual([]);
		expectFailed(failed!);
	});

	it('is not created again by Retry On Fail', async () => {
		const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
		const node = waiting({}, { ...retry, onError: 'continueRegularOutput' });
		const texts = [TEXTS[1]!, TEXTS[0]!];
		const id = await suspend(workflow('Retry', node, { texts }));
		const execution = await host.waitForExecution(id);
		expect(execution.status).toBe('success');
		expect(idsOf(execution.items('After'))).toEqual(texts.map(idOf));
		expect(host.emulator.tasks()).toHaveLength(2);
		expect(host.sent('create')).toHaveLength(2);
	});
});

describe('Retry On Fail', () => {
	it('creates no video twice when the reply to its creation is lost', async () => {
		host.emulator.addFault({
			match: { route: 'create', contains: 'a dog' },
			action: { type: 'reset', when: 'after' },
		});
		const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 100 };
		const id = await start(workflow('Lost reply', waiting({}, retry)));
		const execution = await host.waitForExecution(id);
		expect(execution.status).toBe('success');
		const created = host.emulator.tasks().map((task) => (task.body as { prompt: string }).prompt);
		expect(created.toSorted()).toEqual(PROMPTS.toSorted());
		expect(execution.items('After').map(({ json }) => json.task_status)).toEqual(
			Array(3).fill('completed'),
		);
	});
});

describe('Stop', () => {
	it('ends an execution that waits; callbacks that come later start nothing', async () => {
		holdBack();
		const id = await suspend(workflow('Stop'));
		await host.stopExecution(id);
		const execution = await host.waitForExecution(id);
		expect(execution.status).toBe('canceled');
		host.emulator.clearFaults();
		const callbacks = await host.untilCalledBack(3);
		host.emulator.clearRequests();
		for (const callback of callbacks) {
			const { replyStatus } = await host.emulator.sendCallback(callback);
			expect(replyStatus).not.toBe(200);
		}
		await pause(500);
		const later = await host.execution(id);
		expect(later.status).toBe('canceled');
		expect(later.runs('After')).toEqual([]);
		expect(host.sent('video')).toEqual([]);
	});
});

describe('the example resume-on-callback.json', () => {
	const example = async () => fitCredentials(await readExample('resume-on-callback.json'), [kling]);

	async function expectPublished(execution: Execution) {
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('success');
		const published = execution.items('Publish (replace me)');
		expect(published.map(({ json }) => json.task_status)).toEqual(Array(3).fill('completed'));
		for (const { binary } of published) {
			expect(await host.binary(binary!.data!)).toEqual(sampleVideo());
		}
		expect(host.emulator.tasks()).toHaveLength(3);
	}

	it('runs by a click on Execute workflow and ends in three videos', async () => {
		await expectPublished(await host.waitForExecution(await suspend(await example())));
	});

	it('runs in production', async () => {
		const path = 'resume-on-callback';
		const { id } = await host.importWorkflow(
			replaceManualTrigger(await example(), webhookTrigger(path)),
		);
		await host.activate(id);
		await host.trigger(path, {});
		const [executionId] = await host.executionIds(id);
		const execution = await host.waitForExecution(executionId!);
		expect(execution.mode).toBe('webhook');
		await expectPublished(execution);
	});
});

describe('when the time is up before Kling has called back', () => {
	// n8n looks for the next minute's executions once a minute: all cases wait together.
	const TIMER_MS = 150_000;

	it(
		'the items continue with what is known of their tasks, and nothing else',
		async () => {
			holdBack();
			const short = { waitOptions: { timeout: 0.05 } };
			const [plain, continuing, errorOutput] = [
				await start(workflow('Timer', waiting(short))),
				await start(
					workflow('Timer, continue', waiting(short, { onError: 'continueRegularOutput' })),
				),
				await start(workflow('Timer, output', waiting(short, { onError: 'continueErrorOutput' }))),
			];
			const { url, body } = (await host.untilCalledBack(9))[0]!;
			expect(url).toContain('/webhook-waiting/');
			expect(body).toContain('succeed');
			for (const id of [plain, continuing, errorOutput]) {
				const execution = await host.waitForExecution(id, { timeoutMs: TIMER_MS });
				expect(execution.error).toBeUndefined();
				expect(execution.status).toBe('success');
				const [kling_, after] = [execution.items('Kling'), execution.items('After')];
				expect(kling_).toHaveLength(3);
				expect(after.map(({ json }) => json)).toEqual(kling_.map(({ json }) => json));
				for (const [index, { json, binary, pairedItem }] of after.entries()) {
					expect(Object.keys(json).toSorted()).toEqual(
						[
							'created_at',
							'external_task_id',
							'model_name',
							'task_id',
							'task_status',
							'updated_at',
							// The emulator lists the video all the same: it lies about the status only.
							...(json.video_url === undefined
								? []
								: ['cost', 'duration', 'task_result', 'video_id', 'video_url']),
						].toSorted(),
					);
					expect(json.external_task_id).toMatch(new RegExp(`^n8n-${id}-${index}-`));
					expect(json.task_status).toMatch(/^(submitted|processing)$/);
					expect(binary).toBeUndefined();
					expect(pairedItem).toEqual({ item: index });
				}
				expect(execution.items('Prompts').map(({ json }) => json)).toEqual(
					PROMPTS.map((prompt) => ({ prompt })),
				);
			}
			expect(host.sent('video')).toEqual([]);
			expect(host.emulator.tasks()).toHaveLength(9);
		},
		TIMER_MS + 30_000,
	);

	it(
		'what was over at the first check is returned as it is',
		async () => {
			const texts = ['a cat', `a dog, ${FAIL_WORD}`, 'a bird'];
			// Time enough for the first check, also on a busy machine.
			const timeout = { waitOptions: { timeout: 0.3 } };
			const ids: string[] = [];
			const created: string[][] = [];
			for (const onError of ['continueRegularOutput', 'continueErrorOutput'] as const) {
				// Two are finished or failed at the first check, the third never is.
				host.emulator.addFault({
					match: { route: 'create', contains: 'a bird' },
					action: { type: 'status', value: 'processing' },
				});
				host.emulator.addFault({
					match: { route: 'list' },
					action: { type: 'hang', ms: GENERATION_MS + 500 },
				});
				host.emulator.clearRequests();
				ids.push(await suspend(workflow('Timer, mixed', waiting(timeout, { onError }), { texts })));
				created.push(texts.map((text) => idOf(text)!));
			}
			const ended = [];
			for (const id of ids) ended.push(await host.waitForExecution(id, { timeoutMs: TIMER_MS }));
			expect(ended.map(({ status }) => status)).toEqual(['success', 'success']);

			const [regular, split] = ended;
			const [good, bad, late] = regular!.items('After');
			expect([good, bad, late].map((item) => item?.json.task_id)).toEqual(created[0]);
			expect(good?.json.task_status).toBe('completed');
			expect(await host.binary(good!.binary!.data!)).toEqual(sampleVideo());
			const reason = RISK_CONTROL;
			const failed = { kind: 'taskFailed', reason, itemIndex: 1 } as const;
			expect(errorFacts(bad!)).toEqual({ ...failed, taskId: created[0]![1] });
			expect(bad?.json).toMatchObject({
				error_description: expect.stringMatching(/\S/),
				task_status: 'failed',
			});
			expect(late?.json.task_status).toBe('processing');

			expect(idsOf(split!.items('After'))).toEqual([created[1]![0], created[1]![2]]);
			expect(split!.items('Failed').map((item) => errorFacts(item))).toEqual([
				{ ...failed, taskId: created[1]![1] },
			]);
		},
		TIMER_MS + 30_000,
	);
});

describe('kill -9 of n8n while the execution waits', () => {
	it('is survived: the execution resumes once with three videos', async () => {
		holdBack();
		const id = await suspend(workflow('Killed'));
		await host.kill9();
		// Kling calls back, and nobody is there.
		const lost = await host.untilCalledBack(3);
		await host.restart();
		host.emulator.clearFaults();
		await host.waitForExecution(id, { until: isWaiting });
		const requests = host.sent('list', 'query', 'create').length;
		expect(requests).toBe(4);

		// Whoever resends callbacks, Kling or a person: the first one is enough.
		expect(await host.emulator.sendCallback(lost[2]!)).toMatchObject({ replyStatus: 200 });
		await expectResumed(id);
		const before = await stored(id);
		for (const callback of lost) {
			expect(await host.emulator.sendCallback(callback)).toMatchObject({ replyStatus: 409 });
		}
		expect(await stored(id)).toEqual(before);
	});

	it('while a callback is being handled leaves it waiting for the next one', async () => {
		holdBack();
		const id = await suspend(workflow('Killed in between'));
		const ids = PROMPTS.map(idOf);
		const callbacks = await host.untilCalledBack(3);
		host.emulator.clearFaults();
		host.emulator.addFault({
			match: { route: 'video' },
			times: 3,
			action: { type: 'slow', ms: 60_000 },
		});
		await host.emulator.sendCallback(callbacks[0]!);
		await eventually(() => host.sent('video').length === 3);
		await host.kill9();
		await host.restart();
		host.emulator.clearFaults();
		host.emulator.clearRequests();
		await host.waitForExecution(id, { until: isWaiting });
		await host.emulator.sendCallback(callbacks[1]!);
		const execution = await host.waitForExecution(id);
		expect(execution.status).toBe('success');
		expect(execution.runs('After')).toHaveLength(1);
		expect(idsOf(execution.items('After'))).toEqual(ids);
		expect(host.sent('video')).toHaveLength(3);
	});
});
