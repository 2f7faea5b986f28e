/** Downloads one large file on n8n's engine, and tells how far the resident memory grew. */
import type { IExecuteFunctions, INodeType, INodeTypeDescription } from 'n8n-workflow';
import { EMULATOR_API_KEY } from '../emulator/index.mts';
import { klingGateway } from '../testkit/credentials.mts';
import { cleanUp } from '../testkit/engine/index.mts';
import { KLING_NODE } from '../testkit/workflows.mts';
import { receiveTask, sendToParent } from './child.mts';
import type { MemoryTask } from './memory.mts';
import { addFault } from './remoteEmulator.mts';
import { measure } from './resident.mts';
import { loadTypes, NODE, runNode, type NodeRun } from './workflow.mts';

/** Downloads before the measurement, each of so many bytes: code and buffers are in place then. */
const WARM_UP = [2 ** 20, 8 * 2 ** 20, 8 * 2 ** 20];

/** The usual way: the whole file as a buffer, then into the binary store. */
class BufferedDownload implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Buffered Download',
		name: 'bufferedDownload',
		group: ['input'],
		version: 1,
		description: 'Stands for the nodes that download a video whole',
		defaults: { name: 'Buffered Download' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [{ displayName: 'URL', name: 'url', type: 'string', default: '' }],
	};

	async execute(this: IExecuteFunctions) {
		const url = this.getNodeParameter('url', 0) as string;
		const body = (await this.helpers.httpRequest({ url, encoding: 'arraybuffer' })) as Buffer;
		const data = await this.helpers.prepareBinaryData(body, 'video.mp4', 'video/mp4');
		return [[{ json: {}, binary: { data }, pairedItem: { item: 0 } }]];
	}
}

const { way, bytes, emulator } = receiveTask<MemoryTask>();
try {
	const taskId = await createTask();
	const types = await loadTypes();
	const nodes = {
		streamed: {
			type: KLING_NODE,
			parameters: { operation: 'getStatus', taskId, downloadVideo: true },
		},
		buffered: {
			type: 'bench.bufferedDownload',
			parameters: { url: `${emulator.url}/videos/${taskId}.mp4` },
		},
	} as const;
	const node: NodeRun = {
		types: {
			...types,
			nodeTypes: { ...types.nodeTypes, 'bench.bufferedDownload': new BufferedDownload() },
		},
		...nodes[way],
		credential: klingGateway(emulator),
		items: 1,
	};
	for (const size of WARM_UP) await download(node, size);
	sendToParent(await measure(async () => await download(node, bytes)));
} finally {
	cleanUp();
}

/** @returns its ID */
async function createTask(): Promise<string> {
	const reply = await fetch(`${emulator.gatewayUrl}/v1/videos/text2video`, {
		method: 'POST',
		headers: { authorization: `Bearer ${EMULATOR_API_KEY}`, 'content-type': 'application/json' },
		body: JSON.stringify({
			model_name: 'kling-v1-6',
			mode: 'std',
			prompt: 'a cat',
			duration: 5,
			aspect_ratio: '16:9',
		}),
	});
	return ((await reply.json()) as { task_id: string }).task_id;
}

async function download(node: NodeRun, size: number): Promise<void> {
	await addFault(emulator, { match: { route: 'video' }, action: { type: 'big', bytes: size } });
	const run = await runNode(node);
	const stored = run.items(NODE)[0]?.binary?.data?.bytes;
	if (stored !== size) throw new Error(`${stored} of ${size} bytes were stored`);
}
