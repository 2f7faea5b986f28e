import { type TaskReply, knownById } from '../../../../nodes/shared/api/task';
import { isFiltered, oldestOf, passes } from '../../../../nodes/shared/api/taskFilters';

const task = (facts: Partial<TaskReply>): TaskReply => ({
	...knownById({ id: 't-1', format: 'v1' }),
	...facts,
});

describe('filters', () => {
	it('are none when nothing is set', () => {
		expect(isFiltered({})).toBe(false);
		expect(isFiltered({ statuses: [] })).toBe(false);
		expect(passes(task({}), {})).toBe(true);
		expect(passes(task({}), { statuses: [] })).toBe(true);
	});

	it.each([
		['a status that is among them', { statuses: ['failed', 'completed'] }, true],
		['a status that is not', { statuses: ['failed'] }, false],
		['the very millisecond', { createdAfter: 1_000 }, true],
		['a later time', { createdAfter: 1_001 }, false],
		['the beginning of the external task ID', { externalTaskIdStartsWith: 'n8n-1' }, true],
		['the whole of it', { externalTaskIdStartsWith: 'n8n-12' }, true],
		['its end', { externalTaskIdStartsWith: '12' }, false],
		['another case', { externalTaskIdStartsWith: 'N8N' }, false],
		[
			'all of them',
			{ statuses: ['completed'], createdAfter: 1, externalTaskIdStartsWith: 'n' },
			true,
		],
		[
			'all but one',
			{ statuses: ['completed'], createdAfter: 1, externalTaskIdStartsWith: 'x' },
			false,
		],
	] as const)('%s', (_name, filters, isPassed) => {
		const found = task({ status: 'completed', createdAt: 1_000, externalTaskId: 'n8n-12' });
		expect(isFiltered(filters)).toBe(true);
		expect(passes(found, filters)).toBe(isPassed);
	});

	it('keep out a task that does not say what is filtered by', () => {
		expect(passes(task({ createdAt: undefined }), { createdAfter: 0 })).toBe(false);
		const anonymous = task({ externalTaskId: undefined });
		expect(passes(anonymous, { externalTaskIdStartsWith: 'n8n' })).toBe(false);
	});
});

describe('the oldest task of a sorted list', () => {
	const page = (...times: Array<number | undefined>) =>
		times.map((createdAt) => task({ createdAt }));

	it.each([
		['the last one', page(9, 8, 8, 3), Infinity, 3],
		['that of the pages before, if the page is empty', page(), 7, 7],
		['none if a page is not sorted', page(9, 3, 8), Infinity, undefined],
		['none if a page begins with a newer one than the last', page(9, 8), 8, undefined],
		['none if one does not say when', page(9, undefined, 3), Infinity, undefined],
		['none once a page before was not sorted', page(3, 2), undefined, undefined],
	])('is %s', (_name, tasks, before, oldest) => {
		expect(oldestOf(tasks, before)).toBe(oldest);
	});
});
