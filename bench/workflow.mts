/** Workflows for n8n's engine: a manual trigger and one node. */
import type { ICredentialDataDecryptedObject, INodeParameters } from 'n8n-workflow';
import {
	loadBuiltPackage,
	runWorkflow,
	type EngineOptions,
	type EngineRun,
} from '../testkit/engine/index.mts';
import { chain, manualTrigger } from '../testkit/workflows.mts';

/** Name of the node in the workflow. */
export const NODE = 'Node';

/** Parameters of a plain video, for the node and whatever is measured beside it. */
export const VIDEO: INodeParameters = {
	prompt: 'a cat',
	mode: 'std',
	duration: 5,
	aspectRatio: '16:9',
};

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

/** Runs one node. @throws when it fails, or returns another number of items than it was given */
export async function runNode(options: NodeRun): Promise<EngineRun> {
	const { types, type, parameters, credential, items } = options;
	const workflow = chain('Bench', manualTrigger(), { name: NODE, type, parameters });
	const run = await runWorkflow(workflow, {
		...types,
		credentials: { klingApi: credential },
		input: Array.from({ length: items }, () => ({ json: {} })),
	});
	const returned = run.items(NODE).length;
	if (run.status === 'success' && returned === items) return run;
	throw new Error(`${type}: ${run.status}, ${returned} of ${items} items: ${run.error?.message}`);
}
