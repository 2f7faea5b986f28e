/** Workflows for n8n's engine: a manual trigger and one node, the package's or one to compare it with. */
import type { ICredentialDataDecryptedObject, INodeParameters, INodeType } from 'n8n-workflow';
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

type Types = Pick<EngineOptions, 'nodeTypes' | 'credentialTypes'>;

interface NodeRun {
	types: Types;
	/** Type of the node. */
	type: string;
	parameters: INodeParameters;
	credential: ICredentialDataDecryptedObject;
	/** Input items, all empty. */
	items: number;
}

/**
 * The built package: run `npm run build` first.
 * @param others nodes beside those of the package, by their types
 */
export async function loadTypes(others: Readonly<Record<string, INodeType>>): Promise<Types> {
	const { nodeTypes, ...types } = await loadBuiltPackage(process.cwd());
	return { ...types, nodeTypes: { ...nodeTypes, ...others } };
}

/** A node to compare the package's with. */
export function standIn(
	parameters: readonly string[],
	execute: INodeType['execute'],
	credentials: readonly string[] = [],
): INodeType {
	return {
		execute,
		description: {
			displayName: 'Stand-In',
			name: 'standIn',
			group: ['input'],
			version: 1,
			description: 'For comparison',
			defaults: { name: 'Stand-In' },
			inputs: ['main'],
			outputs: ['main'],
			credentials: credentials.map((name) => ({ name })),
			properties: parameters.map((name) => ({
				displayName: name,
				name,
				type: 'string',
				default: '',
			})),
		},
	};
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
