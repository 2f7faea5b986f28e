/** Runs the test of a credential without a server. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunction,
	ICredentialTestRequest,
	ICredentialsDecrypted,
	IDataObject,
	INode,
	INodeCredentialTestResult,
	INodeType,
	IVersionedNodeType,
} from 'n8n-workflow';
import { createAdditionalData } from './additional-data.mts';
import { builtInNodeTypes } from './built-in-nodes.mts';
import { loadEngine } from './core.mts';
import { CredentialsHelper } from './credentials.mts';
import { NodeTypes } from './node-types.mts';
import type { EngineOptions } from './run.mts';

type Types = Pick<EngineOptions, 'nodeTypes' | 'credentialTypes'>;

const TEST_NODE = 'n8n-nodes-base.noOp';

/**
 * Tests a credential as n8n does when a user saves it: with the `test` request of the credential
 * type or, if it has none, with what a node's description names in `testedBy`, a function of its
 * `methods.credentialTest` or a request.
 */
export async function runCredentialTest(
	credentialType: string,
	data: ICredentialDataDecryptedObject,
	types: Types,
): Promise<INodeCredentialTestResult> {
	const test = findTest(credentialType, types);
	if (test === undefined) {
		return { status: 'Error', message: 'No testing function found for this credential.' };
	}
	const helper = new CredentialsHelper(types.credentialTypes);
	const credential: ICredentialsDecrypted = {
		id: credentialType,
		name: credentialType,
		type: credentialType,
		data: helper.withDefaults(credentialType, data),
	};
	if (typeof test === 'function') {
		return await test.call(new (loadEngine().core.CredentialTestContext)(), credential);
	}
	return await runTestRequest(test, credential, helper);
}

type CredentialTest = ICredentialTestFunction | ICredentialTestRequest;

function findTest(credentialType: string, types: Types): CredentialTest | undefined {
	const { test } = types.credentialTypes[credentialType] ?? {};
	if (test) return test;
	for (const nodeType of Object.values(types.nodeTypes).flatMap(versions)) {
		const used = nodeType.description.credentials?.find(({ name }) => name === credentialType);
		if (typeof used?.testedBy === 'object') return used.testedBy;
		if (used?.testedBy) return nodeType.methods?.credentialTest?.[used.testedBy];
	}
	return undefined;
}

function versions(type: INodeType | IVersionedNodeType): INodeType[] {
	return 'nodeVersions' in type ? Object.values(type.nodeVersions) : [type];
}

/** Sends the request from a node made for it, which has the credential and nothing else. */
async function runTestRequest(
	test: ICredentialTestRequest,
	credential: ICredentialsDecrypted,
	helper: CredentialsHelper,
): Promise<INodeCredentialTestResult> {
	const { core, workflow: n8n } = loadEngine();
	const node: INode = {
		id: 'temp',
		name: 'Temp-Node',
		type: TEST_NODE,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		credentials: { [credential.type]: { id: credential.id, name: credential.name } },
	};
	const nodeType: INodeType = {
		description: {
			...(builtInNodeTypes[TEST_NODE] as INodeType).description,
			credentials: [{ name: credential.type, required: true }],
			properties: [
				{
					displayName: 'Temp',
					name: 'temp',
					type: 'string',
					routing: { request: test.request },
					default: '',
				},
			],
		},
	};
	const workflow = new n8n.Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: new NodeTypes({ [TEST_NODE]: nodeType }),
	});
	const context = new core.ExecuteContext(
		workflow,
		node,
		createAdditionalData({ credentialsHelper: helper, executionId: 'credential-test' }),
		'internal',
		n8n.createEmptyRunExecutionData(),
		0,
		[],
		{ main: [[{ json: {} }]] },
		{ node, data: {}, source: null },
		[],
	);
	try {
		const output = await new core.RoutingNode(context, nodeType, credential).runNode();
		return judgeReply(test, output?.[0]?.[0]?.json ?? {});
	} catch (error) {
		return judgeFailure(test, error as RequestFailure);
	}
}

/** A reply with a status of 2xx: only `responseSuccessBody` rules can still find fault with it. */
function judgeReply(test: ICredentialTestRequest, body: IDataObject): INodeCredentialTestResult {
	for (const rule of test.rules ?? []) {
		if (rule.type !== 'responseSuccessBody') continue;
		if (valueAt(body, rule.properties.key) === rule.properties.value) {
			return { status: 'Error', message: rule.properties.message };
		}
	}
	return { status: 'OK', message: 'Connection successful!' };
}

interface RequestFailure extends Error {
	cause?: { response?: { status: number; statusText?: string }; code?: string };
}

/** No reply, or one with another status than 2xx: only `responseCode` rules are looked at. */
function judgeFailure(
	test: ICredentialTestRequest,
	{ cause, message }: RequestFailure,
): INodeCredentialTestResult {
	if (!cause?.response) return { status: 'Error', message: cause?.code ?? message };
	const { status, statusText } = cause.response;
	for (const rule of test.rules ?? []) {
		if (rule.type === 'responseCode' && rule.properties.value === status) {
			return { status: 'Error', message: rule.properties.message };
		}
	}
	return { status: 'Error', message: statusText || `Received HTTP status code: ${status}` };
}

function valueAt(body: unknown, path: string): unknown {
	return path
		.split('.')
		.reduce((value, key) => (value as IDataObject | null | undefined)?.[key], body);
}
