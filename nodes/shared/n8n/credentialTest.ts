/** The credential's Test button: one free query, and a sentence that says what it showed. */

import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { KlingClient } from '../api/client';
import { authorization, toConnection } from '../api/connection';
import { KlingError } from '../api/errors';
import { gateway } from '../api/formats/gateway';
import { sendForTest } from './send';

/** No service ever gave out this task ID. */
const IMPOSSIBLE_TASK = 'n8n-credential-test';

/** HTTP statuses with which a service says "I know you, but not this task". */
const KNOWS_THE_KEY = [400, 404];

export async function testCredential(
	this: ICredentialTestFunctions,
	credential: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	try {
		const connection = toConnection(credential.data);
		const send = sendForTest(this.helpers, connection, authorization(connection));
		await new KlingClient(gateway, send).get(IMPOSSIBLE_TASK);
	} catch (error) {
		return judge(error);
	}
	return ACCEPTED;
}

const ACCEPTED: INodeCredentialTestResult = {
	status: 'OK',
	message: 'The service accepts the key',
};

function judge(error: unknown): INodeCredentialTestResult {
	if (!(error instanceof KlingError)) {
		return { status: 'Error', message: error instanceof Error ? error.message : String(error) };
	}
	const { advice, httpStatus, webPage } = error.details;
	const isAboutTheTask = httpStatus !== undefined && KNOWS_THE_KEY.includes(httpStatus) && !webPage;
	return isAboutTheTask ? ACCEPTED : { status: 'Error', message: `${error.message}. ${advice}` };
}
