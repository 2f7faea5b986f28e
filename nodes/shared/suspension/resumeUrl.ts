/** The address at which a callback resumes an execution. */

import { webhookKey } from '../api/callback';
import { hasFeature } from '../api/formatLookup';
import type { NodeContext } from '../n8n/http/send';
import { InputError } from '../n8n/words/errorClasses';
import { callbackWords } from '../n8n/words/parameters';
import type { Words } from '../n8n/words/phrases';
import type { NodeRun } from '../n8n/nodeRun';

/**
 * The address at which a callback resumes this execution at this node.
 * @throws {InputError} when there is none, or Kling could never call it
 * @throws {CredentialError} when no callback could ever be verified
 */
export function toResumeUrl({ context, connection, isTool }: NodeRun): URL {
	if (!connection.formats.some((format) => hasFeature(format, 'callbackUrl'))) {
		throw cannotWait(callbackWords.gateway);
	}
	// Now rather than at the first callback, when the videos are charged.
	if (connection.webhookSecret !== undefined) webhookKey(connection.webhookSecret);
	if (isTool) throw cannotWait(callbackWords.agent);
	if (!context.getWorkflow().id) throw cannotWait(callbackWords.unsaved);
	const url = resumeUrlOf(context);
	if (!url.searchParams.has('signature')) throw cannotWait(callbackWords.unsigned);
	return url;
}

/**
 * The address at which n8n resumes the execution at this node, if it is suspended.
 * @throws {InputError} when it is no web address
 */
export function resumeUrlOf(context: NodeContext): URL {
	const url = new URL(String(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)));
	// "localhost:5678" is a URL, too: of a scheme "localhost:".
	if (!/^https?:$/.test(url.protocol)) throw cannotWait(callbackWords.noUrl);
	url.pathname += `/${context.getNode().id}`;
	return url;
}

/**
 * Says what is wrong when n8n's own address is no URL: n8n makes the resume URL of it for everything
 * that it evaluates, and fails at the first parameter already.
 */
export function explainAddress(error: unknown): unknown {
	const { code } = (error ?? {}) as { code?: unknown };
	return code === 'ERR_INVALID_URL' ? cannotWait(callbackWords.noUrl) : error;
}

function cannotWait(words: Words): InputError {
	return new InputError('waitFor', words);
}
