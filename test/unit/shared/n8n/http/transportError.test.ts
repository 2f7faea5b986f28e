import { TransportError } from '../../../../../nodes/shared/api/http';
import { toTransportError } from '../../../../../nodes/shared/n8n/http/transportError';

/** An error with a code, around another one. */
function failed(code: string | undefined, message: string, cause?: unknown): Error {
	return Object.assign(new Error(message, { cause }), code !== undefined && { code });
}

describe('a request that brought no reply', () => {
	it.each([
		['ECONNREFUSED', 'unreachable'],
		['ENOTFOUND', 'unreachable'],
		['EAI_AGAIN', 'unreachable'],
		['EHOSTUNREACH', 'unreachable'],
		['CERT_HAS_EXPIRED', 'unreachable'],
		['DEPTH_ZERO_SELF_SIGNED_CERT', 'unreachable'],
		['ECONNABORTED', 'timeout'],
		['ETIMEDOUT', 'timeout'],
		['ERR_CANCELED', 'aborted'],
		['ECONNRESET', 'interrupted'],
		['EPIPE', 'interrupted'],
		['E_NEW', 'interrupted'],
		[undefined, 'interrupted'],
	])('with %s is %s', (code, failure) => {
		const error = toTransportError(failed(code, 'what happened'));
		expect(error).toBeInstanceOf(TransportError);
		expect([error.failure, error.detail]).toEqual([failure, 'what happened']);
	});

	it('is known by the cause that n8n has wrapped, however deep', () => {
		const network = failed('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1');
		const axios = failed(undefined, 'AxiosError', network);
		const n8n = failed(undefined, 'The service refused the connection', axios);
		const error = toTransportError(n8n);
		expect([error.failure, error.detail]).toEqual([
			'unreachable',
			'connect ECONNREFUSED 127.0.0.1:1',
		]);
	});

	it('was stopped, whatever the cause says', () => {
		const error = toTransportError(failed('ERR_CANCELED', 'canceled', failed('ECONNRESET', 'x')));
		expect(error.failure).toBe('aborted');
	});

	it('is known by its name when that is all there is', () => {
		expect(toTransportError({ name: 'ABORT_ERR', message: 'stop' }).failure).toBe('aborted');
	});

	it('keeps the last words there are', () => {
		const error = toTransportError(failed('ECONNRESET', 'socket hang up', { message: '' }));
		expect(error.detail).toBe('socket hang up');
	});

	it('is passed on when it is known already', () => {
		const known = new TransportError('timeout', 'x');
		expect(toTransportError(known)).toBe(known);
	});

	it.each([undefined, null, 'boom', 7])('may be anything, such as %j', (thrown) => {
		expect(toTransportError(thrown).failure).toBe('interrupted');
	});

	it('comes to an end with causes in a circle', () => {
		const one = failed('E_ONE', 'one');
		one.cause = failed('E_TWO', 'two', one);
		expect(toTransportError(one).failure).toBe('interrupted');
	});
});
