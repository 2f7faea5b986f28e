/** Turns what the layers below throw into n8n's own errors, which is what users read. */

import {
	ExpressionError,
	type INode,
	type JsonObject,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';

import { KlingError } from '../../api/errors/klingError';
import { maskKeys } from '../../api/mask';
import { ExplainedError } from '../../api/errors/explainedError';
import { DownloadError, InputError, InputFileError } from './errorClasses';
import { type Situation, wordsOf } from './errors';
import { located, type Words } from './phrases';

export interface Circumstances extends Situation {
	/** Which input item, from 0. */
	itemIndex: number;
	/** The task it happened to, if there is one. */
	taskId?: string;
	/** What the message says in addition, as the end of its sentence. */
	addition?: string;
	/** What else the user should know or do; for the description. */
	hint?: string;
}

/**
 * @returns a NodeApiError for what came from Kling, a NodeOperationError for everything else. Its
 * message names the task and the item, its description says what to do, and its context holds the
 * facts: `kind`, and where there are such `parameter`, `taskId`, `httpStatus` and `klingCode`
 */
export function toNodeError(
	node: INode,
	error: unknown,
	{ itemIndex, taskId, addition, hint, ...situation }: Circumstances,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const { message, description } =
		error instanceof ExplainedError ? wordsOf(error, situation) : wordsOfForeign(error);
	const advice = [description, hint].filter(Boolean).join(' ') || undefined;
	const fullMessage = located(message, itemIndex, taskId, addition);
	const options = {
		// An AI agent is told the message alone.
		message: isTool(node) && advice ? `${fullMessage}. ${advice}` : fullMessage,
		description: advice,
		itemIndex,
	};
	const api = apiFactsOf(error, message);
	const nodeError = api
		? new NodeApiError(node, api, options)
		: new NodeOperationError(node, options.message, options);
	// n8n replaces messages in which it believes to see one of Node's error codes.
	nodeError.message = options.message;
	Object.assign(
		nodeError.context,
		contextOf(error),
		{ itemIndex },
		factsOf(error),
		taskId !== undefined && { taskId },
	);
	return nodeError;
}

/** What n8n's own errors say, such as that an expression names a node that does not exist. */
function wordsOfForeign(error: unknown): Words {
	if (!(error instanceof Error)) return { message: maskKeys(String(error)), description: '' };
	const description = 'description' in error ? error.description : undefined;
	return {
		message: maskKeys(error.message),
		description: typeof description === 'string' ? maskKeys(description) : '',
	};
}

/** By which n8n's editor shows the node and the field that an expression's error is about. */
function contextOf(error: unknown): object | undefined {
	return error instanceof ExpressionError ? error.context : undefined;
}

/** Whether the node is run by an AI agent: n8n gives the node's tool a type of its own. */
export function isTool({ type }: Pick<INode, 'type'>): boolean {
	return type.endsWith('Tool');
}

/** What tells errors apart without reading their words. */
function factsOf(error: unknown): object {
	if (!(error instanceof ExplainedError)) return {};
	const { kind } = error;
	if (error instanceof InputError || error instanceof InputFileError) {
		return { kind, parameter: error.parameter };
	}
	if (!(error instanceof KlingError)) return { kind };
	const { httpStatus, code: klingCode } = error.facts;
	return {
		kind,
		...(httpStatus !== undefined && { httpStatus }),
		...(klingCode !== undefined && { klingCode }),
	};
}

/** Kling's part in the error, for NodeApiError; nothing for what was found out without asking. */
function apiFactsOf(error: unknown, message: string): JsonObject | undefined {
	if (error instanceof DownloadError) return { message, url: error.url };
	if (!(error instanceof KlingError)) return undefined;
	const { httpStatus, code, original, requestId } = error.facts;
	return {
		message,
		...(httpStatus !== undefined && { httpCode: String(httpStatus) }),
		...(code !== undefined && { klingCode: code }),
		...(original !== undefined && { original }),
		...(requestId !== undefined && { requestId }),
	};
}
