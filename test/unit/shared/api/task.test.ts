import { isOver, toTaskStatus } from '../../../../nodes/shared/api/task';
import { created } from '../../gatewayReplies';

describe('status words', () => {
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

	it.each([
		['submitted', false],
		['processing', false],
		['completed', true],
		['failed', true],
	] as const)('a %s task is over: %s', (status, over) => {
		expect(isOver({ ...created('t'), status })).toBe(over);
	});
});
