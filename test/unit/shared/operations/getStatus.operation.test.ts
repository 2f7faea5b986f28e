import { shown } from '../description/form.mts';

it('only Get Status has a Task ID, and takes it from the item', () => {
	for (const operation of ['create', 'createAndWait', 'getMany']) {
		expect(shown('taskId', { operation })).toEqual([]);
	}
	expect(shown('taskId', { operation: 'getStatus' })[0]?.default).toBe('={{ $json.task_id }}');
});
