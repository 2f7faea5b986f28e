/** What n8n's engine gets from n8n's server. */
import type { ExecutionLifecycleHooks } from 'n8n-core';
import type { ICredentialsHelper, IWorkflowExecuteAdditionalData } from 'n8n-workflow';
import { loadEngine } from './core.mts';

export interface AdditionalDataOptions {
	credentialsHelper: ICredentialsHelper;
	executionId: string;
	hooks?: ExecutionLifecycleHooks;
	/** Address of the n8n that executions believe they run in; resume URLs start with it. */
	instanceUrl?: string;
}

/**
 * What n8n's server hands to the engine with each execution. The addresses must be valid URLs even
 * where nobody listens: expressions fail otherwise.
 */
export function createAdditionalData({
	credentialsHelper,
	executionId,
	hooks,
	instanceUrl = 'http://localhost:9/',
}: AdditionalDataOptions): IWorkflowExecuteAdditionalData {
	const { core, container } = loadEngine();
	const base = instanceUrl.endsWith('/') ? instanceUrl : `${instanceUrl}/`;
	return {
		credentialsHelper,
		executionId,
		hooks,
		currentNodeExecutionIndex: 0,
		variables: {},
		instanceBaseUrl: base,
		restApiUrl: `${base}rest`,
		formBaseUrl: `${base}form`,
		formTestBaseUrl: `${base}form-test`,
		formWaitingBaseUrl: `${base}form-waiting`,
		webhookBaseUrl: `${base}webhook`,
		webhookTestBaseUrl: `${base}webhook-test`,
		webhookWaitingBaseUrl: `${base}webhook-waiting`,
		mcpBaseUrl: `${base}mcp`,
		mcpTestBaseUrl: `${base}mcp-test`,
		externalSecretsProxy: container.get(core.ExternalSecretsProxy),
		setExecutionStatus: () => {},
		logAiEvent: () => {},
		executeWorkflow: async () => serverOnly('executeWorkflow'),
		getRunExecutionData: async () => serverOnly('getRunExecutionData'),
		getRuntimeCredential: async () => serverOnly('getRuntimeCredential'),
		startRunnerTask: async () => serverOnly('startRunnerTask'),
	};
}

function serverOnly(what: string): never {
	throw new Error(`${what} needs an n8n server, the engine harness has none`);
}
