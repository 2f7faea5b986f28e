/** Workflows for the host: from the examples, or put together by a test. */
import { readdir, readFile } from 'node:fs/promises';
import type { INode, INodeParameters } from 'n8n-workflow';
import { join } from 'node:path';
import { sampleImage } from '../sampleImage.mts';
import { IMAGE_NODE, KLING_NODE, type NodeSketch, type WorkflowSource } from '../workflows.mts';
import { repositoryFolder } from './repositoryFolder.mts';

/** A credential as workflows refer to it. */
export interface CredentialReference {
	id: string;
	name: string;
	type: string;
}

const TRIGGER_NODE = 'n8n-nodes-kling.klingTrigger';

/** File names of the example workflows, `.json` included. */
export async function exampleNames(): Promise<string[]> {
	const names = await readdir(join(repositoryFolder(), 'examples'));
	return names.filter((name) => name.endsWith('.json')).sort();
}

export async function readExample(name: string): Promise<WorkflowSource> {
	const path = join(repositoryFolder(), 'examples', name);
	return JSON.parse(await readFile(path, 'utf8')) as WorkflowSource;
}

/**
 * Gives the nodes of a workflow the credentials of this n8n, as a person chooses them after an
 * import: the one of the same name, or else the first of the type. A reference to a type that there
 * is no credential of is taken out, so that the editor asks for it.
 */
export function fitCredentials(
	workflow: WorkflowSource,
	available: CredentialReference[],
): WorkflowSource {
	const fitted = structuredClone(workflow);
	for (const node of fitted.nodes) {
		for (const [type, { name }] of Object.entries(node.credentials ?? {})) {
			const ofType = available.filter((credential) => credential.type === type);
			const chosen = ofType.find((credential) => credential.name === name) ?? ofType[0];
			if (chosen) node.credentials![type] = { id: chosen.id, name: chosen.name };
			else delete node.credentials![type];
		}
	}
	return fitted;
}

/** What stands in the examples for the address of the user's n8n. */
const EXAMPLE_ADDRESS = 'https://n8n.example.com';

/**
 * Gives the nodes of an example the address of this n8n; the notes go on to tell the user to do so.
 * Its trigger gets a URL of its own, as on import in the editor, and Callback URL names that.
 */
export function fitAddress(workflow: WorkflowSource, url: string): WorkflowSource {
	const fitted = structuredClone(workflow);
	const trigger = fitted.nodes.find(({ type }) => type === TRIGGER_NODE);
	// Always the same, so that an example that is fitted again is not another one.
	if (trigger) trigger.webhookId = trigger.id;
	for (const node of fitted.nodes) {
		if (node.type === 'n8n-nodes-base.stickyNote') continue;
		const parameters = JSON.stringify(node.parameters)
			.replaceAll(EXAMPLE_ADDRESS, url)
			.replaceAll(`${url}/webhook/…/`, `${url}/webhook/${trigger?.id}/`);
		node.parameters = JSON.parse(parameters) as INodeParameters;
	}
	return fitted;
}

/** @throws Error when the workflow has no node of this name */
export function nodeOf({ nodes }: WorkflowSource, name: string): INode {
	const node = nodes.find((one) => one.name === name);
	if (!node) throw new Error(`There is no node "${name}"`);
	return node;
}

/** Puts another trigger in the place of the manual one, which cannot start a production execution. */
export function replaceManualTrigger(
	workflow: WorkflowSource,
	{ name, ...trigger }: NodeSketch,
): WorkflowSource {
	const replaced = structuredClone(workflow);
	const manual = replaced.nodes.find(({ type }) => type.endsWith('.manualTrigger'));
	if (!manual) throw new Error('The workflow has no manual trigger');
	replaced.connections[name] = replaced.connections[manual.name]!;
	delete replaced.connections[manual.name];
	Object.assign(manual, trigger, { name });
	return replaced;
}

/** "No Operation, do nothing". */
export function noOp(name: string): NodeSketch {
	return { name, type: 'n8n-nodes-base.noOp' };
}

/**
 * A Webhook node for `POST /webhook/<path>`.
 *
 * @param responseMode when it answers: at once, when the last node has finished, or what a Respond
 * to Webhook node says
 */
export function webhookTrigger(
	path: string,
	responseMode: 'onReceived' | 'lastNode' | 'responseNode' = 'onReceived',
): NodeSketch {
	return {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: path,
		parameters: { httpMethod: 'POST', path, responseMode, options: {} },
	};
}

/** A Respond to Webhook node. */
export function respond(parameters: INodeParameters): NodeSketch {
	return {
		name: 'Respond',
		type: 'n8n-nodes-base.respondToWebhook',
		typeVersion: 1.1,
		parameters: { options: {}, ...parameters },
	};
}

/**
 * A node that reads a file of each item and returns its SHA-256, in hexadecimal, as `sha256`. For
 * files that a trigger received by webhook: older versions of n8n give them to the workflow, but do
 * not find them any more when the execution is over.
 */
export function hashFile(name: string, binaryPropertyName = 'data'): NodeSketch {
	return {
		name,
		type: 'n8n-nodes-base.crypto',
		parameters: {
			action: 'hash',
			type: 'SHA256',
			binaryData: true,
			binaryPropertyName,
			dataPropertyName: 'sha256',
			encoding: 'hex',
		},
	};
}

/** A node "Prompts" that returns one item for each prompt. */
export function prompts(...texts: string[]): NodeSketch {
	return code(
		'Prompts',
		`return ${JSON.stringify(texts)}.map((prompt) => ({ json: { prompt } }));`,
	);
}

/** A Code node that runs once for all items. */
export function code(name: string, jsCode: string): NodeSketch {
	return { name, type: 'n8n-nodes-base.code', typeVersion: 2, parameters: { jsCode } };
}

/** A node that returns an item with a PNG image in the field `data`. */
export function imageItem(): NodeSketch {
	return code(
		'Image',
		`const data = '${sampleImage().toString('base64')}';
return [{ json: {}, binary: { data: { data, mimeType: 'image/png', fileName: 'boat.png' } } }];`,
	);
}

/** The Kling node, filled in for a plain video that is waited for. */
export function klingNode(
	credential: CredentialReference,
	parameters: INodeParameters = {},
	node: Partial<INode> = {},
): NodeSketch {
	return {
		name: 'Kling',
		type: KLING_NODE,
		parameters: {
			operation: 'createAndWait',
			model: 'kling-v2-6',
			prompt: 'A paper boat in the rain',
			mode: 'std',
			duration: 5,
			aspectRatio: '16:9',
			downloadVideo: true,
			options: {},
			waitOptions: { pollingInterval: 1 },
			...parameters,
		},
		credentials: { klingApi: { id: credential.id, name: credential.name } },
		...node,
	};
}

/** Kling Image to Video, filled in for an image at an address. */
export function imageNode(
	credential: CredentialReference,
	parameters: INodeParameters = {},
): NodeSketch {
	const image = { firstFrame: 'url', imageUrl: 'https://example.com/boat.png', ...parameters };
	return { ...klingNode(credential, image), name: 'Kling Image', type: IMAGE_NODE };
}
