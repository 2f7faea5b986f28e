/**
 * Runs workflows on n8n's own engine, in this process and without a server: for the integration
 * tests and the demo. From n8n come everything a node touches while it runs, expressions, retries,
 * error outputs, cancellation, HTTP, the binary store; only the database, the webhooks and the
 * timer of waiting executions are missing.
 */
export { cleanUp, type BinaryMode } from './binary-store.mts';
export { runCredentialTest } from './credential-test.mts';
export type { CredentialData, CredentialTypeMap } from './credentials.mts';
export { loadBuiltPackage, loadWorkflow } from './load.mts';
export type { NodeTypeMap } from './node-types.mts';
export {
	EngineRun,
	runWorkflow,
	startWorkflow,
	type EngineOptions,
	type ProgressEvent,
	type RunningWorkflow,
	type WorkflowJson,
} from './run.mts';
