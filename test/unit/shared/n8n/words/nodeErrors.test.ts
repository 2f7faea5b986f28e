import { ExpressionError, NodeApiError, NodeOperationError } from 'n8n-workflow';

import { CredentialError } from '../../../../../nodes/shared/api/connection';
import { KlingError } from '../../../../../nodes/shared/api/errors/klingError';
import {
	DownloadError,
	InputError,
	InputFileError,
} from '../../../../../nodes/shared/n8n/words/errorClasses';
import { wordsOf } from '../../../../../nodes/shared/n8n/words/errors';
import { parameterWords } from '../../../../../nodes/shared/n8n/words/parameters';
import { located } from '../../../../../nodes/shared/n8n/words/phrases';
import { isTool, toNodeError } from '../../../../../nodes/shared/n8n/words/nodeErrors';
import { StoppedError } from '../../../../../nodes/shared/engine/clock';
import { TimeLimitError } from '../../../../../nodes/shared/engine/poller';
import { UnknownOutcomeError } from '../../../../../nodes/shared/engine/submit';
import { created, URL } from '../../../gatewayReplies';
import { NODE } from '../../../nodeContext';

const REFUSAL = new KlingError('badParameter', {
	httpStatus: 400,
	code: 1201,
	original: 'no such mode',
	requestId: 'r-1',
});

describe('the class of an error', () => {
	it.each([
		['of Kling’s', REFUSAL],
		['of the way to Kling', new KlingError('timeout', { original: 'ETIMEDOUT' })],
		['of a task', new KlingError('taskFailed', { reason: 'no cats' })],
		['of the file host', new DownloadError('the file is empty', URL, true)],
	])('%s is NodeApiError', (_name, error) => {
		expect(toNodeError(NODE, error, { itemIndex: 0 })).toBeInstanceOf(NodeApiError);
	});

	it.each([
		['a parameter', new InputError('prompt', parameterWords.empty('prompt'))],
		['the credential', new CredentialError('apiKey', 'empty')],
		['the time limit', new TimeLimitError(created('t'))],
		['an unknown outcome', new UnknownOutcomeError()],
		['Stop', new StoppedError()],
		['a bug', new TypeError('undefined is no function')],
		['anything', 'text'],
	])('about %s is NodeOperationError', (_name, error) => {
		expect(toNodeError(NODE, error, { itemIndex: 0 })).toBeInstanceOf(NodeOperationError);
	});

	it('stays what it is when n8n’s own error comes', () => {
		for (const error of [
			new NodeOperationError(NODE, 'mine'),
			new NodeApiError(NODE, { message: 'mine' }),
		]) {
			expect(toNodeError(NODE, error, { itemIndex: 3 })).toBe(error);
		}
	});
});

it('an error of n8n’s expressions keeps its node, field and advice, and gets its item', () => {
	const error = new ExpressionError('Referenced node doesn’t exist', {
		description: 'The node Get Image isn’t there',
		nodeCause: 'Get Image',
		parameter: 'prompt',
		type: 'paired_item_no_info',
		itemIndex: 0,
		runIndex: 1,
	});
	const shown = toNodeError(NODE, error, { itemIndex: 3 });
	expect(shown.message).toBe(located('Referenced node doesn’t exist', 3));
	expect(shown.description).toBe('The node Get Image isn’t there');
	expect(shown.context).toMatchObject({
		nodeCause: 'Get Image',
		parameter: 'prompt',
		type: 'paired_item_no_info',
		runIndex: 1,
		itemIndex: 3,
	});
});

describe('the facts of an error', () => {
	const contextOf = (error: unknown, more: object = {}) =>
		toNodeError(NODE, error, { itemIndex: 2, ...more }).context;

	it('are the parameter of a file that n8n does not give out', () => {
		const error = new InputFileError('imageBinaryPropertyName', new Error('File not found'));
		expect(contextOf(error)).toMatchObject({
			kind: 'inputFile',
			parameter: 'imageBinaryPropertyName',
			itemIndex: 2,
		});
	});

	it('are kind, status and code of what Kling said, and the item', () => {
		expect(contextOf(REFUSAL)).toMatchObject({
			kind: 'badParameter',
			httpStatus: 400,
			klingCode: 1201,
			itemIndex: 2,
		});
		expect(contextOf(REFUSAL)).not.toHaveProperty('taskId');
		expect(contextOf(REFUSAL)).not.toHaveProperty('parameter');
	});

	it('are only what is known', () => {
		const context = contextOf(new KlingError('timeout'));
		expect(context).toMatchObject({ kind: 'timeout', itemIndex: 2 });
		expect(context).not.toHaveProperty('httpStatus');
		expect(context).not.toHaveProperty('klingCode');
	});

	it('are the parameter that can’t be used', () => {
		const error = new InputError('cfgScale', parameterWords.outOfRange('cfgScale', 7, 0, 1));
		expect(contextOf(error)).toMatchObject({ kind: 'input', parameter: 'cfgScale' });
	});

	it('are the task, if there is one', () => {
		expect(contextOf(new TimeLimitError(created('t-1')), { taskId: 't-1' })).toMatchObject({
			kind: 'timeLimit',
			taskId: 't-1',
		});
	});

	it.each([
		['download', new DownloadError('the file is empty', URL, true)],
		['credential', new CredentialError('apiKey', 'empty')],
		['unknownOutcome', new UnknownOutcomeError()],
		['stopped', new StoppedError()],
	])('are the kind of any error of this package: %s', (kind, error) => {
		expect(contextOf(error)).toMatchObject({ kind });
	});

	it('are none of what nobody has foreseen', () => {
		expect(contextOf(new TypeError('a bug'))).not.toHaveProperty('kind');
	});

	it('survive that n8n stores the execution', () => {
		const stored = JSON.parse(
			JSON.stringify(toNodeError(NODE, REFUSAL, { itemIndex: 2, taskId: 't-1' })),
		) as object;
		expect(stored).toMatchObject({
			context: { kind: 'badParameter', httpStatus: 400, klingCode: 1201, taskId: 't-1' },
		});
	});

	it('are in n8n’s own fields as well: the HTTP status, and Kling’s words', () => {
		const error = toNodeError(NODE, REFUSAL, { itemIndex: 2 }) as NodeApiError;
		expect(error.httpCode).toBe('400');
		expect(JSON.stringify(error)).toContain('no such mode');
		expect(JSON.stringify(error)).toContain('r-1');
	});
});

describe('the words of an error', () => {
	it('are those of the table, with the place', () => {
		const { message, description } = toNodeError(NODE, REFUSAL, { itemIndex: 2, taskId: 't-1' });
		const words = wordsOf(REFUSAL);
		expect(message).toBe(located(words.message, 2, 't-1'));
		expect(description).toBe(words.description);
	});

	it('are those of the situation', () => {
		const error = new KlingError('badRequest', { httpStatus: 400 });
		const situation = {
			isCreating: true,
			connection: { service: 'gateway' as const, hasOwnBaseUrl: true },
		};
		const { description } = toNodeError(NODE, error, { itemIndex: 0, ...situation });
		expect(description).toBe(wordsOf(error, situation).description);
		expect(description).not.toBe(wordsOf(error).description);
	});

	it('end with what else there is to say', () => {
		const circumstances = { itemIndex: 2, addition: 'it rained', hint: 'Take an umbrella.' };
		const { message, description } = toNodeError(NODE, REFUSAL, circumstances);
		expect(message).toBe(located(wordsOf(REFUSAL).message, 2, undefined, 'it rained'));
		expect(description).toBe(`${wordsOf(REFUSAL).description} Take an umbrella.`);
	});

	it('are all in the message for an AI agent, which is told nothing else', () => {
		const tool = { ...NODE, type: `${NODE.type}Tool` };
		const { message, description } = toNodeError(tool, REFUSAL, { itemIndex: 2 });
		const words = wordsOf(REFUSAL);
		expect(message).toBe(`${located(words.message, 2)}. ${words.description}`);
		expect(description).toBe(words.description);
		expect([isTool(NODE), isTool(tool)]).toEqual([false, true]);
	});

	it.each([
		[new TypeError('undefined is no function'), 'undefined is no function'],
		['text', 'text'],
	])('are its own when nobody has foreseen it: %p', (thrown, message) => {
		const error = toNodeError(NODE, thrown, { itemIndex: 1 });
		expect(error.message).toBe(located(message, 1));
		expect(error.description).toBeFalsy();
	});

	it('are not replaced by n8n’s for one of Node’s codes', () => {
		const error = new KlingError('unreachable', { original: 'connect ECONNREFUSED 127.0.0.1:1' });
		const nodeError = toNodeError(NODE, error, { itemIndex: 0 });
		expect(nodeError.message).toBe(located(wordsOf(error).message, 0));
		expect(nodeError.description).toContain('ECONNREFUSED');
	});
});
