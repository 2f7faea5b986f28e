/** The address at which a callback resumes an execution. */

import { webhookKey } from '../api/callback';
import { FORMATS } from '../api/formats';
import { InputError } from '../n8n/inputError';
import { callbackWords } from '../n8n/messages';
import type { Words } from '../n8n/words';
import type { NodeRun } from './nodeRun';

/**
 * The address at which a callback resumes this execution at this node.
 * @throws {InputError} when there is none, or Kling could never call it
 * @throws {CredentialError} when no callback could ever be verified
 */
export function toResumeUrl({ context, connection, isTool }: NodeRun): URL {
	if (!connection.formats.some((format) => FORMATS[format].features.includes('callbackUrl'))) {
		throw cannotWait(callbackWords.gateway);
	}
	// Now rather than at the first callback, when the videos are charged.
	if (connection.webhookSecret !== undefined) webhookKey(connection.webhookSecret);
	if (isTool) throw cannotWait(callbackWords.agent);
	if (!context.getWorkflow().id) throw cannotWait(callbackWords.unsaved);
	const url = new URL(context.evaluateExpression('{{ $execution.resumeUrl }}', 0) as string);
	if (!url.searchParams.has('signature')) throw cannotWait(callbackWords.unsigned);
	url.pathname += `/${context.getNode().id}`;
	return url;
}

function cannotWait(words: Words): InputError {
	return new InputError('waitFor', words);
}
