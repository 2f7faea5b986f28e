/** The credential's Test button: free questions only, and a sentence that says what they showed. */

import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { KlingClient } from '../api/client';
import { authorization, type Connection, toConnection } from '../api/connection';
import { KlingError } from '../api/errors';
import { sendForTest } from './send';

/** No service ever gave out this task ID. */
const IMPOSSIBLE_TASK = 'n8n-credential-test';

/** Codes that only an account with a good key gets: arrears, an empty pack, asked too often. */
const CODES_OF_GOOD_KEYS = [1101, 1102, 1302];

/**
 * Tests the credential: on Kling's own service by asking for the account's resource packs, on
 * gateways by asking for a task that cannot exist, to which only a wrong key gets a wrong-key answer.
 */
export async function testCredential(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	try {
		const connection = toConnection(credential.data);
		const send = sendForTest(this.helpers, connection, authorization(connection, Date.now()));
		const client = new KlingClient(connection.formats.slice(0, 1), send);
		return await ask(client, connection);
	} catch (error) {
		return refused(error instanceof Error ? error.message : String(error));
	}
}

async function ask(
	client: KlingClient,
	{ service }: Connection,
): Promise<INodeCredentialTestResult> {
	if (service === 'gateway') return await askForTask(client);
	const [outcome] = await Promise.allSettled([client.account()]);
	if (outcome.status === 'rejected') {
		const error: unknown = outcome.reason;
		// Services that pass on Kling's format mostly have no account of their own to tell about.
		return isAboutTheQuestion(error) || isWebPage(error) ? await askForTask(client) : judge(error);
	}
	return accepted(
		outcome.value.usablePacks.length > 0
			? 'Kling accepts the key'
			: 'Kling accepts the key. The account has no usable resource pack: without one, or a balance, Kling refuses to create videos',
	);
}

async function askForTask(client: KlingClient): Promise<INodeCredentialTestResult> {
	const [outcome] = await Promise.allSettled([client.find(IMPOSSIBLE_TASK)]);
	const error: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
	return error === undefined || isAboutTheQuestion(error)
		? accepted('The service accepts the key')
		: judge(error);
}

/** The service knows the key, but not what was asked for. */
function isAboutTheQuestion(error: unknown): boolean {
	return error instanceof KlingError && error.details.isUnknown === true;
}

function isWebPage(error: unknown): boolean {
	return error instanceof KlingError && error.details.webPage === true;
}

function judge(error: unknown): INodeCredentialTestResult {
	if (!(error instanceof KlingError)) throw error;
	const { advice, code } = error.details;
	return code !== undefined && CODES_OF_GOOD_KEYS.includes(code)
		? accepted(`Kling accepts the key. But: ${error.message}. ${advice}`)
		: refused(`${error.message}. ${advice}`);
}

function accepted(message: string): INodeCredentialTestResult {
	return { status: 'OK', message };
}

function refused(message: string): INodeCredentialTestResult {
	return { status: 'Error', message };
}
