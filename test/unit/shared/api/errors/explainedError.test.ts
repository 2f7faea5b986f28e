import { KlingError } from '../../../../../nodes/shared/api/errors/klingError';
import { type ErrorKind, MEANINGS } from '../../../../../nodes/shared/api/errors/kinds';
import {
	isAbsent,
	isUnanswered,
	meaningOf,
	ExplainedError,
} from '../../../../../nodes/shared/api/errors/explainedError';
import { CredentialError } from '../../../../../nodes/shared/api/connection';
import { DownloadError, InputError } from '../../../../../nodes/shared/n8n/words/errorClasses';
import { StoppedError } from '../../../../../nodes/shared/engine/clock';
import { TimeLimitError } from '../../../../../nodes/shared/engine/poller';
import { UnknownOutcomeError } from '../../../../../nodes/shared/engine/submit';
import { created } from '../../../gatewayReplies';

describe('the meaning of an error', () => {
	it.each(Object.keys(MEANINGS) as ErrorKind[])('is that of its kind: %s', (kind) => {
		const error = new KlingError(kind);
		expect(meaningOf(error)).toBe(MEANINGS[kind]);
		const { checking } = MEANINGS[kind];
		expect(isAbsent(error)).toBe(checking === 'absent');
		expect(isUnanswered(error)).toBe(checking === 'unanswered' || checking === 'notUnderstood');
	});

	it.each([new TypeError('a bug'), 'text', undefined, { kind: 'notFound' }])(
		'is unknown for what nobody has foreseen: %p',
		(error) => {
			// A video may exist after it, and asking again brings nothing.
			expect(meaningOf(error)).toEqual({ creating: 'unknown', checking: 'final' });
			expect([isAbsent(error), isUnanswered(error)]).toEqual([false, false]);
		},
	);
});

describe('every error that users read', () => {
	it.each<[string, ExplainedError, ErrorKind]>([
		['KlingError', new KlingError('badKey'), 'badKey'],
		['CredentialError', new CredentialError('apiKey', 'empty'), 'credential'],
		['InputError', new InputError('prompt', { message: 'm', description: 'd' }), 'input'],
		['DownloadError', new DownloadError('gone', 'https://x.test', false), 'download'],
		['TimeLimitError', new TimeLimitError(created('t')), 'timeLimit'],
		['UnknownOutcomeError', new UnknownOutcomeError(), 'unknownOutcome'],
		['StoppedError', new StoppedError(), 'stopped'],
	])('has a kind: %s', (name, error, kind) => {
		expect(error).toBeInstanceOf(ExplainedError);
		expect(error).toBeInstanceOf(Error);
		expect([error.name, error.kind]).toEqual([name, kind]);
		expect(error.message).not.toBe('');
	});
});
