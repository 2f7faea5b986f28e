/** Creates videos from many large images on n8n's engine, and tells how far resident memory grew. */
import type { IExecuteFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { klingAccount } from '../testkit/credentials.mts';
import { cleanUp, runWorkflow } from '../testkit/engine/index.mts';
import { sampleImage } from '../testkit/sampleImage.mts';
import { chain, IMAGE_NODE, manualTrigger } from '../testkit/workflows.mts';
import { receiveTask, sendToParent } from './child.mts';
import type { ImagesTask } from './images.mts';
import { reset } from './remoteEmulator.mts';
import { measure, type MemoryReading } from './resident.mts';
import { loadTypes, NODE } from './workflow.mts';

/** Items and size before the measurement: code and buffers are in place then. */
const WARM_UP = [3, 1_000_000] as const;

/** Puts images into n8n's store, one after the other. */
class Images implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Images',
		name: 'images',
		group: ['input'],
		version: 1,
		description: 'Stands for the nodes that images come from',
		defaults: { name: 'Images' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [
			{ displayName: 'Items', name: 'items', type: 'number', default: 1 },
			{ displayName: 'Bytes', name: 'bytes', type: 'number', default: 1 },
		],
	};

	async execute(this: IExecuteFunctions) {
		const items = [];
		for (let index = 0; index < (this.getNodeParameter('items', 0) as number); index++) {
			const image = Buffer.alloc(this.getNodeParameter('bytes', 0) as number, index);
			sampleImage().copy(image);
			const data = await this.helpers.prepareBinaryData(image, 'image.png', 'image/png');
			items.push({ json: {}, binary: { data }, pairedItem: { item: 0 } });
		}
		return [items];
	}
}

const { items, bytes, emulator } = receiveTask<ImagesTask>();
try {
	const types = await loadTypes();
	const nodeTypes = { ...types.nodeTypes, 'bench.images': new Images() };

	/** @returns what the Kling node alone took */
	const create = async (count: number, size: number): Promise<MemoryReading> => {
		let started: () => void;
		const klingStarts = new Promise<void>((resolve) => (started = resolve));
		const running = runWorkflow(
			chain(
				'Bench',
				manualTrigger(),
				{ name: 'Images', type: 'bench.images', parameters: { items: count, bytes: size } },
				{
					name: NODE,
					type: IMAGE_NODE,
					parameters: {
						operation: 'create',
						model: 'kling-v2-6',
						firstFrame: 'binary',
						prompt: 'It comes to life',
					},
				},
			),
			{
				...types,
				nodeTypes,
				credentials: { klingApi: klingAccount(emulator) },
				onProgress: (event) => {
					if (event.type === 'nodeStarted' && event.node === NODE) started();
				},
			},
		);
		await Promise.race([klingStarts, running]);
		const reading = await measure(async () => {
			const run = await running;
			const created = run.items(NODE).length;
			if (run.status !== 'success' || created !== count) {
				throw new Error(`${created} of ${count} videos: ${run.error?.message}`);
			}
		});
		await reset(emulator);
		return reading;
	};

	await create(...WARM_UP);
	sendToParent(await create(items, bytes));
} finally {
	cleanUp();
}
