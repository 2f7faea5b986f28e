/** From a task, or an account, to the item that a node returns. The fields are part of the public contract. */

import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { Account, Pack } from '../api/account';
import { maskKeys } from '../api/mask';
import type { Task, Video } from '../api/task';

/** The simplified output of one task. Absent facts are left out. @param modelName on the wire */
export function toOutput(task: Task, modelName?: string): IDataObject {
	const [video] = task.videos;
	return present({
		task_id: task.id,
		task_status: task.status,
		task_status_msg: task.statusMessage ? maskKeys(task.statusMessage) : undefined,
		created_at: task.createdAt,
		updated_at: task.updatedAt,
		model_name: modelName,
		external_task_id: task.externalTaskId,
		video_id: video?.id,
		video_url: video?.url,
		watermark_url: video?.watermarkUrl,
		duration: video?.duration,
		cost: task.cost && { ...task.cost },
		task_result: task.videos.length === 0 ? undefined : { videos: task.videos.map(toVideo) },
	});
}

function toVideo({ id, url, watermarkUrl, duration }: Video): IDataObject {
	return present({ id, url, watermark_url: watermarkUrl, duration });
}

/** How the item of a task is made. */
export interface ItemOptions {
	/** Which input item, from 0. */
	itemIndex: number;
	/** False gives Kling's reply untouched. */
	simplify: boolean;
	/** The model's name on the wire, known to whoever created the task. */
	modelName?: string;
}

/** @param binary the downloaded video and the field it goes to */
export function toItem(
	task: Task,
	{ itemIndex, simplify, modelName }: ItemOptions,
	binary?: Record<string, IBinaryData>,
): INodeExecutionData {
	return {
		json: simplify ? toOutput(task, modelName) : (task.raw as IDataObject),
		...(binary && { binary }),
		pairedItem: { item: itemIndex },
	};
}

/** The account's resource packs, as Get Balance returns them. */
export function toBalanceItem(
	{ packs, remaining, raw }: Account,
	{ itemIndex, simplify }: Pick<ItemOptions, 'itemIndex' | 'simplify'>,
): INodeExecutionData {
	return {
		json: simplify ? { packs: packs.map(toPackOutput), remaining } : (raw as IDataObject),
		pairedItem: { item: itemIndex },
	};
}

function toPackOutput({ effectiveAt, expiresAt, ...facts }: Pack): IDataObject {
	return present({ ...facts, effective_at: effectiveAt, expires_at: expiresAt });
}

/** The facts that are known. */
function present(facts: object): IDataObject {
	return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
