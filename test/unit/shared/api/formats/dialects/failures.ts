/** R3: where services say why a task failed. */

import {
	COMPLETED,
	completed,
	type Dialect,
	envelope,
	newApi,
	NEW_API,
	success,
	URL,
} from './parts';

export const FAILURES: Dialect[] = [
	{
		name: 'R3: error.message',
		reply: success({
			error: { message: 'content moderation failed', code: 'task_failed' },
			status: 'failed',
			task_id: 'task_1',
			url: '',
		}),
		task: { id: 'task_1', status: 'failed', statusMessage: 'content moderation failed' },
	},
	{
		name: 'R3: fail_reason',
		reply: newApi({ status: 'FAILURE', fail_reason: 'risk control' }),
		task: { ...NEW_API, status: 'failed', statusMessage: 'risk control' },
	},
	...Object.entries({
		'error as text': { error: 'risk control' },
		'error in an error': { error: { code: 500, error: { message: 'risk control' } } },
		failMsg: { failCode: '500', failMsg: 'risk control' },
		failure_reason: { failure_reason: 'risk control' },
		error_message: { error_message: 'risk control', message: 'failed' },
		raw_message: { error: { code: 10000, message: '', raw_message: 'risk control' } },
		'a flat message': { message: 'risk control' },
		'JSON in a text': { fail_reason: '{"code":1301,"message":"risk control"}' },
		'JSON in JSON in a text': {
			fail_reason: JSON.stringify({ error: JSON.stringify({ msg: 'risk control' }) }),
		},
		'words that say nothing before it': {
			task_status_msg: 'failed',
			fail_reason: 'null',
			message: 'task failed',
			error: 'risk control',
		},
		'an address before it': { fail_reason: 'https://x.example/v.mp4', message: 'risk control' },
		'the reply inside': {
			fail_reason: '',
			data: envelope({ task_id: '8', task_status: 'failed', task_status_msg: 'risk control' }),
		},
	}).map(
		([name, facts]): Dialect => ({
			name: `R3: ${name}`,
			reply: { task_id: 't', status: 'failed', ...facts },
			task: { id: 't', status: 'failed', statusMessage: 'risk control' },
		}),
	),
	{
		name: 'R3: the envelope’s message',
		reply: { code: 0, message: 'risk control', data: { task_id: 't', status: 'fail' } },
		task: { id: 't', status: 'failed', statusMessage: 'risk control' },
	},
	{
		name: 'R3: nothing but the envelope’s SUCCEED',
		reply: envelope({ task_id: 't', task_status: 'failed', task_status_msg: '' }),
		task: { id: 't', status: 'failed' },
	},
	{
		name: 'R3: nothing but a word',
		reply: { task_id: 't', status: 'failed', task_status_msg: 'Task failed' },
		task: { id: 't', status: 'failed', statusMessage: 'Task failed' },
	},
	{
		name: 'R3: a success whose failure is empty',
		reply: completed({ url: URL, error: { code: 0, message: 'x' }, fail_reason: URL }),
		task: { ...COMPLETED, videos: [{ url: URL }] },
	},
];
