import { readVerdict } from '../../../../../nodes/shared/api/errors/verdict';

describe('what a reply says of itself', () => {
	it.each<[string, unknown, object]>([
		[
			'Kling’s way',
			{ code: 1201, message: 'no', request_id: 'r' },
			{ code: 1201, message: 'no', requestId: 'r' },
		],
		['with msg', { code: 1201, msg: 'no' }, { code: 1201, message: 'no' }],
		['OpenAI’s way', { error: { message: 'no', code: 1201 } }, { code: 1201, message: 'no' }],
		[
			'OpenAI’s way, with a request ID',
			{ error: { message: 'no', request_id: 'r' } },
			{ message: 'no', requestId: 'r' },
		],
		['with error as text', { error: 'no' }, { message: 'no' }],
		['with code as text', { code: '1201', message: 'no' }, { code: 1201, message: 'no' }],
		['with a word as code', { code: 'bad_request', message: 'no' }, { message: 'no' }],
		['with the HTTP status as code', { code: 400, message: 'no' }, { message: 'no' }],
		['with code 0', { code: 0, message: 'no' }, { message: 'no' }],
		[
			'inside the data, as the account endpoint does',
			{ code: 0, message: 'SUCCEED', data: { code: 1102, msg: 'empty' } },
			{ code: 1102, message: 'empty' },
		],
		[
			'with an empty message',
			{ code: 1201, message: '', msg: 'no' },
			{ code: 1201, message: 'no' },
		],
		['with a message that is no text', { code: 1201, message: { a: 1 } }, { code: 1201 }],
		['without a word', {}, {}],
		['with null', null, {}],
		['with a list', [1201], {}],
		['with a text', 'no', {}],
		['with what is no JSON', undefined, {}],
	])('is found when it is said %s', (_name, json, expected) => {
		expect(readVerdict(json, 400)).toEqual({
			code: undefined,
			message: undefined,
			requestId: undefined,
			...expected,
		});
	});
});
