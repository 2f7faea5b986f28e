/** Receiving Kling's callbacks through n8n's webhooks. */

import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { isSignatureValid, readCallback, webhookKey } from '../api/callback';
import { type Connection, toConnection } from '../api/connection';
import { maskerOf } from '../api/mask';
import type { TaskReply } from '../api/task';
import { attempt } from '../utils/attempt';
import { CREDENTIAL } from './http/send';
import { answers, notes } from './words/notes';

/** A callback that came in. */
interface ReceivedCallback {
	/** Where its task can be checked. */
	connection: Connection;
	/** What it says; absent when it is not about a task. */
	reported?: TaskReply;
}

/**
 * Reads a callback, after the check of who sent it.
 * @param signature whether it must be signed with the credential's secret: always, if there is a secret,
 * or never
 * @returns the answer to one that is refused
 * @throws {CredentialError} when the credential is incomplete, or its secret one that anybody could guess
 */
export async function receiveCallback(
	context: IWebhookFunctions,
	signature: 'required' | 'ifPossible' | 'ignored',
): Promise<ReceivedCallback | { refused: string }> {
	const connection = toConnection(await context.getCredentials(CREDENTIAL));
	const { webhookSecret } = connection;
	const { rawBody } = context.getRequestObject() as { rawBody?: Buffer };
	// None where n8n reads none, as of forms.
	const body = rawBody ?? Buffer.alloc(0);
	if (signature === 'required' && webhookSecret === undefined) return { refused: answers.noSecret };
	if (signature !== 'ignored' && webhookSecret !== undefined) {
		const key = webhookKey(webhookSecret);
		const isKlings = isSignatureValid(key, context.getHeaderData(), body, Date.now());
		if (!isKlings) return { refused: answers.badSignature };
	}
	return { connection, reported: readCallback(body, maskerOf(connection)) };
}

/** Never throws, because that would destroy a suspended execution: Kling is asked to call back again. */
export async function neverThrowing(
	context: IWebhookFunctions,
	handled: Promise<IWebhookResponseData>,
): Promise<IWebhookResponseData> {
	const tried = await attempt(handled);
	if (tried.ok) return tried.value;
	context.logger.warn(notes.callbackNotHandled(tried.error));
	return answer(context, 503, answers.tryLater);
}

/**
 * Answers the caller at once, so that the answer does not wait for downloads.
 * @returns what tells n8n that the request is answered and nothing is to run
 */
export function answer(
	context: IWebhookFunctions,
	status: number,
	message: string,
): IWebhookResponseData {
	const response = context.getResponseObject();
	if (!response.headersSent) response.status(status).json({ message });
	return { noWebhookResponse: true };
}
