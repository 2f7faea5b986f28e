/** Decides what comes of a task that is over. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { taskFailed } from '../api/errors/klingError';
import type { Task } from '../api/task';
import { type OutputShape, type DownloadTools, deliverTask } from './deliverTask';
import { toOutput } from './toItem';

/**
 * The end of a task that was waited for: its item, or the error that says why there is no video.
 * @throws {KlingError} when the task failed, or is completed but has no video
 * @throws {DownloadError} when the file does not come whole
 */
export async function settleTask(
	tools: DownloadTools,
	task: Task,
	shape: OutputShape,
): Promise<INodeExecutionData> {
	if (task.status === 'failed') throw taskFailed(task);
	return await deliverTask(tools, task, shape);
}

/** What an error item says of its task: all there is once the video is finished, else where it stands. */
export function factsOfTask(task: Task, modelName?: string): IDataObject {
	return task.status === 'completed'
		? toOutput(task, modelName)
		: { task_id: task.id, task_status: task.status };
}
