/** What is another video and what is the same one, as a real n8n tells them apart. */
import { eventually } from '../../testkit/eventually.mts';
import {
	chain,
	klingAccount,
	klingGateway,
	klingNode,
	manualTrigger,
	prompts,
	startHost,
	webhookTrigger,
	type CredentialReference,
	type Host,
} from '../../testkit/n8n/index.mts';

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

const QUICK = { downloadVideo: false, waitOptions: { pollingInterval: 1 } };

const promptsOf = () =>
	host.emulator.tasks().map(({ body }) => (body as { prompt: string }).prompt);

describe('the same video', () => {
	it('is the next try of Retry On Fail, although the prompt has changed', async () => {
		host.emulator.addFault({
			match: { route: 'query' },
			action: { type: 'kling-error', status: 401 },
		});
		const kling = klingNode(
			gateway,
			{
				...QUICK,
				model: 'kling-v1-6',
				prompt: '=A boat at {{ $now.toMillis() }} {{ Math.random() }}',
			},
			{ retryOnFail: true, maxTries: 3, waitBetweenTries: 10 },
		);
		const { id } = await host.importWorkflow(chain('Now', manualTrigger(), kling));
		const execution = await host.run(id);
		expect(execution.error).toBeUndefined();
		const [task, ...others] = host.emulator.tasks();
		expect(others).toEqual([]);
		expect(execution.items('Kling')[0]?.json).toMatchObject({
			task_id: task?.id,
			task_status: 'completed',
		});
	});

	it('is the retry of an execution that was stopped', async () => {
		// n8n refuses to retry a manual one.
		const workflow = chain(
			'Stopped',
			webhookTrigger('stopped'),
			prompts('a cat', 'a dog'),
			klingNode(gateway, { ...QUICK, model: 'kling-v1-6', prompt: '={{ $json.prompt }}' }),
		);
		host.emulator.addFault({
			match: { route: 'query' },
			times: 'forever',
			action: { type: 'status', value: 'processing' },
		});
		const { id } = await host.importWorkflow(workflow);
		await host.activate(id);
		await host.trigger('stopped', {});
		const executionId = await host.newestExecution(id);
		await eventually(() => host.emulator.tasks().length === 2 && host.sent('query').length > 0);
		await host.stopExecution(executionId);
		const stopped = await host.waitForExecution(executionId);
		expect(stopped.status).toBe('canceled');
		host.emulator.clearFaults();

		await host.rest('POST', `/executions/${executionId}/retry`, { loadWorkflow: false });
		const [retried] = await host.executionIds(id);
		const execution = await host.waitForExecution(retried!);
		// n8n keeps the error of the stopped execution in the retry, even if all its nodes succeed.
		expect(execution.nodeError('Kling')).toBeUndefined();
		expect(promptsOf().sort()).toEqual(['a cat', 'a dog']);
		expect(execution.items('Kling').map(({ json }) => json.task_id)).toEqual(
			host.emulator.tasks().map(({ id: taskId }) => taskId),
		);
	});
});

describe('another video', () => {
	it('is each turn of a loop', async () => {
		const workflow = chain(
			'Loop',
			manualTrigger(),
			prompts('1', '2', '3'),
			{
				name: 'Loop',
				type: 'n8n-nodes-base.splitInBatches',
				typeVersion: 3,
				parameters: { options: {} },
			},
			klingNode(official, { ...QUICK, prompt: 'The same prompt' }),
		);
		// The second output is the loop's body.
		const [body = []] = workflow.connections.Loop?.main ?? [];
		workflow.connections.Loop = { main: [[], body] };
		workflow.connections.Kling = { main: [[{ node: 'Loop', type: 'main', index: 0 }]] };
		const { id } = await host.importWorkflow(workflow);
		const execution = await host.run(id);
		expect(execution.error).toBeUndefined();
		expect(promptsOf()).toEqual(Array(3).fill('The same prompt'));
	});

	it('is each run of a sub-workflow', async () => {
		const sub = await host.importWorkflow(
			chain(
				'Sub-workflow',
				{
					name: 'When called',
					type: 'n8n-nodes-base.executeWorkflowTrigger',
					typeVersion: 1.1,
					parameters: { inputSource: 'passthrough' },
				},
				klingNode(official, { ...QUICK, prompt: 'The same prompt' }),
			),
		);
		await host.activate(sub.id);
		const { id } = await host.importWorkflow(
			chain('Main', manualTrigger(), prompts('1', '2'), {
				name: 'Call',
				type: 'n8n-nodes-base.executeWorkflow',
				typeVersion: 1.2,
				parameters: {
					workflowId: { __rl: true, mode: 'id', value: sub.id },
					mode: 'each',
					options: { waitForSubWorkflow: true },
				},
			}),
		);
		const execution = await host.run(id);
		expect(execution.error).toBeUndefined();
		expect(promptsOf()).toEqual(Array(2).fill('The same prompt'));
	});
});
