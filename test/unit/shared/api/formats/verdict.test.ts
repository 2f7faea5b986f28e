import { readVerdict } from '../../../../../nodes/shared/api/formats/verdict';

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
		[
			'with a word as code',
			{ code: 'bad_request', message: 'no' },
			{ codeWords: ['bad_request'], message: 'no' },
		],
		[
			'with a type',
			{ error: { type: 'new_api_error', message: 'no' } },
			{ codeWords: ['new_api_error'], message: 'no' },
		],
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
		[
			'in a reply that a relay quotes',
			{ code: 'fail', message: 'upstream: {"code":1303,"message":"parallel task over limit"}' },
			{ code: 1303, codeWords: ['fail'], message: 'parallel task over limit' },
		],
		['without a word', {}, {}],
		['with null', null, {}],
		['with a list', [1201], {}],
		['with a text', 'no', {}],
		['with what is no JSON', undefined, {}],
	])('is found when it is said %s', (_name, json, expected) => {
		const { isRefusal, ...verdict } = readVerdict(json, 400);
		expect(isRefusal).toBe(true);
		expect(verdict).toEqual({
			code: undefined,
			codeWords: [],
			message: undefined,
			requestId: undefined,
			...expected,
		});
	});

	it.each<[string, unknown]>([
		['a task in Kling’s envelope', { code: 0, message: 'SUCCEED', data: { task_id: '1' } }],
		['a task without one', { task_id: '1', task_status: 'failed', error: 'no cats' }],
		['a word that all is well', { code: 'success', data: [] }],
		['the HTTP status as code', { code: 200, data: [] }],
		['nothing', null],
		['no JSON', undefined],
	])('is no refusal under HTTP 200 when it is %s', (_name, json) => {
		expect(readVerdict(json, 200).isRefusal).toBe(false);
	});

	it.each<[string, unknown]>([
		['a code', { code: 1303 }],
		['a word as code', { code: 'fail_to_fetch_task', data: null }],
		['an error', { error: { message: 'no' } }],
		['an error as text', { error: 'no' }],
	])('is a refusal even under HTTP 200 when it is %s', (_name, json) => {
		expect(readVerdict(json, 200).isRefusal).toBe(true);
	});
});
