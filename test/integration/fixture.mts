/**
 * Runs the node on n8n's own engine against the emulator, or whatever else listens at an address. Whoever
 * imports it runs in virtual time: it passes while a node runs, and in `time.pass` and `time.until`.
 */
import type {
	ExecutionError,
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeCredentialTestResult,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';
import { KlingApi } from '../../credentials/KlingApi.credentials.ts';
import { KlingImageToVideo } from '../../nodes/KlingImageToVideo/KlingImageToVideo.node.ts';
import { KlingTextToVideo } from '../../nodes/KlingTextToVideo/KlingTextToVideo.node.ts';
import type { ExplainedError } from '../../nodes/shared/api/errors/explainedError.ts';
import { type Situation, wordsOf } from '../../nodes/shared/n8n/words/errors.ts';
import { testWords } from '../../nodes/shared/n8n/words/notes.ts';
import {
	EMULATOR_API_KEY,
	startEmulator,
	type Emulator,
	type EmulatorOptions,
	type RecordedRequest,
} from '../../emulator/index.mts';
import {
	cleanUp,
	runCredentialTest as testCredential,
	startWorkflow,
	type EngineOptions,
	type EngineRun,
	type WorkflowJson,
} from '../../testkit/engine/index.mts';
import '../../testkit/clocks/inVirtualTime.mts';
import { time } from '../../testkit/clocks/virtualTime.mts';
import { loadEngine } from '../../testkit/engine/core.mts';
import { chain, IMAGE_NODE, KLING_NODE, manualTrigger } from '../../testkit/workflows.mts';
import { errorFacts, type ErrorFacts } from '../../testkit/engine/errorFacts.mts';
import { HttpServer } from '../../testkit/engine/http-server.mts';

export { adviceOn, errorFacts, type ErrorFacts } from '../../testkit/engine/errorFacts.mts';
export type { Emulator, Fault, FaultAction, RecordedRequest } from '../../emulator/index.mts';
export { EMULATOR_API_KEY, FAIL_WORD, REFUSE_WORD } from '../../emulator/index.mts';
export { time } from '../../testkit/clocks/virtualTime.mts';
export type { EngineRun } from '../../testkit/engine/index.mts';
export { sampleVideo } from '../../testkit/sampleVideo.mts';
export { HttpServer, type ReceivedRequest, sendJson } from '../../testkit/engine/http-server.mts';

// Here, because it takes longer than a test on a busy machine may.
loadEngine();

afterAll(cleanUp);

/** The node under test, as the workflows here call it. */
export const NODE = 'Kling';

export function types(): Pick<EngineOptions, 'nodeTypes' | 'credentialTypes'> {
	const node = new KlingTextToVideo();
	const imageNode = new KlingImageToVideo();
	return {
		// n8n gives the node a second type of this name for AI agents.
		nodeTypes: {
			[KLING_NODE]: node,
			[`${KLING_NODE}Tool`]: node,
			[IMAGE_NODE]: imageNode,
			[`${IMAGE_NODE}Tool`]: imageNode,
		},
		credentialTypes: { klingApi: new KlingApi() },
	};
}

/** What the form saves for a plain video. */
export const PLAIN: INodeParameters = {
	model: 'kling-v1-6',
	prompt: 'a cat',
	mode: 'std',
	duration: 5,
	aspectRatio: '16:9',
};

/** The request body of PLAIN. */
export const PLAIN_BODY = {
	model_name: 'kling-v1-6',
	mode: 'std',
	prompt: 'a cat',
	duration: 5,
	aspect_ratio: '16:9',
};

export interface RunOptions extends Partial<EngineOptions> {
	/** Other settings of the node, such as `onError`. */
	node?: Partial<INode>;
	credential?: ICredentialDataDecryptedObject;
}

/** How long a video takes and waits unless a test says otherwise: it is found at the third check. */
const PACE = { generationMs: 12_000, queueMs: 3_000 };

/** An emulator for the tests of this file or this `describe`, without tasks and faults before each of them. */
export function useEmulator(options: Partial<EmulatorOptions> = {}): Emulator {
	let emulator: Emulator | undefined;
	beforeAll(async () => {
		emulator = await startEmulator({ ...PACE, ...options });
	});
	beforeEach(() => emulator?.reset());
	afterAll(async () => await emulator?.close());
	// Stands for it: it is not there before the tests run.
	return new Proxy({} as Emulator, {
		get: (_none, name: keyof Emulator) => emulator?.[name],
	});
}

/** A server for the tests of this file or this `describe`, which each of them tells what to answer. */
export function useServer(): HttpServer {
	const server = new HttpServer();
	beforeAll(async () => await server.start());
	beforeEach(() => server.reset());
	afterAll(async () => await server.stop());
	return server;
}

/** "Start" (a manual trigger), then the node; the items of its outputs go no further. */
function workflow(parameters: INodeParameters, node: Partial<INode> = {}): WorkflowJson {
	return chain('Test', manualTrigger(), { name: NODE, type: KLING_NODE, parameters, ...node });
}

function engineOptions(
	baseUrl: string,
	{ node: _node, credential = {}, ...options }: RunOptions,
): EngineOptions {
	const klingApi = { service: 'gateway', baseUrl, apiKey: EMULATOR_API_KEY, ...credential };
	return { ...types(), credentials: { klingApi }, ...options };
}

export async function runNode(
	baseUrl: string,
	parameters: INodeParameters,
	options: RunOptions = {},
): Promise<EngineRun> {
	return await startNode(baseUrl, parameters, options).finished;
}

export function startNode(
	baseUrl: string,
	parameters: INodeParameters,
	options: RunOptions = {},
): ReturnType<typeof startWorkflow> {
	const running = startWorkflow(
		workflow(parameters, options.node),
		engineOptions(baseUrl, options),
	);
	return { ...running, finished: time.during(running.finished) };
}

/** Presses the credential's Test button. */
export async function runCredentialTest(
	...args: Parameters<typeof testCredential>
): ReturnType<typeof testCredential> {
	return await time.during(testCredential(...args));
}

/** Items with these JSONs. */
export function items(...jsons: Array<INodeExecutionData['json']>): INodeExecutionData[] {
	return jsons.map((json) => ({ json }));
}

/** `count` items {n: 0}, {n: 1} … */
export function numbered(count: number): INodeExecutionData[] {
	return items(...Array.from({ length: count }, (_, n) => ({ n })));
}

/** What the gateway tells of the emulator's first task once its video is finished: the facts of its item. */
export function finishedFacts(emulator: Emulator, duration = 5) {
	const [task] = emulator.tasks();
	const url = `${emulator.url}/videos/${task?.id}.mp4`;
	return {
		task_id: task?.id,
		task_status: 'completed',
		task_status_msg: '任务完成',
		created_at: task?.createdAt,
		updated_at: task?.updatedAt,
		model_name: 'kling-v1-6',
		video_id: 'video_001',
		video_url: url,
		duration,
		task_result: { videos: [{ id: 'video_001', url, duration }] },
	};
}

/** The requests of one route. */
export function sent(emulator: Emulator, route: RecordedRequest['route']): RecordedRequest[] {
	return emulator.requests().filter((request) => request.route === route);
}

/** The node's error, with the fields the tests look at. */
export function errorOf(run: EngineRun): ExecutionError & { description?: string | null } {
	const error = run.nodeError(NODE);
	if (error === undefined) throw new Error(`The node did not fail, the run ended ${run.status}`);
	return error;
}

/** What the node's error is about. It must say what to do about it. */
export function factsOf(run: EngineRun): ErrorFacts {
	const error = errorOf(run);
	const facts = errorFacts(error);
	expect(error.description).toMatch(/\S/);
	return facts;
}

/** What the Test button says about an error, but for what the reply itself adds. */
export function expectTestFailed(
	result: INodeCredentialTestResult,
	error: ExplainedError,
	connection?: Situation['connection'],
): void {
	expect(result.status).toBe('Error');
	const message = testWords.failed(wordsOf(error, { connection }));
	expect(result.message.slice(0, message.length)).toBe(message);
}

export interface Failed {
	/** Which input item, from 0. */
	item: number;
	/** What the error is about. */
	error: Omit<ErrorFacts, 'itemIndex'>;
	/** What else the item says: facts of the task, or `{}`. */
	facts?: IDataObject;
}

/** Checks the item that a failure became. */
export function expectFailed(
	given: INodeExecutionData | undefined,
	{ item, error, facts = {} }: Failed,
): void {
	if (given === undefined) throw new Error(`There is no item for input item ${item}`);
	expect(errorFacts(given)).toEqual({ itemIndex: item, ...error });
	const { error: _sentence, error_description: description, ...others } = given.json;
	expect(description).toMatch(/\S/);
	expect(others).toEqual(facts);
	expect(given.pairedItem).toEqual({ item });
	expect(given.binary).toBeUndefined();
}
