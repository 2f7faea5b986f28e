import { callbackWords } from '../../nodes/shared/n8n/words/parameters';
import { errorFacts } from '../../testkit/engine/errorFacts.mts';
import { eventually } from '../../testkit/eventually.mts';
import {
	chain,
	klingAccount,
	klingNode,
	manualTrigger,
	noOp,
	startHost,
	testedVersion,
	type Host,
	type TestedVersion,
} from '../../testkit/n8n/index.mts';

/** What differs between versions of n8n, and what the node makes of it. */

let host: Host;
let version: TestedVersion;

beforeAll(async () => {
	host = await startHost();
	version = testedVersion(host.version);
});
beforeEach(() => host.emulator.reset());
afterAll(async () => await host?.stop());

/** Executes the node waiting by callback. @returns the execution, over or suspended */
async function waitByCallback() {
	const kling = await host.createCredential('Kling account', klingAccount(host.emulator));
	const node = klingNode(kling, { waitFor: 'callback', waitOptions: {} });
	const { id } = await host.importWorkflow(chain('Callback', manualTrigger(), node, noOp('After')));
	const executionId = await host.startExecution(id);
	return await host.waitForExecution(executionId!, {
		until: ({ isOver, status }) => isOver || status === 'waiting',
	});
}

it('waits by callback where resume URLs are signed, and refuses to before anything is charged elsewhere', async () => {
	const execution = await waitByCallback();
	if (version.signsResumeUrls) {
		expect(execution.error).toBeUndefined();
		expect(execution.status).toBe('waiting');
		const resumed = await host.waitForExecution(execution.id);
		expect(resumed.status).toBe('success');
		expect(resumed.items('After')).toHaveLength(1);
		expect(host.emulator.tasks()).toHaveLength(1);
	} else {
		expect(execution.status).toBe('error');
		expect(errorFacts(execution.error!)).toMatchObject({
			kind: 'input',
			parameter: 'waitFor',
			problem: 'unsigned',
		});
		expect(execution.error?.description).toContain(callbackWords.unsigned.description);
		expect(host.emulator.requests()).toEqual([]);
	}
});

it('has an abortable sleep in n8n-workflow, or not, as stated', async () => {
	const parameters = await host.evaluate("require('n8n-workflow').sleep.length");
	expect(parameters).toBe(version.hasAbortableSleep ? '2' : '1');
});

it('ends a long pause between two polls at once on Stop', async () => {
	host.emulator.addFault({
		match: { route: 'create' },
		action: { type: 'status', value: 'processing' },
	});
	const kling = await host.createCredential('Kling account', klingAccount(host.emulator));
	const node = klingNode(kling, { waitOptions: { pollingInterval: 600 } });
	const { id } = await host.importWorkflow(chain('Stop', manualTrigger(), node, noOp('After')));
	const executionId = await host.startExecution(id);
	await eventually(() => host.emulator.tasks().length === 1);
	await host.stopExecution(executionId!);
	// What the node logs at its end, long before the pause would be over: that n8n calls the execution over
	// would prove nothing.
	await host.waitForLog(({ message }) => message.includes(host.emulator.tasks()[0]!.id));
	const execution = await host.waitForExecution(executionId!);
	expect(execution.status).toBe('canceled');
	expect(execution.runs('After')).toEqual([]);
});
