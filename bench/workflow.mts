/** Workflows for n8n's engine: a manual trigger and one node. */
import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';
import { EMULATOR_API_KEY } from '../emulator/index.mts';
import {
	loadBuiltPackage,
	runWorkflow,
	type EngineOptions,
	type EngineRun,
	type WorkflowJson,
} from '../testkit/engine/index.mts';

/** The node under test, in the package as it is built. */
export const KLING_NODE = 'n8n-nodes-kling.klingTextToVideo';

/** Name of the node in the workflow. */
export const NODE = 'Node';

export type Types = Pick<EngineOptions, 'nodeTypes' | 'credentialTypes'>;

export interface NodeRun {
	types: Types;
	/** Type of the node. */
	type: string;
	parameters: INodeParameters;
	credential: ICredentialDataDecryptedObject;
	/** Input items, all empty. */
	items: number;
}

/** The built package: run `npm run build` first. */
export async function loadTypes(): Promise<Types> {
	return await loadBuiltPackage(process.cwd());
}

/** Runs one node. @throws when it fails, or puts out another number of items than it was given */
export async function runNode(options: NodeRun): Promise<EngineRun> {
	const { types, type, parameters, credential, items } = options;
	const common = { typeVersion: 1, position: [0, 0] as [number, number] };
	const trigger = 'n8n-nodes-base.manualTrigger';
	const workflow: WorkflowJson = {
		nodes: [
			{ ...common, id: '1', name: 'Start', type: trigger, parameters: {} },
			{ ...common, id: '2', name: NODE, type, parameters },
		],
		connections: { Start: { main: [[{ node: NODE, type: 'main', index: 0 }]] } },
	};
	const run = await runWorkflow(workflow, {
		...types,
		credentials: { klingApi: credential },
		input: Array.from({ length: items }, () => ({ json: {} })),
	});
	const put = run.items(NODE).length;
	if (run.status === 'success' && put === items) return run;
	throw new Error(`${type}: ${run.status}, ${put} of ${items} items: ${run.error?.message}`);
}

export function gatewayCredential(baseUrl: string): ICredentialDataDecryptedObject {
	return { service: 'gateway', baseUrl, apiKey: EMULATOR_API_KEY };
}

export function officialCredential(baseUrl: string): ICredentialDataDecryptedObject {
	return { service: 'official', region: 'custom', baseUrl, apiKey: EMULATOR_API_KEY };
}
