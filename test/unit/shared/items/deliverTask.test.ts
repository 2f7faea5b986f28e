import { KlingError } from '../../../../nodes/shared/api/errors/klingError';
import type { Task } from '../../../../nodes/shared/api/task';
import type { OutputShape } from '../../../../nodes/shared/items/deliverTask';
import { factsOfTask, settleTask } from '../../../../nodes/shared/items/deliverTask';
import { VirtualClock } from '../../../../testkit/clocks/virtualClock.mts';
import { created, URL } from '../../gatewayReplies';
import { nodeContext } from '../../nodeContext';

const RAW = { task_id: 't-1', task_status: 'completed' };

const COMPLETED: Task = {
	...created('t-1'),
	status: 'completed',
	updatedAt: 2,
	videos: [{ id: 'v', url: URL, duration: 5 }],
	raw: RAW,
};

const SHAPE: OutputShape = { itemIndex: 3, simplify: true, modelName: 'kling-v1-6' };

/** What the end of a task comes to, and the addresses that are downloaded. */
async function settle(task: Task, shape: Partial<OutputShape> = {}) {
	const downloads: string[] = [];
	const context = nodeContext({
		httpRequest: async ({ url }: { url: string }) => {
			downloads.push(url);
			return { statusCode: 200, headers: {}, body: {} };
		},
		prepareBinaryData: async (_body: unknown, fileName: string) => ({ fileName, bytes: 10 }),
	});
	const tools = { context, clock: new VirtualClock(), allowsOwnNetwork: false };
	const item = await settleTask(tools, task, { ...SHAPE, ...shape }).catch(
		(error: unknown) => error,
	);
	return { item, downloads };
}

describe('a task that is over', () => {
	it('becomes its item', async () => {
		const { item, downloads } = await settle(COMPLETED);
		expect(item).toEqual({
			json: {
				task_id: 't-1',
				task_status: 'completed',
				updated_at: 2,
				model_name: 'kling-v1-6',
				video_id: 'v',
				video_url: URL,
				duration: 5,
				task_result: { videos: [{ id: 'v', url: URL, duration: 5 }] },
			},
			pairedItem: { item: 3 },
		});
		expect(downloads).toEqual([]);
	});

	it('brings its video as a file, named after the task, into the field that was chosen', async () => {
		const { item, downloads } = await settle(COMPLETED, { downloadTo: 'film' });
		expect(item).toMatchObject({
			json: { task_id: 't-1' },
			binary: { film: { fileName: 't-1.mp4' } },
			pairedItem: { item: 3 },
		});
		expect(downloads).toEqual([URL]);
	});

	it('brings Kling’s reply untouched without Simplify', async () => {
		const { item } = await settle(COMPLETED, { simplify: false });
		expect(item).toEqual({ json: RAW, pairedItem: { item: 3 } });
	});

	it('is an error when it failed, with Kling’s reason', async () => {
		const failed: Task = { ...created('t-1'), status: 'failed', statusMessage: 'no cats' };
		const { item, downloads } = await settle(failed, { downloadTo: 'data' });
		expect(item).toBeInstanceOf(KlingError);
		expect(item).toMatchObject({ kind: 'taskFailed', facts: { reason: 'no cats' } });
		expect(downloads).toEqual([]);
	});

	it.each([true, false])(
		'is an error when it has no video, with or without Simplify: %j',
		async (simplify) => {
			const { item } = await settle({ ...COMPLETED, videos: [] }, { simplify });
			expect(item).toMatchObject({ kind: 'noVideo' });
		},
	);
});

describe('a task whose time is up', () => {
	it.each(['submitted', 'processing'] as const)('becomes its item as it is: %s', async (status) => {
		const { item, downloads } = await settle({ ...created('t-1'), status }, { downloadTo: 'data' });
		expect(item).toEqual({
			json: { task_id: 't-1', task_status: status, model_name: 'kling-v1-6' },
			pairedItem: { item: 3 },
		});
		expect(downloads).toEqual([]);
	});
});

describe('the facts of a task in an error item', () => {
	it('are all there are once the video is finished, so that its address is not lost', () => {
		expect(factsOfTask(COMPLETED, 'kling-v1-6')).toMatchObject({
			task_id: 't-1',
			task_status: 'completed',
			model_name: 'kling-v1-6',
			video_url: URL,
		});
	});

	it.each(['submitted', 'processing', 'failed'] as const)(
		'are ID and status before: %s',
		(status) => {
			const task: Task = { ...created('t-1'), status, statusMessage: 'words' };
			expect(factsOfTask(task, 'kling-v1-6')).toEqual({ task_id: 't-1', task_status: status });
		},
	);
});
