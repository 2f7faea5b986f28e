/**
 * `npm run demo`: runs the example workflow, the same file a user imports into n8n, with the built
 * package on n8n's own engine, and leaves the video in demo-output/. With `--image <file>` it is the
 * Kling node of the example that makes a video from an image. It uses the emulator, which
 * costs nothing, unless KLING_API_KEY is set; scripts/demo/settings.mts knows all variables.
 */
import type { INode, INodeExecutionData } from 'n8n-workflow';
import { setTimeout as pause } from 'node:timers/promises';
import { INTERRUPTED, watchForInterrupt } from '../testkit/cli/interrupt.mts';
import {
	loadBuiltPackage,
	loadWorkflow,
	startWorkflow,
	type EngineOptions,
	type EngineRun,
	type WorkflowJson,
} from '../testkit/engine/index.mts';
import { IMAGE_NODE, KLING_NODE } from '../testkit/workflows.mts';
import { readImage } from './demo/image.mts';
import { DemoError, InterruptedError, oneLine } from './demo/errors.mts';
import { Report } from './demo/report.mts';
import { startService, type Service } from './demo/service.mts';
import { readSettings, type Settings } from './demo/settings.mts';
import { saveVideo } from './demo/video.mts';

const EXAMPLE = 'examples/create-and-wait.json';
const IMAGE_EXAMPLE = 'examples/image-generation.json';
/** That of the example comes from its idea, which is about another image. */
const IMAGE_PROMPT = 'The picture comes to life, the camera moves slowly closer';
const OUTPUT_FOLDER = 'demo-output';
const SECONDS_TO_THINK = 5;

const report = new Report();
try {
	await demo(readSettings(process.env, process.argv.slice(2)), watchForInterrupt());
} catch (error) {
	report.fail(oneLine(error));
	process.exitCode = error instanceof InterruptedError ? INTERRUPTED : 1;
} finally {
	report.close();
}

async function demo(settings: Settings, interrupt: AbortSignal): Promise<void> {
	report.hide(settings.secret);
	const { workflow, node, example, input } = await prepare(settings);
	announce(node, example, settings);
	if (settings.costsMoney) await warn(interrupt);
	const types = await loadPackage();

	const service = await startService(settings, report);
	try {
		const run = await runToTheEnd(workflow, { ...types, input }, service, interrupt);
		await deliver(run, node);
	} finally {
		await service.close();
	}
}

interface Prepared {
	workflow: WorkflowJson;
	/** The Kling node in it. */
	node: INode;
	/** Path of the file it comes from. */
	example: string;
	/** What the workflow begins with. */
	input?: INodeExecutionData[];
}

/** The workflow with what the user wants differently in its Kling node. */
async function prepare({ image, prompt, model }: Settings): Promise<Prepared> {
	if (image === undefined) {
		const workflow = await loadWorkflow(EXAMPLE);
		const node = nodeOfType(workflow, KLING_NODE, EXAMPLE);
		Object.assign(node.parameters, prompt && { prompt }, model && { model });
		return { workflow, node, example: EXAMPLE };
	}
	const input = [await readImage(image)];
	const node = nodeOfType(await loadWorkflow(IMAGE_EXAMPLE), IMAGE_NODE, IMAGE_EXAMPLE);
	Object.assign(node.parameters, { prompt: prompt ?? IMAGE_PROMPT }, model && { model });
	// What stands before and behind it in the example makes the image and publishes the video.
	return { workflow: { nodes: [node], connections: {} }, node, example: IMAGE_EXAMPLE, input };
}

function nodeOfType({ nodes }: WorkflowJson, type: string, example: string): INode {
	const node = nodes.find((one) => one.type === type);
	if (!node) throw new DemoError(`${example} has no node of type ${type}`);
	return node;
}

function announce({ parameters }: INode, example: string, settings: Settings): void {
	const { model, mode, duration, aspectRatio, prompt } = parameters;
	const shape = settings.image === undefined ? aspectRatio : 'aspect ratio of the image';
	report.say(`Workflow  ${example}, on n8n's own engine`);
	report.say(`Service   ${settings.serviceName}`);
	if (settings.image !== undefined) report.say(`Image     ${settings.image}`);
	report.say(`Video     ${model}, ${mode}, ${duration} s, ${shape}`);
	report.say(`Prompt    ${prompt}\n`);
}

async function warn(interrupt: AbortSignal): Promise<void> {
	report.say(
		'THIS COSTS MONEY: the account of the key in KLING_API_KEY is charged for a real video.',
	);
	if (!process.stdout.isTTY) return;
	report.say(`Press Ctrl-C within ${SECONDS_TO_THINK} seconds to cancel.\n`);
	await pause(SECONDS_TO_THINK * 1000, undefined, { signal: interrupt }).catch(() => {
		throw new InterruptedError('You were not charged.');
	});
}

async function loadPackage(): Promise<Pick<EngineOptions, 'nodeTypes' | 'credentialTypes'>> {
	try {
		return await loadBuiltPackage(process.cwd());
	} catch (error) {
		// Node's own message also lists the files that asked for the missing one.
		const [reason] = (error as Error).message.split('\n');
		throw new DemoError(`Cannot load the built package, run "npm run build": ${reason}`);
	}
}

/** Runs the workflow as a click on "Execute workflow" does, and stops it as n8n's Stop does. */
async function runToTheEnd(
	workflow: WorkflowJson,
	options: Pick<EngineOptions, 'nodeTypes' | 'credentialTypes' | 'input'>,
	service: Service,
	interrupt: AbortSignal,
): Promise<EngineRun> {
	if (interrupt.aborted) throw new InterruptedError('You were not charged.');
	report.startClock();
	const execution = startWorkflow(workflow, {
		...options,
		credentials: { klingApi: service.credential },
		onProgress: (event) => report.progress(event),
	});
	interrupt.addEventListener('abort', () => execution.stop(), { once: true });
	const run = await execution.finished;
	if (interrupt.aborted) throw new InterruptedError(run.error);
	if (run.status !== 'success') throw new DemoError(run.error ?? `It ended as "${run.status}".`);
	return run;
}

async function deliver(run: EngineRun, node: INode): Promise<void> {
	const [item] = run.items(node.name);
	if (!item) throw new DemoError(`The node "${node.name}" returned no item`);
	const content = await run.binary(item);
	const file = await saveVideo(OUTPUT_FOLDER, String(item.json.task_id), content);
	report.say(`\n${JSON.stringify(item.json, null, 2)}`);
	report.say(`\nVideo     ${file.path} (${file.size})`);
}
