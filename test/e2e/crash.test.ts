import { eventually } from '../../testkit/eventually.mts';
import {
	chain,
	klingAccount,
	klingNode,
	manualTrigger,
	startHost,
	webhookTrigger,
	type CredentialReference,
	type Host,
} from '../../testkit/n8n/index.mts';
import { sampleVideo } from '../../testkit/sampleVideo.mts';

let host: Host;
let kling: CredentialReference;

beforeAll(async () => {
	host = await startHost({ emulator: { generationMs: 8000 } });
	kling = await host.createCredential('Kling account', klingAccount(host.emulator));
});
afterAll(async () => await host?.stop());

it('kill -9 while polling: n8n calls it crashed, and the video is found by the execution’s id', async () => {
	const { id } = await host.importWorkflow(
		chain('Crash', webhookTrigger('crash'), klingNode(kling)),
	);
	await host.activate(id);
	await host.trigger('crash', {});
	await eventually(() =>
		host.emulator.requests().some(({ route }) => route === 'list' || route === 'query'),
	);
	const executionId = await host.newestExecution(id);
	expect((await host.execution(executionId)).status).toBe('running');

	await host.kill9();
	const requests = host.emulator.requests().length;
	await host.restart();

	// n8n does not resume a running execution, and says so.
	const crashed = await host.waitForExecution(executionId);
	expect(crashed.status).toBe('crashed');
	expect(crashed.items('Kling')).toEqual([]);
	expect(await host.executionIds(id)).toEqual([executionId]);
	expect(host.emulator.requests()).toHaveLength(requests);
	const [task, ...others] = host.emulator.tasks();
	expect(others).toEqual([]);

	// Get Many finds it: the external task ID begins with the execution's.
	const { id: listId } = await host.importWorkflow(
		chain(
			'Get Many',
			manualTrigger(),
			klingNode(kling, { operation: 'getMany', returnAll: false, limit: 10 }),
		),
	);
	const list = await host.run(listId);
	expect(list.status).toBe('success');
	const ours = list
		.items('Kling')
		.filter(({ json }) => String(json.external_task_id).startsWith(`n8n-${executionId}-0-`));
	expect(ours.map(({ json }) => json.task_id)).toEqual([task?.id]);

	// Get Status retrieves what was charged.
	await eventually(() => host.emulator.tasks()[0]?.state === 'succeeded');
	const { id: statusId } = await host.importWorkflow(
		chain(
			'Get Status',
			manualTrigger(),
			klingNode(kling, { operation: 'getStatus', taskId: `${task?.id}`, downloadVideo: true }),
		),
	);
	const status = await host.run(statusId);
	const [item] = status.items('Kling');
	expect(item?.json).toMatchObject({ task_id: task?.id, task_status: 'completed' });
	expect(await host.binary(item!.binary!.data!)).toEqual(sampleVideo());
	expect(host.emulator.tasks()).toHaveLength(1);
});
