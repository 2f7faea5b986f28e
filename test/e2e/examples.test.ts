import {
	eventually,
	exampleNames,
	fitCredentials,
	klingAccount,
	klingGateway,
	KLING_NODE,
	readExample,
	startHost,
	testedExamples,
	type CredentialReference,
	type Execution,
	type Host,
} from './host/index.mts';

let host: Host;
let credentials: CredentialReference[];

beforeAll(async () => {
	// The models of the examples are alive here whatever day it is.
	host = await startHost({ emulator: { models: 'classic' } });
	credentials = [
		await host.createCredential('Kling account', klingAccount(host.emulator)),
		await host.createCredential('Kling gateway', klingGateway(host.emulator)),
	];
});
beforeEach(() => host.emulator.reset());
afterAll(async () => await host?.stop());

describe('create-and-wait.json', () => {
	it('runs by a click on Execute workflow and ends in a video', async () => {
		const workflow = fitCredentials(await readExample('create-and-wait.json'), credentials);
		const { id } = await host.importWorkflow(workflow);
		const execution = await host.run(id);

		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('success');
		await expectVideo(execution, 'Kling Text to Video');
	});

	it('says what to do when the chosen credential does not fit', async () => {
		const wrong = await host.createCredential('Kling account', {
			...klingGateway(host.emulator),
			apiKey: 'not-the-right-one',
		});
		const workflow = fitCredentials(await readExample('create-and-wait.json'), [wrong]);
		const { id } = await host.importWorkflow(workflow);
		const execution = await host.run(id);

		expect(execution.status).toBe('error');
		expect(execution.error?.message).toMatch(/API key/i);
		expect(host.emulator.tasks()).toEqual([]);
	});
});

it('every example has a name, notes that explain it, and is run by a test', async () => {
	const names = await exampleNames();
	expect(names).toContain('create-and-wait.json');
	for (const name of names) {
		const { name: title, nodes } = await readExample(name);
		expect(title).toMatch(/^Kling: /);
		expect(nodes.some(({ type }) => type === 'n8n-nodes-base.stickyNote')).toBe(true);
		expect(nodes.some(({ type }) => type.startsWith(KLING_NODE.split('.')[0]!))).toBe(true);
	}
	expect(await testedExamples()).toEqual(names);
});

async function expectVideo(execution: Execution, node: string) {
	await eventually(() => host.emulator.tasks().length > 0);
	const [item] = execution.items(node);
	expect(item?.json).toMatchObject({
		task_id: host.emulator.tasks()[0]?.id,
		task_status: 'completed',
	});
	expect(await host.binary(item!.binary!.data!)).toEqual(await host.sampleVideo());
}
