/** Meets one hostile input, and tells for how long nothing else was done meanwhile. */
import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { setTimeout as delay } from 'node:timers/promises';
import { toConnection } from '../nodes/shared/api/connection.ts';
import { exchange } from '../nodes/shared/api/exchange.ts';
import { FORMATS } from '../nodes/shared/api/formats/index.ts';
import { readCallbackBody } from '../nodes/shared/api/formats/reply.ts';
import { masked } from '../nodes/shared/api/mask.ts';
import type { NodeRun } from '../nodes/shared/n8n/nodeRun.ts';
import { prepareItems } from '../nodes/shared/batch/prepareItems.ts';
import { loadImages } from '../nodes/shared/n8n/files/inputFile.ts';
import { VideoIdentities } from '../nodes/shared/n8n/videoIdentity.ts';
import { readText } from '../nodes/shared/n8n/http/replyText.ts';
import { readVideoItems } from '../nodes/shared/parameters/videoParameters.ts';
import { receiveTask, sendToParent, measure } from './child.mts';
import {
	HOSTILE_INPUTS,
	type HostileInput,
	type HostileReading,
	type HostileTask,
} from './hostile.mts';
import { median } from './numbers.mts';

const { index } = receiveTask<HostileTask>();
const input = HOSTILE_INPUTS[index] as HostileInput;

const RUNS = 3;

/** Milliseconds. */
function processorTime(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

/** @returns what became of it, and the longest time without a turn of the event loop; milliseconds */
async function meter(work: () => Promise<string>) {
	let outcome = '';
	let block = 0;
	const { growth } = await measure(async () => {
		await delay(20);
		let last = [performance.now(), processorTime()] as const;
		const tick = () => {
			const now = [performance.now(), processorTime()] as const;
			// Other programs want the processor, too, and this one has other threads.
			block = Math.max(block, Math.min(now[0] - last[0], now[1] - last[1]));
			last = now;
		};
		const ticker = setInterval(tick, 1);
		outcome = await work();
		await delay(5);
		clearInterval(ticker);
	});
	return { outcome, block, growth };
}

/** @returns how a piece of work ended, in a word or two */
async function outcomeOf(work: () => unknown): Promise<string> {
	try {
		await work();
		return 'read';
	} catch (error) {
		return 'kind' in (error as object) ? String((error as { kind: string }).kind) : 'not read';
	}
}

async function readReply(content: string): Promise<string> {
	const bytes = Buffer.from(content);
	const connection = toConnection({ apiKey: 'sk-0123456789abcdef' });
	const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, n) =>
		bytes.subarray(n * 65_536, (n + 1) * 65_536),
	);
	const outcomes: string[] = [];
	for (const [status, read] of [
		[200, (json: unknown) => FORMATS.v1.readTask(json)],
		[200, (json: unknown) => FORMATS.path.readTasks(json)],
		[400, () => undefined],
	] as const) {
		const body = Object.assign(stream(chunks), { destroy: () => {} });
		const send = masked(
			async () => ({
				status,
				headers: {},
				body: await readText(body, new AbortController().signal),
			}),
			connection,
		);
		outcomes.push(
			await outcomeOf(async () => {
				const request = { method: 'GET', path: '/' } as const;
				read((await exchange(send, request, Date.now)).json);
			}),
		);
		await delay(5);
	}
	return outcomes.join(', ');
}

async function* stream(chunks: Buffer[]): AsyncGenerator<Buffer> {
	for (const chunk of chunks) {
		await new Promise<void>((resolve) => setImmediate(resolve));
		yield chunk;
	}
}

async function readCallback(content: string): Promise<string> {
	const body = Buffer.from(content);
	return await outcomeOf(() => {
		if (readCallbackBody(body) === undefined) throw new Error('no callback');
	});
}

/** n8n, as far as a node asks it for what it is given. */
function contextOf(form: Readonly<Record<string, unknown>>, items: INodeExecutionData[]) {
	return {
		getNodeParameter: (name: string, _index: number, fallback: unknown) => form[name] ?? fallback,
		getInputData: () => items,
		getNode: () => ({ id: 'node', name: 'Kling', type: 'bench.kling', typeVersion: 1 }),
		getExecutionId: () => '1',
		getInstanceId: () => 'instance',
		getWorkflow: () => ({ id: 'workflow' }),
		evaluateExpression: () => 0,
		getExecuteData: () => ({}),
		getExecutionCancelSignal: () => undefined,
	} as unknown as IExecuteFunctions;
}

/** From what n8n hands out to the body of each item's request. */
async function prepare(content: string | Buffer): Promise<() => Promise<string>> {
	const isFile = input.kind === 'file';
	const isImage = isFile || input.parameter === 'imageUrl';
	const { parameter } = input;
	const form = {
		// Image to Video in the format that takes the largest images.
		model: isImage ? 'kling-3.0-turbo' : 'kling-v2-6',
		prompt: 'a cat',
		mode: 'std',
		duration: 5,
		aspectRatio: '16:9',
		firstFrame: isFile ? 'binary' : 'url',
		...(parameter === 'additionalBodyFields'
			? { options: { [parameter]: content } }
			: parameter && { [parameter]: content }),
	};
	const data = isFile ? (content as Buffer).toString('base64') : '';
	const items = Array.from(
		{ length: input.items ?? 1 },
		(): INodeExecutionData => ({
			json: {},
			...(isFile && { binary: { data: { mimeType: 'image/png', data } } }),
		}),
	);
	const context = contextOf(form, items);
	const connection = toConnection({ apiKey: 'sk-0123456789abcdef' });
	const run = {
		context,
		connection,
		itemIndexes: [...items.keys()],
		continues: true,
		isTool: false,
		allowsOwnNetwork: false,
	} as NodeRun;
	return await Promise.resolve(async () => {
		const read = await readVideoItems(run, isImage ? 'imageToVideo' : 'textToVideo');
		const { prepared, refused } = await prepareItems(run, read, new VideoIdentities(context));
		for (const { request, target } of prepared) {
			const loaded = await loadImages(context, request);
			FORMATS[target.format].create({ ...request, ...loaded }, target);
			await delay(1);
		}
		return refused.length > 0 ? 'refused' : 'taken';
	});
}

function timeOf(work: () => void): number {
	const startedAt = performance.now();
	try {
		work();
	} catch {
		// Much of it is no JSON.
	}
	return performance.now() - startedAt;
}

const content = input.make();
const text = Buffer.isBuffer(content) ? content.toString('base64') : content;
const isJson = /^[{[\]]/.test(text.slice(0, 1));
const json = isJson ? text : JSON.stringify(text);
const work =
	input.kind === 'reply'
		? async () => await readReply(text)
		: input.kind === 'callback'
			? async () => await readCallback(text)
			: await prepare(content);
const readings: Array<Awaited<ReturnType<typeof meter>>> = [];
for (let run = 0; run < RUNS; run++) readings.push(await meter(work));
const [first] = readings as [(typeof readings)[number]];
sendToParent({
	outcome: first.outcome,
	// Of later runs what is left of earlier ones is not the growth.
	growth: first.growth,
	block: median(readings.map(({ block }) => block)),
	size: text.length * (input.items ?? 1),
	parsed: timeOf(() => JSON.parse(json) as unknown),
} satisfies HostileReading);
