import { toKnownStatus, toTaskStatus } from '../../../../../nodes/shared/api/formats/statusWords';
import type { TaskStatus } from '../../../../../nodes/shared/api/task';

describe('status words', () => {
	it.each<[status: TaskStatus | undefined, words: string]>([
		// R4: the reports'.
		['failed', 'FAILURE|fail|canceled|Failed '],
		['completed', 'complete'],
		// R4: their kin.
		[
			'failed',
			'cancelled|CANCELED|Cancel|expired|rejected|REJECT|timeout|timed_out|Timed Out|TimedOut',
		],
		[
			'failed',
			'error|ERRORED|aborted|terminated|denied|exception|failed.|"failed"|\tfailed\n|[FAILED]',
		],
		[
			'failed',
			'TASK_FAILED|taskFailed|task-failed|TASK_STATUS_FAILED|generation_error|Processing failed',
		],
		[
			'failed',
			'cancelled_by_user|failed_to_generate|rejected by moderation|失败|已取消|Content Moderated|unsuccessful',
		],
		[
			'completed',
			'succeed|SUCCEEDED|Success|successful|Successfully|finished|done|Done!|ok|OK|ready',
		],
		[
			'completed',
			'TASK_STATUS_SUCCEED|videoCompleted|completed_with_warnings|completion|成功|已完成',
		],
		['submitted', 'submitted|SUBMITTED|queued| Pending'],
		['processing', 'processing|running|in_progress|IN_PROGRESS|InProgress|in progress|In-Progress'],
		// R4: nobody knows them, so that the wait goes on.
		[undefined, 'not_started|NOT_START|unfinished|incomplete|not completed|not_failed|uncompleted'],
		[undefined, 'finishing|completing|cancelling|failing_over|aborting|polishing|upscaling'],
		[
			undefined,
			'failed_retrying|failed: retrying|failed, retry 2|waiting_for_completion|almost done|partially_completed|pre_finished',
		],
		[undefined, 'unknown|moderating|staged|10|200|0|99|constructor|__proto__|null|-|. |'],
		[undefined, 'failover|successor|donesoon|completeness|to_be_completed|will_fail'],
	])('%s: %s', (status, words) => {
		for (const word of words.split('|')) {
			expect([word, toKnownStatus(word)]).toEqual([word, status]);
			expect([word, toTaskStatus(word)]).toEqual([word, status ?? 'processing']);
		}
	});

	it('R13: do not take long for a megabyte of one', () => {
		expect(toTaskStatus('failing '.repeat(150_000))).toBe('processing');
		expect(toTaskStatus(':('.repeat(500_000))).toBe('processing');
	});

	it.each([
		['submitted', 'submitted'],
		['queued', 'submitted'],
		['pending', 'submitted'],
		['processing', 'processing'],
		['running', 'processing'],
		['in_progress', 'processing'],
		['IN_PROGRESS', 'processing'],
		['completed', 'completed'],
		['succeed', 'completed'],
		['succeeded', 'completed'],
		['Success', 'completed'],
		['failed', 'failed'],
		['FAILED', 'failed'],
		['error', 'failed'],
		['upscaling', 'processing'],
		['', 'processing'],
		['constructor', 'processing'],
	])('"%s" means %s', (word, status) => {
		expect(toTaskStatus(word)).toBe(status);
	});
});
