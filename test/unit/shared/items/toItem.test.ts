import type { Task } from '../../../../nodes/shared/api/task';
import { toItem } from '../../../../nodes/shared/items/toItem';

const task: Task = {
	id: '1',
	format: 'v1',
	status: 'completed',
	videos: [{ id: 'v', url: 'https://a/b.mp4', watermarkUrl: 'https://a/w.mp4', duration: 10 }],
	cost: { amount: 3, unit: 'units' },
	raw: { data: 'as it came' },
};

const json = (of: Task, simplify = true) => toItem(of, { itemIndex: 0, simplify }).json;

describe('the item of a task', () => {
	it('has the first video’s facts and the cost at the top', () => {
		expect(json(task)).toEqual({
			task_id: '1',
			task_status: 'completed',
			video_id: 'v',
			video_url: 'https://a/b.mp4',
			watermark_url: 'https://a/w.mp4',
			duration: 10,
			cost: { amount: 3, unit: 'units' },
			task_result: {
				videos: [
					{ id: 'v', url: 'https://a/b.mp4', watermark_url: 'https://a/w.mp4', duration: 10 },
				],
			},
		});
	});

	it('leaves out what is not known', () => {
		const bare: Task = { ...task, videos: [{ url: 'https://a/b.mp4' }], cost: undefined };
		expect(Object.keys(json(bare))).toEqual(['task_id', 'task_status', 'video_url', 'task_result']);
		expect(Object.keys(json({ ...bare, status: 'processing', videos: [] }))).toEqual([
			'task_id',
			'task_status',
		]);
	});

	it('is Kling’s reply where it is not simplified', () => {
		expect(json(task, false)).toBe(task.raw);
	});
});
