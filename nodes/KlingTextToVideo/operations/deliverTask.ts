import type { INodeExecutionData } from 'n8n-workflow';

import { missingVideo } from '../../shared/api/errors';
import type { Task } from '../../shared/api/task';
import { downloadVideo } from '../../shared/n8n/download';
import { readBinaryPropertyName } from '../input';
import { type TaskContext, toItem } from '../output';
import type { Run } from './run';

/**
 * Makes the output item of a task, with the video as a file if the item asks for it.
 * @throws {KlingError} when the task is completed but has no video
 * @throws {DownloadError} when the file does not come whole
 */
export async function deliverTask(
	{ context, clock, isTool }: Run,
	task: Task,
	itemIndex: number,
	{ signal, ...taskContext }: TaskContext & { signal?: AbortSignal } = {},
): Promise<INodeExecutionData> {
	const simplify = context.getNodeParameter('simplify', itemIndex, true) as boolean;
	const item = toItem(task, itemIndex, { simplify, ...taskContext });
	if (task.status !== 'completed') return item;
	const [video] = task.videos;
	if (!video) throw missingVideo(task);
	if (isTool || !context.getNodeParameter('downloadVideo', itemIndex, false)) return item;
	const field = readBinaryPropertyName(context, itemIndex);
	const file = await downloadVideo(context, video.url, task.id, { clock, signal });
	return { ...item, binary: { [field]: file } };
}
