/** Loads workflows and the built package from files. */
import type { ICredentialType } from 'n8n-workflow';
import { readFile } from 'node:fs/promises';
import { loadEngine } from './core.mts';
import type { EngineOptions, WorkflowJson } from './run.mts';

/** Reads a workflow file as n8n exports it. @throws when it is not one. */
export async function loadWorkflow(path: string): Promise<WorkflowJson> {
	const json = JSON.parse(await readFile(path, 'utf8')) as Partial<WorkflowJson> | null;
	if (!Array.isArray(json?.nodes) || typeof json.connections !== 'object') {
		throw new Error(`${path} is not an n8n workflow: it has no nodes and connections`);
	}
	return json as WorkflowJson;
}

/**
 * Loads the node and credential classes that `directory`'s package.json names in its `n8n` section,
 * with n8n's own loader, as n8n does with an installed community package. Node types are then
 * called "<package>.<node>".
 * @throws when a file is missing: the package must be built.
 */
export async function loadBuiltPackage(
	directory: string,
): Promise<Pick<EngineOptions, 'nodeTypes' | 'credentialTypes'>> {
	const { core } = loadEngine();
	const loader = new core.PackageDirectoryLoader(directory);
	await loader.loadAll();
	const nodes = Object.entries(loader.nodeTypes).map(
		([name, { type }]) => [`${loader.packageName}.${name}`, type] as const,
	);
	const credentials = Object.entries(loader.credentialTypes).map(
		([name, { type }]): [string, ICredentialType] => [name, type],
	);
	return {
		nodeTypes: Object.fromEntries(nodes),
		credentialTypes: Object.fromEntries(credentials),
	};
}
