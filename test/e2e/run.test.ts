import type { INodeParameters } from 'n8n-workflow';

import { RISK_CONTROL } from '../../emulator/index.mts';
import { notes } from '../../nodes/shared/n8n/words/notes';
import { errorFacts } from '../../testkit/engine/errorFacts.mts';
import { eventually, pause } from '../../testkit/eventually.mts';
import {
	chain,
	imageItem,
	imageNode,
	FAIL_WORD,
	klingAccount,
	klingGateway,
	klingNode,
	manualTrigger,
	noOp,
	prompts,
	respond,
	startHost,
	webhookTrigger,
	type CredentialReference,
	type Host,
	type NodeSketch,
	type WorkflowSource,
} from '../../testkit/n8n/index.mts';
import { sampleImage } from '../../testkit/sampleImage.mts';
import { sampleVideo } from '../../testkit/sampleVideo.mts';

let host: Host;
let official: CredentialReference;
let gateway: CredentialReference;

beforeAll(async () => {
	host = await startHost();
	official = await host.createCredential('Kling account', klingAccount(host.emulator));
	gateway = await host.createCredential('Kling gateway', klingGateway(host.emulator));
});
beforeEach(() => host.emulator.reset());
afterAll(async () => await host?.stop());

const FROM_ITEM: INodeParameters = { prompt: '={{ $json.prompt }}' };

it('makes a video from an image of the item', async () => {
	const kling = imageNode(official, { firstFrame: 'binary' });
	const { id } = await host.importWorkflow(chain('Image', manualTrigger(), imageItem(), kling));
	const execution = await host.run(id);

	expect(execution.error).toBeUndefined();
	const [task, ...others] = host.emulator.tasks();
	expect(others).toEqual([]);
	expect(task?.body).toMatchObject({ image: sampleImage().toString('base64') });
	const [item] = execution.items('Kling Image');
	expect(item?.json).toMatchObject({ task_id: task?.id, task_status: 'completed' });
	expect(await host.binary(item!.binary!.data!)).toEqual(sampleVideo());
});

describe('a manual execution', () => {
	const SERVICES: Array<[string, string, () => CredentialReference]> = [
		['Kling AI', 'kling-v2-6', () => official],
		['a gateway', 'kling-v1-6', () => gateway],
	];

	it.each(SERVICES)(
		'leaves a video that can be downloaded: %s',
		async (_name, model, credential) => {
			const kling = klingNode(credential(), { model });
			const { id } = await host.importWorkflow(chain('Manual', manualTrigger(), kling));
			const execution = await host.run(id);

			expect(execution.error).toBeUndefined();
			expect(execution).toMatchObject({ status: 'success', mode: 'manual' });
			const [task] = host.emulator.tasks();
			const [item, ...others] = execution.items('Kling');
			expect(others).toEqual([]);
			expect(item?.json).toMatchObject({ task_id: task?.id, task_status: 'completed' });
			const video = item?.binary?.data;
			expect(video).toMatchObject({
				id: expect.stringContaining(`filesystem-v2:workflows/${id}/executions/${execution.id}/`),
				data: 'filesystem-v2',
				mimeType: 'video/mp4',
				fileName: `${task?.id}.mp4`,
			});
			expect(await host.binary(video!)).toEqual(sampleVideo());
		},
	);
});

describe('a production execution', () => {
	it('answers a webhook with the video', async () => {
		const { id } = await host.importWorkflow(
			chain(
				'Webhook, Kling, Respond',
				webhookTrigger('make-video', 'responseNode'),
				klingNode(official, { prompt: '={{ $json.body.prompt }}' }),
				respond({ respondWith: 'binary' }),
			),
		);
		await host.activate(id);
		const answer = await host.trigger('make-video', { prompt: 'A lighthouse in a storm' });

		expect(answer.status).toBe(200);
		expect(answer.headers.get('content-type')).toContain('video/mp4');
		expect(answer.bytes).toEqual(sampleVideo());
		expect(host.sent('create').map(({ json }) => json)).toEqual([
			expect.objectContaining({ prompt: 'A lighthouse in a storm' }),
		]);
		const executionId = await host.newestExecution(id);
		const execution = await host.waitForExecution(executionId);
		expect(execution).toMatchObject({ status: 'success', mode: 'webhook' });
	});
});

describe('the error output', () => {
	it('takes the item that failed, with its task, and no other', async () => {
		const workflow = chain(
			'Error output',
			manualTrigger(),
			prompts('a cat', `a dog, ${FAIL_WORD}`, 'a bird'),
			klingNode(official, FROM_ITEM, { onError: 'continueErrorOutput' }),
			noOp('Good'),
		);
		workflow.nodes.push({ ...workflow.nodes[3]!, id: 'bad', name: 'Bad' });
		workflow.connections.Kling!.main!.push([{ node: 'Bad', type: 'main', index: 0 }]);
		const { id } = await host.importWorkflow(workflow);
		const execution = await host.run(id);

		expect(execution.status).toBe('success');
		const tasks = host.emulator.tasks();
		expect(tasks).toHaveLength(3);
		const idOf = (prompt: string) =>
			host.sent('create').find(({ body }) => body.includes(prompt))?.taskIds[0];
		expect(execution.items('Good').map(({ json }) => json.task_id)).toEqual([
			idOf('a cat'),
			idOf('a bird'),
		]);
		expect(execution.items('Bad')).toHaveLength(1);
		const [failed, ...others] = execution.items('Kling', 1);
		expect(others).toEqual([]);
		expect(errorFacts(failed!)).toEqual({
			kind: 'taskFailed',
			reason: RISK_CONTROL,
			taskId: idOf('a dog'),
			itemIndex: 1,
		});
		expect(failed).toMatchObject({
			json: {
				error_description: expect.stringMatching(/\S/),
				task_id: idOf('a dog'),
				task_status: 'failed',
			},
			pairedItem: { item: 1 },
		});
	});

	it('with Stop Workflow the failure ends the execution, and says what to do', async () => {
		const { id } = await host.importWorkflow(
			chain(
				'Stop Workflow',
				manualTrigger(),
				klingNode(official, { prompt: `a dog, ${FAIL_WORD}` }),
				noOp('Good'),
			),
		);
		const execution = await host.run(id);

		expect(execution.status).toBe('error');
		expect(errorFacts(execution.error!)).toEqual({
			kind: 'taskFailed',
			reason: RISK_CONTROL,
			taskId: host.emulator.tasks()[0]?.id,
			itemIndex: 0,
		});
		expect(execution.error?.description).toMatch(/\S/);
		expect(execution.nodeError('Kling')?.message).toBe(execution.error?.message);
		expect(execution.runs('Good')).toEqual([]);
	});
});

describe('Retry On Fail', () => {
	const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1000 };

	it('creates one video when the reply to the creation is lost', async () => {
		host.emulator.addFault({
			match: { route: 'create' },
			action: { type: 'reset', when: 'after' },
		});
		const { id } = await host.importWorkflow(
			chain('Lost reply', manualTrigger(), klingNode(official, {}, RETRY)),
		);
		const execution = await host.run(id);

		expect(execution.status).toBe('success');
		expect(host.sent('create')[0]).toMatchObject({ fault: 'reset', outcome: 'reset' });
		const [task, ...others] = host.emulator.tasks();
		expect(others).toEqual([]);
		expect(execution.items('Kling')[0]?.json.task_id).toBe(task?.id);
	});

	it('reuses the video that the earlier attempt has created', async () => {
		// The key is refused while the node waits: the first attempt ends with an error.
		for (const route of ['list', 'query'] as const) {
			host.emulator.addFault({
				match: { route },
				times: 2,
				action: { type: 'kling-error', code: 1103 },
			});
		}
		const { id } = await host.importWorkflow(
			chain('Failed attempt', manualTrigger(), klingNode(official, {}, RETRY)),
		);
		const execution = await host.run(id);

		expect(execution.status).toBe('success');
		expect(host.sent('list', 'query').filter(({ fault }) => fault).length).toBeGreaterThan(0);
		expect(execution.runs('Kling')[0]?.hints).toEqual([
			expect.objectContaining({ message: expect.stringContaining(notes.reused(1)) }),
		]);
		const [task, ...others] = host.emulator.tasks();
		expect(others).toEqual([]);
		expect(host.sent('create')).toHaveLength(1);
		expect(execution.items('Kling')[0]?.json.task_id).toBe(task?.id);
	});
});

describe('n8n’s Retry of a failed execution', () => {
	it('reuses the video that the failed one has created', async () => {
		host.emulator.addFault({
			match: { route: 'query' },
			times: 'forever',
			action: { type: 'kling-error', code: 1103 },
		});
		const { id } = await host.importWorkflow(
			chain('Retried', manualTrigger(), klingNode(official)),
		);
		const failed = await host.run(id);
		expect(failed.status).toBe('error');
		host.emulator.clearFaults();

		await host.rest('POST', `/executions/${failed.id}/retry`, { loadWorkflow: false });
		const [retried] = await host.executionIds(id);
		expect(retried).not.toBe(failed.id);
		const execution = await host.waitForExecution(retried!);
		expect(execution.status).toBe('success');
		const [task, ...others] = host.emulator.tasks();
		expect(others).toEqual([]);
		expect(execution.items('Kling')[0]?.json).toMatchObject({
			task_id: task?.id,
			task_status: 'completed',
		});
	});
});

describe('Stop', () => {
	const QUIET_MS = 3000;

	/** Begins an execution in either way, and returns its id. */
	const BEGIN: Array<[string, NodeSketch, (workflowId: string) => Promise<string | undefined>]> = [
		['manual', manualTrigger(), async (id) => await host.startExecution(id)],
		[
			'production',
			webhookTrigger('stop-me'),
			async (id) => {
				await host.activate(id);
				await host.trigger('stop-me', {});
				return await host.newestExecution(id);
			},
		],
	];

	it.each(BEGIN)('ends a %s execution that waits', async (_mode, trigger, begin) => {
		// Longer than the test: from now on the videos are not finished.
		host.emulator.addFault({
			match: { route: 'create' },
			times: 'forever',
			action: { type: 'status', value: 'processing' },
		});
		const workflow: WorkflowSource = chain(
			'Stop',
			trigger,
			prompts('a cat', 'a dog'),
			klingNode(official, FROM_ITEM),
			noOp('After'),
		);
		const { id } = await host.importWorkflow(workflow);
		const executionId = await begin(id);
		await eventually(
			() => host.emulator.tasks().length === 2 && host.sent('list', 'query').length > 1,
		);
		const logged = host.log.length;
		await host.stopExecution(executionId!);
		const execution = await host.waitForExecution(executionId!);

		expect(execution.status).toBe('canceled');
		expect(execution.runs('After')).toEqual([]);
		const requests = host.emulator.requests().length;
		await pause(QUIET_MS);
		expect(host.emulator.requests()).toHaveLength(requests);
		const warnings = host.log.slice(logged).filter(({ level }) => level === 'warn');
		expect(warnings).toHaveLength(1);
		for (const { id: taskId } of host.emulator.tasks()) {
			expect(warnings[0]?.message).toContain(taskId);
		}
	});
});
