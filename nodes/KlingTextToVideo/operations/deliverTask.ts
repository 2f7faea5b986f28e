import type { INodeExecutionData } from 'n8n-workflow';

import { missingVideo } from '../../shared/api/errors';
import type { Task } from '../../shared/api/task';
import { downloadVideo } from '../../shared/n8n/download';
import { readBinaryPropertyName } from '../input';
import { type TaskContext, toItem } from '../output';
import type { NodeContext } from '../../shared/n8n/context';
import type { Clock } from '../../shared/waiting/clock';
import type { Run } from './run';

/** What one item wants of its task. */
export interface Delivery {
	simplify: boolean;
	/** The field for the video's file, if it is wanted. */
	downloadTo?: string;
}

/** Reads and checks what an item wants. @throws {InputError} */
export function readDelivery({ context, isTool }: Run, itemIndex: number): Delivery {
	const simplify = context.getNodeParameter('simplify', itemIndex, true) as boolean;
	const isWanted = !isTool && context.getNodeParameter('downloadVideo', itemIndex, false) === true;
	return isWanted
		? { simplify, downloadTo: readBinaryPropertyName(context, itemIndex) }
		: { simplify };
}

/**
 * Makes the output item of a task, with the video as a file if the item wants it.
 * @throws {KlingError} when the task is completed but has no video
 * @throws {DownloadError} when the file does not come whole
 */
export async function deliverTask(
	{ context, clock }: { context: NodeContext; clock: Clock },
	task: Task,
	itemIndex: number,
	{ simplify, downloadTo }: Delivery,
	{ signal, ...taskContext }: TaskContext & { signal?: AbortSignal },
): Promise<INodeExecutionData> {
	const item = toItem(task, itemIndex, { simplify, ...taskContext });
	if (task.status !== 'completed') return item;
	const [video] = task.videos;
	if (!video) throw missingVideo(task);
	if (downloadTo === undefined) return item;
	const file = await downloadVideo(context, video.url, task.id, { clock, signal });
	return { ...item, binary: { [downloadTo]: file } };
}
