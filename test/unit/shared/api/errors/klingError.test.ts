import {
	absentTask,
	fromTransport,
	idInUse,
	KlingError,
	noVideo,
	otherShape,
	refusal,
	taskFailed,
	unreadable,
} from '../../../../../nodes/shared/api/errors/klingError';
import type { ErrorKind } from '../../../../../nodes/shared/api/errors/kinds';
import { TransportError, type TransportFailure } from '../../../../../nodes/shared/api/http';
import { created } from '../../../gatewayReplies';

const PAGE = '<!DOCTYPE html><html><body>Welcome</body></html>';

describe('a refusal', () => {
	it.each<[string, number, number | undefined, string, ErrorKind]>([
		['an answer of Kling’s', 400, 1201, '{}', 'badParameter'],
		['an answer without a body', 404, undefined, '', 'notFound'],
		['a final code over HTTP 429', 429, 1101, '{}', 'unpaid'],
		['HTTP 429 without a code', 429, undefined, '', 'busy'],
		['a redirection', 301, undefined, '', 'redirected'],
		['a redirection with a text', 307, undefined, 'Temporary Redirect', 'redirected'],
		['a redirection with a page', 302, undefined, PAGE, 'notTheApi'],
		['a page in place of a final answer', 403, undefined, PAGE, 'notTheApi'],
		['a page where nothing is', 404, undefined, PAGE, 'notTheApi'],
		['a page after blanks', 404, undefined, `\n \t${PAGE}`, 'notTheApi'],
		// A server that is in trouble, or a limit, often answers with a page.
		['a page from a server in trouble', 502, undefined, PAGE, 'proxyError'],
		['a page from Kling’s own server in trouble', 500, undefined, PAGE, 'serverError'],
		['a page about a limit', 429, undefined, PAGE, 'busy'],
		['a text that only holds a page', 403, undefined, `Error: ${PAGE}`, 'noPermission'],
	])('that is %s has its kind', (_name, httpStatus, code, body, kind) => {
		const error = refusal(httpStatus, { code }, body);
		expect(error).toBeInstanceOf(KlingError);
		expect(error.kind).toBe(kind);
		expect(error.facts).toMatchObject({ httpStatus, code });
	});

	it('keeps what Kling said, and otherwise the beginning of the reply', () => {
		const said = { code: 1201, message: 'no such mode', requestId: 'r', retryAfter: 7000 };
		expect(refusal(400, said, '{"code":1201}').facts).toEqual({
			httpStatus: 400,
			code: 1201,
			evidence: 'klingCode',
			original: 'no such mode',
			requestId: 'r',
			retryAfter: 7000,
		});
		expect(refusal(400, {}, ' {"a":\n\t1} ').facts.original).toBe('{"a": 1}');
		expect(refusal(400, {}, ' \n').facts.original).toBeUndefined();
	});
});

describe('an excerpt', () => {
	const excerptOf = (body: string) => refusal(400, {}, body).facts.original;

	it('is cut when it is long, and its white space is closed up', () => {
		expect(excerptOf(`a \n\t b${'x'.repeat(1000)}`)).toBe(`a b${'x'.repeat(197)}…`);
		expect(excerptOf('x'.repeat(200))).toBe('x'.repeat(200));
	});

	it('looks at no more of a huge body than it needs', () => {
		expect(excerptOf(`${' \n'.repeat(1000)}x`)).toBe('x');
		expect(excerptOf(`${' \n'.repeat(1_000_000)}x`)).toBeUndefined();
	});
});

describe('a reply that cannot be read', () => {
	it.each<[string, string, ErrorKind, string]>([
		['nothing', '', 'unreadable', 'empty'],
		['blanks', ' \r\n', 'unreadable', 'empty'],
		['a page', PAGE, 'webPage', 'webPage'],
		['half a document', '{"task_id"', 'unreadable', 'incompleteJson'],
		['a word', 'OK', 'unreadable', 'incompleteJson'],
	])('is %s', (_name, body, kind, flaw) => {
		const { kind: found, facts } = unreadable(200, body);
		expect(found).toBe(kind);
		expect(facts).toMatchObject({ httpStatus: 200, flaw: { is: flaw } });
	});

	it('is JSON of another shape', () => {
		const { kind, facts } = otherShape(200, '{"a":1}', { is: 'badField', field: 'task_id' });
		expect(kind).toBe('otherShape');
		expect(facts).toEqual({
			httpStatus: 200,
			original: '{"a":1}',
			flaw: { is: 'badField', field: 'task_id' },
		});
	});
});

it.each<TransportFailure>(['unreachable', 'interrupted', 'timeout', 'aborted'])(
	'a request without a reply has the kind of its failure: %s',
	(failure) => {
		const { kind, facts } = fromTransport(new TransportError(failure, 'the network’s words'));
		expect(kind).toBe(failure);
		expect(facts).toEqual({ original: 'the network’s words' });
	},
);

describe('an error about a task', () => {
	it('says that there is none', () => {
		expect(absentTask(true)).toMatchObject({ kind: 'notFound', facts: { isKlings: true } });
		expect(absentTask(false)).toMatchObject({ kind: 'notFound', facts: { isKlings: false } });
	});

	it('names the task that has the ID', () => {
		const error = idInUse('mine', { ...created('t-1'), status: 'processing' });
		expect(error.kind).toBe('idInUse');
		expect(error.facts.inUse).toEqual({
			externalTaskId: 'mine',
			taskId: 't-1',
			taskStatus: 'processing',
		});
	});

	it.each([
		['no cats', 'no cats'],
		['', undefined],
		[undefined, undefined],
	])('gives Kling’s reason for a failure: %j', (statusMessage, reason) => {
		const error = taskFailed({ ...created('t-1'), status: 'failed', statusMessage });
		expect(error).toMatchObject({ kind: 'taskFailed' });
		expect(error.facts.reason).toBe(reason);
	});

	it('quotes the reply in which the video is missing', () => {
		const error = noVideo({ ...created('t-1'), status: 'completed', raw: { task_id: 't-1' } });
		expect(error).toMatchObject({ kind: 'noVideo', facts: { original: '{"task_id":"t-1"}' } });
	});
});

it('the stack trace of an error holds its facts, for whoever looks for a bug', () => {
	const error = refusal(400, { code: 1201, message: 'no such mode' }, '');
	expect(String(error)).toBe('KlingError: badParameter 1201 400 no such mode');
	expect(String(absentTask(true))).toBe('KlingError: notFound');
});
