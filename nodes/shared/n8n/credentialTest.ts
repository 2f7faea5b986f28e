/** The credential's Test button: free requests only, and a sentence that says what is wrong. */

import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { webhookKey } from '../api/callback';
import { type Connection, toConnection } from '../api/connection';
import { ExplainedError } from '../api/errors/explainedError';
import { checkKey } from '../api/keyCheck';
import { maskKeys } from '../api/mask';
import { attempt } from '../utils/attempt';
import { wordsOf } from './words/errors';
import { testWords } from './words/notes';
import { sendForTest } from './http/send';

/** Tests the credential: its fields first, then its key at the service. */
export async function testCredential(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	const { helpers } = this;
	const connected = await attempt(() => readConnection(credential.data));
	if (!connected.ok) return failed(connected.error);
	const connection = connected.value;
	const check = await checkKey(connection, (each) => sendForTest(helpers, each));
	switch (check.is) {
		case 'accepted':
			return { status: 'OK', message: testWords.accepted };
		case 'unproven':
			return { status: 'OK', message: testWords.unproven };
		case 'otherRegion':
			return { status: 'Error', message: testWords.otherRegion(check.region) };
		case 'failed':
			return failed(check.error, connection);
	}
}

/** @throws {CredentialError} also for a secret that is only needed for callbacks */
function readConnection(data: unknown): Connection {
	const connection = toConnection(data);
	if (connection.webhookSecret !== undefined) webhookKey(connection.webhookSecret);
	return connection;
}

function failed(error: unknown, connection?: Connection): INodeCredentialTestResult {
	return {
		status: 'Error',
		message:
			error instanceof ExplainedError
				? testWords.failed(wordsOf(error, { connection }))
				: maskKeys(String(error)),
	};
}
