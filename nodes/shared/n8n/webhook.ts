/** Receiving Kling's callbacks through n8n's webhooks. */

import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { isSignatureValid, webhookKey } from '../api/callback';

/** The bytes of the request, which is what a signature is about; none where n8n reads none, as of forms. */
export function bodyOf(context: IWebhookFunctions): Buffer {
	const { rawBody } = context.getRequestObject() as { rawBody?: Buffer };
	return rawBody ?? Buffer.alloc(0);
}

/**
 * Whether the request is signed with the secret; without a secret there is nothing to check.
 * @throws {CredentialError} when the secret is one that anybody could guess
 */
export function isFromKling(context: IWebhookFunctions, secret: string | undefined): boolean {
	if (secret === undefined) return true;
	return isSignatureValid(webhookKey(secret), context.getHeaderData(), bodyOf(context), Date.now());
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
