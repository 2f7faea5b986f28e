/** Downloads a video, creates videos from images or lets items wait, on n8n's engine, and tells what memory it took. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { setTimeout as delay } from 'node:timers/promises';
import { EMULATOR_API_KEY } from '../emulator/index.mts';
import { klingAccount, klingGateway } from '../testkit/credentials.mts';
import { cleanUp, runWorkflow } from '../testkit/engine/index.mts';
import { eventually } from '../testkit/eventually.mts';
import { sampleImage } from '../testkit/sampleImage.mts';
import { chain, IMAGE_NODE, KLING_NODE, manualTrigger } from '../testkit/workflows.mts';
import { measure, receiveTask, sendToParent, type MemoryReading } from './child.mts';
import type { MemoryTask, MemoryWork } from './memory.mts';
import { addFault, requestsOf, reset } from './remoteEmulator.mts';
import { loadTypes, NODE, runNode, standIn, VIDEO } from './workflow.mts';

/** Sizes of the downloads before the measurement: code and buffers are in place then. */
const WARM_UP = [2 ** 20, 8 * 2 ** 20, 8 * 2 ** 20];

/** Items and size of the images before the measurement. */
const WARM_UP_IMAGES = [3, 1_000_000] as const;

/** For what is left of preparing items that wait, in ms. */
const SETTLE_MS = 500;

/** What is still referred to is not collected. */
let release: (() => void) | undefined;

/** The usual way: the whole file as a buffer, then into the binary store. */
const buffered = standIn(['url'], async function (this: IExecuteFunctions) {
	const url = this.getNodeParameter('url', 0) as string;
	const body = (await this.helpers.httpRequest({ url, encoding: 'arraybuffer' })) as Buffer;
	const data = await this.helpers.prepareBinaryData(body, 'video.mp4', 'video/mp4');
	return [[{ json: {}, binary: { data }, pairedItem: { item: 0 } }]];
});

/** Stands for the nodes that images come from: puts them into n8n's store, one after the other. */
const images = standIn(['items', 'bytes'], async function (this: IExecuteFunctions) {
	const made = [];
	for (let index = 0; index < (this.getNodeParameter('items', 0) as number); index++) {
		const image = Buffer.alloc(this.getNodeParameter('bytes', 0) as number, index);
		sampleImage().copy(image);
		const data = await this.helpers.prepareBinaryData(image, 'image.png', 'image/png');
		made.push({ json: {}, binary: { data }, pairedItem: { item: 0 } });
	}
	return [made];
});

/** Holds its items, and does nothing with them: what n8n needs for the items alone. */
const idle = standIn([], async function (this: IExecuteFunctions) {
	const held = this.getInputData();
	await new Promise<void>((resolve) => {
		release = resolve;
	});
	return [held];
});

const { what, items, bytes, emulator } = receiveTask<MemoryTask>();
const types = await loadTypes({
	'bench.buffered': buffered,
	'bench.images': images,
	'bench.idle': idle,
});
try {
	const WORK: Record<MemoryWork['what'], () => Promise<MemoryReading | number>> = {
		streamed: download,
		buffered: download,
		images: create,
		waiting: wait,
		idle: wait,
	};
	sendToParent(await WORK[what]());
} finally {
	cleanUp();
}

async function download(): Promise<MemoryReading> {
	const taskId = await createTask();
	const node =
		what === 'streamed'
			? { type: KLING_NODE, parameters: { operation: 'getStatus', taskId, downloadVideo: true } }
			: { type: 'bench.buffered', parameters: { url: `${emulator.url}/videos/${taskId}.mp4` } };
	const one = async (size: number) => {
		await addFault(emulator, { match: { route: 'video' }, action: { type: 'big', bytes: size } });
		const run = await runNode({ types, ...node, credential: klingGateway(emulator), items: 1 });
		const stored = run.items(NODE)[0]?.binary?.data?.bytes;
		if (stored !== size) throw new Error(`${stored} of ${size} bytes were stored`);
	};
	for (const size of WARM_UP) await one(size);
	return await measure(async () => await one(bytes));
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

async function create(): Promise<MemoryReading> {
	await createFrom(...WARM_UP_IMAGES);
	return await createFrom(items, bytes);
}

/** @returns what the Kling node alone took */
async function createFrom(count: number, size: number): Promise<MemoryReading> {
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
}

/** Starts the items on a service that does not answer. @returns the heap while they wait; bytes */
async function wait(): Promise<number> {
	await addFault(emulator, {
		match: { route: 'create' },
		times: 'forever',
		action: { type: 'hang' },
	});
	void runNode({
		types,
		type: what === 'waiting' ? KLING_NODE : 'bench.idle',
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
	return process.memoryUsage().heapUsed;
}
