/**
 * The ways to a batch of videos, each as a workflow: those that people build from n8n's own nodes,
 * after the pattern of the public templates, and this package's.
 */
import type { IConnections, INode, INodeParameters } from 'n8n-workflow';
import {
	chain,
	klingNode,
	prompts,
	webhookTrigger,
	type CredentialReference,
	type Execution,
	type NodeSketch,
	type WorkflowSource,
} from '../../testkit/n8n/index.mts';
import { promptOf } from './order.mts';

export interface Setting {
	/** Kling AI's base URL. */
	url: string;
	/** The package's credential. */
	kling: CredentialReference;
	/** "Header Auth" with the same API key. */
	header: CredentialReference;
	/** Of the webhook that starts it. */
	path: string;
	/** Numbers of the videos. */
	videos: readonly number[];
	/** Concurrency limit of the account. */
	slots: number;
}

type WaitFor = 'polling' | 'callback';

export interface Way {
	/** As tables and charts call it. */
	label: string;
	build(setting: Setting): WorkflowSource;
	/** The node that has the finished videos, in all its runs. */
	lastNode: string;
	/** Made with this package. */
	isOurs: boolean;
}

/** Pause of the workflows made from n8n's own nodes, in seconds: the usual one in templates. */
export const WAIT_SECONDS = 10;

const PATH = '/v1/videos/text2video';
const DOWNLOAD = 'Download';

/** n8n repeats a failed node, with all its items, after the longest pause that the editor offers. */
const RETRY: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 5000 };

export const WAYS = {
	http: http('HTTP Request, Wait, If', { isLoop: false, retry: RETRY }),
	httpWithoutRetry: http('… without Retry On Fail', { isLoop: false, retry: {} }),
	httpLoop: http('… in Loop Over Items', { isLoop: true, retry: RETRY }),
	polling: kling('Kling node, polling', 'polling'),
	callback: kling('Kling node, callback', 'callback'),
};

export type WayName = keyof typeof WAYS;

/** The items with a file that the last node has returned so far. */
export function deliveredItems(way: Way, execution: Execution): unknown[] {
	return execution
		.runs(way.lastNode)
		.flatMap(({ data }) => data?.main?.[0] ?? [])
		.filter(({ binary }) => binary !== undefined);
}

function http(label: string, options: HttpOptions): Way {
	const build = (setting: Setting) => httpWorkflow(setting, options);
	return { label, build, lastNode: DOWNLOAD, isOurs: false };
}

function kling(label: string, waitFor: WaitFor): Way {
	const build = (setting: Setting) => klingWorkflow(setting, waitFor);
	return { label, build, lastNode: 'Kling', isOurs: true };
}

function start({ path, videos }: Setting): NodeSketch[] {
	return [webhookTrigger(path), prompts(...videos.map(promptOf))];
}

function klingWorkflow(setting: Setting, waitFor: WaitFor): WorkflowSource {
	const { kling, videos, slots } = setting;
	const waitOptions =
		waitFor === 'polling' ? { maxConcurrency: Math.min(videos.length, slots) } : {};
	return chain(
		waitFor,
		...start(setting),
		klingNode(kling, { prompt: '={{ $json.prompt }}', waitFor, waitOptions }),
	);
}

interface HttpOptions {
	/** Whether a Loop Over Items goes around it. */
	isLoop: boolean;
	/** How each HTTP Request node repeats what failed. */
	retry: Partial<INode>;
}

function httpWorkflow(setting: Setting, { isLoop, retry }: HttpOptions): WorkflowSource {
	const { url, header } = setting;
	const request = (name: string, parameters: INodeParameters): NodeSketch => ({
		name,
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: { options: {}, ...parameters },
		credentials: { httpHeaderAuth: { id: header.id, name: header.name } },
		...retry,
	});
	const auth = { authentication: 'genericCredentialType', genericAuthType: 'httpHeaderAuth' };
	const task = `
		model_name: 'kling-v2-6', mode: 'std', duration: '5', aspect_ratio: '16:9',
		prompt: $json.prompt,
	`;
	const create = request('Create', {
		...auth,
		method: 'POST',
		url: url + PATH,
		sendBody: true,
		specifyBody: 'json',
		jsonBody: `={{ JSON.stringify({ ${task} }) }}`,
	});
	const status = request('Status', {
		...auth,
		url: `=${url}${PATH}/{{ $json.data.task_id }}`,
	});
	const download = request(DOWNLOAD, {
		url: '={{ $json.data.task_result.videos[0].url }}',
		options: { response: { response: { responseFormat: 'file' } } },
	});
	const steps = [create, wait(), status, isFinished(), download];
	const workflow = chain('HTTP', ...start(setting), ...(isLoop ? [loop()] : []), ...steps);
	const { connections } = workflow;
	connect(connections, 'Finished?', 1, 'Wait');
	if (isLoop) {
		// Its first output is what follows the loop.
		connections.Loop = { main: [[]] };
		connect(connections, 'Loop', 1, 'Create');
		connect(connections, DOWNLOAD, 0, 'Loop');
	}
	return workflow;
}

function wait(): NodeSketch {
	return {
		name: 'Wait',
		type: 'n8n-nodes-base.wait',
		typeVersion: 1.1,
		parameters: { resume: 'timeInterval', amount: WAIT_SECONDS, unit: 'seconds' },
		webhookId: 'bench-wait',
	};
}

function isFinished(): NodeSketch {
	return {
		name: 'Finished?',
		type: 'n8n-nodes-base.if',
		typeVersion: 2.2,
		parameters: {
			conditions: {
				options: { version: 2, caseSensitive: true, leftValue: '', typeValidation: 'loose' },
				combinator: 'and',
				conditions: [
					{
						id: 'finished',
						leftValue: '={{ $json.data.task_status }}',
						rightValue: 'succeed',
						operator: { type: 'string', operation: 'equals' },
					},
				],
			},
			options: {},
		},
	};
}

function loop(): NodeSketch {
	return {
		name: 'Loop',
		type: 'n8n-nodes-base.splitInBatches',
		typeVersion: 3,
		parameters: { options: {} },
	};
}

function connect(connections: IConnections, from: string, output: number, to: string): void {
	const outputs = ((connections[from] ??= { main: [] }).main ??= []);
	while (outputs.length <= output) outputs.push([]);
	(outputs[output] ??= []).push({ node: to, type: 'main', index: 0 });
}
