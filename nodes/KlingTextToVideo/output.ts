/** From a task to the item that the node puts out: section 3 of the contract. */

import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Task, Video } from '../shared/api/task';

/** What is known of a task besides Kling's reply. */
export interface TaskContext {
	/** The model's name on the wire, known to whoever created the task. */
	modelName?: string;
}

/** The simplified output of one task. Absent facts are left out. */
export function toOutput(task: Task, { modelName }: TaskContext = {}): IDataObject {
	return present({
		task_id: task.id,
		task_status: task.status,
		task_status_msg: task.statusMessage || undefined,
		created_at: task.createdAt,
		updated_at: task.updatedAt,
		model_name: modelName,
		external_task_id: task.externalTaskId,
		video_url: task.videos[0]?.url,
		task_result: task.videos.length === 0 ? undefined : { videos: task.videos.map(toVideo) },
	});
}

function toVideo({ id, url, watermarkUrl, duration }: Video): IDataObject {
	return present({ id, url, watermark_url: watermarkUrl, duration });
}

/**
 * The item of one task.
 * @param simplify false gives Kling's reply untouched
 * @param binary the downloaded video and the field it goes to
 */
export function toItem(
	task: Task,
	itemIndex: number,
	{
		simplify,
		binary,
		...taskContext
	}: TaskContext & { simplify: boolean; binary?: Record<string, IBinaryData> },
): INodeExecutionData {
	return {
		json: simplify ? toOutput(task, taskContext) : (task.raw as IDataObject),
		...(binary && { binary }),
		pairedItem: { item: itemIndex },
	};
}

function present(facts: object): IDataObject {
	return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
