/** The credential's Test button: free requests only, and a sentence that says what is wrong. */

import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { authorization } from '../api/auth';
import { KlingClient } from '../api/client';
import { type Connection, toConnection } from '../api/connection';
import { isAbsent, meaningOf, UserError } from '../api/errors/userError';
import { attempt } from '../utils/attempt';
import { testWords, wordsOf } from './messages';
import { sendForTest } from './send';

/** No service ever gave out this task ID. */
const IMPOSSIBLE_TASK = 'n8n-credential-test';

/**
 * Tests the credential: at Kling AI by asking for the account's resource packs, at gateways by asking
 * for a task that cannot exist, to which only a wrong key gets a wrong-key answer.
 */
export async function testCredential(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { helpers } = this;
	const connected = await attempt(() => toConnection(credential.data));
	if (!connected.ok) return failed(connected.error);
	const connection = connected.value;
	const send = sendForTest(helpers, connection, authorization(connection, Date.now()));
	return await ask(new KlingClient(connection.formats.slice(0, 1), send), connection);
}

async function ask(
	client: KlingClient,
	connection: Connection,
): Promise<INodeCredentialTestResult> {
	if (connection.service === 'gateway') return await askForTask(client, connection);
	const asked = await attempt(async () => await client.account());
	if (asked.ok) return ACCEPTED;
	const { checking } = meaningOf(asked.error);
	// Services that pass on Kling's format mostly have no account of their own to tell about.
	return checking === 'absent' || checking === 'notUnderstood'
		? await askForTask(client, connection)
		: judge(asked.error, connection);
}

async function askForTask(
	client: KlingClient,
	connection: Connection,
): Promise<INodeCredentialTestResult> {
	const asked = await attempt(async () => await client.find(IMPOSSIBLE_TASK));
	// The service knows the key, but not the task.
	return asked.ok || isAbsent(asked.error) ? ACCEPTED : judge(asked.error, connection);
}

/** An unpaid balance, an empty pack or a rate limit is only told to whoever has a good key. */
function judge(error: unknown, connection: Connection): INodeCredentialTestResult {
	return meaningOf(error).provesKey ? ACCEPTED : failed(error, connection);
}

const ACCEPTED: INodeCredentialTestResult = { status: 'OK', message: testWords.accepted };

function failed(error: unknown, connection?: Connection): INodeCredentialTestResult {
	return {
		status: 'Error',
		message:
			error instanceof UserError ? testWords.failed(wordsOf(error, { connection })) : String(error),
	};
}
