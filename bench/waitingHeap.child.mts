/** Starts many items on a service that does not answer, and tells how large the heap is while they wait. */
import type { IExecuteFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { setTimeout as delay } from 'node:timers/promises';
import { klingAccount } from '../testkit/credentials.mts';
import { eventually } from '../testkit/eventually.mts';
import { KLING_NODE } from '../testkit/workflows.mts';
import { receiveTask, sendToParent } from './child.mts';
import { addFault, requestsOf } from './remoteEmulator.mts';
import { loadTypes, runNode, VIDEO } from './workflow.mts';
import type { WaitingHeapTask } from './growth.mts';

/** For what is left of preparing the items, in ms. */
const SETTLE_MS = 500;

/** What is still referred to is not collected. */
let release: (() => void) | undefined;

/** Holds its items, and does nothing with them. */
class Idle implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Idle',
		name: 'idle',
		group: ['input'],
		version: 1,
		description: 'What n8n needs for the items alone',
		defaults: { name: 'Idle' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	};

	async execute(this: IExecuteFunctions) {
		const items = this.getInputData();
		await new Promise<void>((resolve) => {
			release = resolve;
		});
		return [items];
	}
}

const { who, items, emulator } = receiveTask<WaitingHeapTask>();
await addFault(emulator, {
	match: { route: 'create' },
	times: 'forever',
	action: { type: 'hang' },
});
const types = await loadTypes();
void runNode({
	types: { ...types, nodeTypes: { ...types.nodeTypes, 'bench.idle': new Idle() } },
	type: who === 'node' ? KLING_NODE : 'bench.idle',
	parameters: { ...VIDEO, operation: 'createAndWait', model: 'kling-v2-6' },
	credential: klingAccount(emulator),
	items,
});
await eventually(
	async () =>
		release !== undefined || (await requestsOf(emulator)).some(({ route }) => route === 'create'),
);
await delay(SETTLE_MS);
for (let round = 0; round < 3; round++) global.gc?.();
// The parent ends this process, in which the requests still hang.
sendToParent(process.memoryUsage().heapUsed);
