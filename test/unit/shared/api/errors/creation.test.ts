import { provesNothingCreated } from '../../../../../nodes/shared/api/errors/creation';
import {
	fromTransport,
	otherShape,
	refusal,
	unreadable,
} from '../../../../../nodes/shared/api/errors/klingError';
import { readVerdict } from '../../../../../nodes/shared/api/formats/verdict';
import { TransportError } from '../../../../../nodes/shared/api/http';

/** What a reply without a task's ID ends in. */
function errorOf(status: number, body: unknown): unknown {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return refusal(status, readVerdict(typeof body === 'string' ? undefined : body, status), text);
}

const kling = (code: number) => ({ code, message: 'no', request_id: 'r' });
const relay = (code: string) => ({ error: { code, message: 'no', type: 'new_api_error' } });

describe('that nothing was created is proven by', () => {
	it.each<[string, number, unknown]>([
		['Kling’s refusal', 400, kling(1201)],
		['Kling’s refusal under HTTP 200', 200, kling(1301)],
		['Kling’s refusal that a relay quotes', 200, { code: 'fail', message: '{"code":1201}' }],
		['Kling’s limit', 429, kling(1303)],
		['Kling’s limit under a server error', 503, kling(1302)],
		['a token that is too old', 401, kling(1004)],
		['a client error in words', 403, { error: { message: 'insufficient balance' } }],
		['a client error without words', 404, ''],
		['a client error as web page', 403, '<html>Forbidden</html>'],
		['a request that is too large', 413, '<html>413</html>'],
		['a limit without a code', 429, ''],
		['a relay before it forwards', 503, relay('get_channel_failed')],
		['a relay before it forwards', 500, relay('convert_request_failed')],
		['a relay before it forwards, under HTTP 200', 200, relay('model_not_found')],
	])('%s: %i %j', (_name, status, body) => {
		expect(provesNothingCreated(errorOf(status, body))).toBe(true);
	});

	it('a connection that never came about', () => {
		expect(provesNothingCreated(fromTransport(new TransportError('unreachable', '')))).toBe(true);
	});
});

describe('that nothing was created is not proven by', () => {
	it.each<[string, number, unknown]>([
		['a server error', 500, ''],
		['a server error in words', 503, { message: 'ring-balancer has no quota left' }],
		['a server error that sounds like a limit', 503, { message: 'too many concurrent requests' }],
		['Kling’s code under a server error', 503, kling(1203)],
		['Kling’s code under a server error', 504, kling(1002)],
		['Kling’s own trouble', 500, kling(5000)],
		['Kling’s own trouble under HTTP 200', 200, kling(5001)],
		['a code that nobody knows', 200, kling(20000)],
		['an error in words under HTTP 200', 200, { error: { message: 'no balance' } }],
		['a relay after it forwarded', 500, relay('do_request_failed')],
		['a redirection', 303, ''],
		['a redirection', 307, { message: 'insufficient balance' }],
		['a request that took too long', 408, ''],
	])('%s: %i %j', (_name, status, body) => {
		expect(provesNothingCreated(errorOf(status, body))).toBe(false);
	});

	it.each<[string, unknown]>([
		['an empty reply', unreadable(200, '')],
		['a web page', unreadable(200, '<html>')],
		['JSON of another kind', otherShape(200, '{}', { is: 'noTask' })],
		['a lost reply', fromTransport(new TransportError('interrupted', ''))],
		['no reply in time', fromTransport(new TransportError('timeout', ''))],
		['Stop', fromTransport(new TransportError('aborted', ''))],
		['a bug', new TypeError('a bug')],
	])('%s', (_name, error) => {
		expect(provesNothingCreated(error)).toBe(false);
	});
});
