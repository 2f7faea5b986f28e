import { readCreatedTask } from '../../../../../nodes/shared/api/formats/reply';

const ID = '8672-abc';

/** The ID in a reply of HTTP 200 without a refusal, or in any other. */
function idIn(body: unknown, isRefusal = false): string | undefined {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return readCreatedTask(typeof body === 'string' ? undefined : body, text, isRefusal)?.id;
}

describe('a task’s ID in the reply to a creation', () => {
	it.each<[string, unknown]>([
		['by itself', { task_id: ID }],
		['in an envelope', { code: 0, data: { task_id: ID } }],
		['in a list', [{ task_id: ID }]],
		['in an envelope’s list', { code: 0, data: [{ task_id: ID }] }],
		['beside a code that nobody knows', { code: 1, msg: 'ok', data: { task_id: ID } }],
		['in camel case', { result: { taskId: ID } }],
		['beside an error', { error: { message: 'billing record not saved' }, task_id: ID }],
		['in an error', { error: { message: 'timeout', details: { task_id: ID } } }],
		['in JSON in text', { code: 'fail', message: `upstream said: {"data":{"task_id":"${ID}"}}` }],
		['deep inside', { a: [{ b: { c: [{ d: { e: { task_id: ID } } }] } }] }],
		['as `id` beside a status', { code: 5000, data: { id: ID, status: 'submitted' } }],
		['in half a document', `{"code":0,"data":{"task_id":"${ID}","task_st`],
		['in half of JSON in text', `{"message":"{\\"task_id\\":\\"${ID}\\"`],
		['in a web page', `<html><pre>{'task_id': '${ID}'}</pre>`],
	])('is found %s, whatever stands beside it', (_name, body) => {
		expect(idIn(body)).toBe(ID);
		expect(idIn(body, true)).toBe(ID);
	});

	it.each<[string, unknown]>([
		['as `id` without a status', { id: ID }],
		['as `id` of the data', { code: 0, data: { id: ID } }],
	])('is found %s where nothing refuses', (_name, body) => {
		expect(idIn(body)).toBe(ID);
		expect(idIn(body, true)).toBeUndefined();
	});

	it.each<[string, unknown]>([
		['the ID of the request', { id: 'r', code: 0, data: null }],
		['the request ID', { request_id: 'r', code: 0, data: {} }],
		['the ID of an error', { error: { id: 'e', status: 'failed', message: 'no' } }],
		['the user’s own ID', { code: 1201, message: 'no', external_task_id: 'n8n-1-0-abc' }],
		['no text', { task_id: null }],
		['an empty text', { task_id: '' }],
		['nothing that can be sent as an ID', { task_id: '../account' }],
		['words', 'The task_id is missing.'],
		['cut off', '{"task_id": "8672-a'],
		['a number that is cut off', '{"task_id": 8672'],
	])('is not %s', (_name, body) => {
		expect(idIn(body, true)).toBeUndefined();
	});

	it('brings along what else the reply says of the task', () => {
		const json = { code: 1, data: { task_id: ID, task_status: 'processing', created_at: 1.7e12 } };
		expect(readCreatedTask(json, '', true)).toMatchObject({
			id: ID,
			status: 'processing',
			createdAt: 1.7e12,
			raw: json,
		});
		expect(readCreatedTask({ task_id: ID }, '', false)).toMatchObject({ status: 'submitted' });
	});
});
