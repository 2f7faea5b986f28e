/** The address at which a callback resumes an execution. */

import type { IExecuteFunctions } from 'n8n-workflow';

import { FORMATS } from '../api/formats';
import { InputError } from '../n8n/inputError';
import { callbackWords } from '../n8n/messages';
import type { Words } from '../n8n/words';
import type { NodeRun } from './nodeRun';

/**
 * The address at which a callback resumes this execution at this node.
 * @throws {InputError} when there is none, or Kling could never call it
 */
export function toResumeUrl({ context, connection, isTool }: NodeRun): URL {
	if (!connection.formats.some((format) => FORMATS[format].features.includes('callbackUrl'))) {
		throw cannotWait(callbackWords.gateway);
	}
	if (isTool) throw cannotWait(callbackWords.agent);
	if (!context.getWorkflow().id) throw cannotWait(callbackWords.unsaved);
	const url = resumeUrlOf(context);
	if (!url.searchParams.has('signature')) throw cannotWait(callbackWords.unsigned);
	url.pathname += `/${context.getNode().id}`;
	return url;
}

/**
 * n8n makes the address from WEBHOOK_URL. Without a scheme that is no URL, which the expression ends
 * with already, or one of a scheme "localhost:".
 */
function resumeUrlOf(context: IExecuteFunctions): URL {
	try {
		const url = new URL(String(context.evaluateExpression('{{ $execution.resumeUrl }}', 0)));
		if (/^https?:$/.test(url.protocol)) return url;
	} catch {
		// Said below.
	}
	throw cannotWait(callbackWords.noUrl);
}

function cannotWait(words: Words): InputError {
	return new InputError('waitFor', words);
}
