/** Turns a task into the item that the user gets, with its file, and decides what comes of one that is over. */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { noVideo, taskFailed } from '../api/errors/klingError';
import type { Task } from '../api/task';
import { safeFileName } from '../api/taskId';
import type { NodeContext } from '../n8n/http/send';
import { downloadVideo } from '../n8n/files/downloadVideo';
import type { Clock } from '../engine/clock';
import { type ItemOptions, toItem, toOutput } from './toItem';

/** What a task is delivered with. */
export interface DownloadTools {
	context: NodeContext;
	clock: Clock;
	/** Ends downloads when aborted. */
	signal?: AbortSignal;
	/** The service is in one's own network, so that its files may be there, too. */
	allowsOwnNetwork: boolean;
}

/** What an item wants of its task. It is stored with suspended executions, so its fields keep their names. */
export interface OutputOptions {
	/** False gives Kling's reply untouched. */
	simplify: boolean;
	/** The binary field for the video's file, if it is wanted. */
	downloadTo?: string;
}

/** How a task is delivered. */
export type OutputShape = ItemOptions & OutputOptions;

/**
 * Makes the output item of a task as it is, with the video as a file if it is finished and wanted.
 * @throws {KlingError} when the task is completed but has no video
 * @throws {DownloadError} when the file does not come whole
 */
export async function deliverTask(
	{ context, ...tools }: DownloadTools,
	task: Task,
	{ downloadTo, ...shape }: OutputShape,
): Promise<INodeExecutionData> {
	if (task.status !== 'completed') return toItem(task, shape);
	const [video] = task.videos;
	if (!video) throw noVideo(task);
	if (downloadTo === undefined) return toItem(task, shape);
	// The only place where a file gets its name.
	const fileName = safeFileName(task.id);
	const file = await downloadVideo(context, video.url, fileName, tools);
	return toItem(task, shape, { [downloadTo]: file });
}

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
