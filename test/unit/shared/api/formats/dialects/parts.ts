/** What the rows of this folder are made of. */

import type { TaskReply } from '../../../../../../nodes/shared/api/task';

/** Facts that are not named are absent. */
type Expected = Pick<TaskReply, 'id' | 'status'> & Partial<Omit<TaskReply, 'raw'>>;

export interface Dialect {
	name: string;
	reply: unknown;
	task: Expected;
}

export const URL = 'https://cdn.example/a.mp4';
export const ENDLESS = 'https://cdn.example/a?sign=.jpg';
export const SECONDS = 1_774_805_076;
export const CREATED = 1_774_805_076_000;
const UPDATED = 1_774_805_176_000;

export const success = (data: unknown) => ({ code: 'success', message: '', data });
export const envelope = (data: unknown) => ({ code: 0, message: 'SUCCEED', request_id: 'r', data });

/** Kling's own reply, as relays nest it. */
export const INNER = envelope({
	task_id: '8672',
	task_status: 'succeed',
	task_result: { videos: [{ id: 'v1', url: URL, duration: '5' }] },
});

/** A task of new-api's. */
export const newApi = (facts: object) =>
	success({
		id: 12,
		task_id: 'task_AbC',
		platform: '50',
		action: 'textGenerate',
		status: 'SUCCESS',
		fail_reason: '',
		submit_time: SECONDS,
		progress: '100%',
		created_at: SECONDS,
		updated_at: SECONDS + 100,
		...facts,
	});

export const NEW_API = { id: 'task_AbC', createdAt: CREATED, updatedAt: UPDATED } as const;

/** A completed task that names its video so. */
export const completed = (facts: object) => ({ task_id: 't', status: 'completed', ...facts });
export const COMPLETED = { id: 't', status: 'completed' } as const;
