/** Turns what the layers below throw into n8n's own errors, which is what users read. */

import { type INode, type JsonObject, NodeApiError, NodeOperationError } from 'n8n-workflow';

import { CredentialError } from '../api/connection';
import { KlingError } from '../api/errors';
import { TimeoutError } from '../waiting/poller';
import { DownloadError } from './download';

/** Input that cannot be sent, found out before anything was. */
export class InputError extends Error {
	constructor(
		/** Names the parameter by its display name and says what is allowed. */
		message: string,
		readonly advice?: string,
	) {
		super(message);
		this.name = 'InputError';
	}
}

export interface Circumstances {
	/** Which input item, from 0. */
	itemIndex: number;
	/** The task it happened to, if there is one. */
	taskId?: string;
	/** What belongs into the message besides, as the end of its sentence. */
	addition?: string;
	/** What else the user should know or do; for the description. */
	hint?: string;
}

/**
 * @returns a NodeApiError for what came from Kling, a NodeOperationError for everything else; its
 * message names the task and the item, its description says what to do
 */
export function toNodeError(
	node: INode,
	error: unknown,
	{ itemIndex, taskId, addition, hint }: Circumstances,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const { message, advice, api } = read(error);
	const task = taskId === undefined ? '' : ` (task ${taskId})`;
	const options = {
		message: `${message}${addition ? `; ${addition}` : ''}${task} [Item ${itemIndex}]`,
		description: [advice, hint].filter(Boolean).join(' ') || undefined,
		itemIndex,
	};
	const nodeError = api
		? new NodeApiError(node, api, options)
		: new NodeOperationError(node, options.message, options);
	// n8n replaces messages in which it believes to see one of Node's error codes.
	nodeError.message = options.message;
	return nodeError;
}

interface Reading {
	message: string;
	advice?: string;
	/** Kling's part in it, for NodeApiError. */
	api?: JsonObject;
}

function read(error: unknown): Reading {
	if (error instanceof KlingError) return readKlingError(error);
	if (error instanceof TimeoutError) return readTimeout(error);
	if (error instanceof DownloadError) return readDownloadError(error);
	if (error instanceof InputError) return { message: error.message, advice: error.advice };
	if (error instanceof CredentialError) return { message: error.message };
	return { message: error instanceof Error ? error.message : String(error) };
}

function readKlingError(error: KlingError): Reading {
	const { advice, httpStatus, code, original, requestId } = error.details;
	return {
		message: error.message,
		advice: [
			advice,
			original && `Original reply: "${original}".`,
			requestId && `Request ID: ${requestId}.`,
		]
			.filter(Boolean)
			.join(' '),
		api: {
			message: error.message,
			...(httpStatus !== undefined && { httpCode: String(httpStatus) }),
			...(code !== undefined && { klingCode: code }),
			...(original !== undefined && { original }),
			...(requestId !== undefined && { requestId }),
		},
	};
}

function readTimeout({ lastTask, trouble }: TimeoutError): Reading {
	return {
		message: `Kling did not finish the video within 'Timeout (Minutes)'; its last status was "${lastTask.status}"`,
		advice:
			'Kling goes on with it: fetch the video later with the Get Status operation and this task ID, or raise the limit in Wait Options.' +
			(trouble ? ` The last query brought nothing: ${trouble.message}.` : ''),
	};
}

function readDownloadError({ message, url }: DownloadError): Reading {
	return {
		message,
		advice: `Kling keeps the file at ${url} for 30 days: fetch it again with the Get Status operation and this task ID.`,
		api: { message, url },
	};
}
