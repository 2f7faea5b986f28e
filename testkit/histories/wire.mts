/** The wire formats as a service that behaves speaks them. They share no code with the node's. */

import type { FormatName } from '../../nodes/shared/api/routes.ts';
import type { ApiRequest } from '../../nodes/shared/api/http.ts';

/** What a service knows of a task. */
export interface Shown {
	id: string;
	status: 'submitted' | 'processing' | 'completed' | 'failed';
	hasVideo: boolean;
	externalId?: string;
}

export type Question =
	| { is: 'creation'; externalId?: string }
	| { is: 'lookUp'; externalId: string }
	| { is: 'check'; ids: readonly string[] }
	/** The newest tasks. */
	| { is: 'list' };

/** What a request asks for. */
export function questionOf(format: FormatName, { method, path, body }: ApiRequest): Question {
	const url = new URL(path, 'https://service.example');
	if (method === 'POST') return { is: 'creation', externalId: externalIdOf(body) };
	const listed = (name: string) => url.searchParams.get(name)?.split(',');
	if (isPathFormat(format)) {
		const [externalId] = listed('external_task_ids') ?? [];
		return externalId === undefined
			? { is: 'check', ids: listed('task_ids') ?? [] }
			: { is: 'lookUp', externalId };
	}
	if (url.searchParams.has('pageNum')) return { is: 'list' };
	const id = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
	return isTaskId(id) ? { is: 'check', ids: [id] } : { is: 'lookUp', externalId: id };
}

/** With this one the node finds out whether it talks to the Kling API. */
export const IMPOSSIBLE_ID = 'n8n-address-check';

/** IDs of tasks are numbers; and one that no service ever gave out is asked for as if it was one. */
function isTaskId(id: string): boolean {
	return /^\d+$/.test(id) || id === IMPOSSIBLE_ID;
}

function externalIdOf(body: object = {}): string | undefined {
	return /"external_task_id":"([^"]+)"/.exec(JSON.stringify(body))?.[1];
}

function isPathFormat(format: FormatName): boolean {
	return format.startsWith('path');
}

const VIDEO = { id: 'v', url: 'https://files.example/v.mp4', duration: '5' };

const PATH_STATUS = {
	submitted: 'submitted',
	processing: 'processing',
	completed: 'succeeded',
	failed: 'failed',
} as const;

const V1_STATUS = { ...PATH_STATUS, completed: 'succeed' } as const;

/** A task as the format shows it, without envelope. */
function taskIn(format: FormatName, { id, status, hasVideo, externalId }: Shown): object {
	const videos = hasVideo ? [VIDEO] : [];
	if (format === 'gateway') return { task_id: id, task_status: status, task_result: { videos } };
	if (isPathFormat(format)) {
		const outputs = videos.map((video) => ({ ...video, type: 'video' }));
		return { id, status: PATH_STATUS[status], external_id: externalId, outputs };
	}
	return {
		task_id: id,
		task_status: V1_STATUS[status],
		task_info: { external_task_id: externalId },
		task_result: { videos },
	};
}

function enveloped(data: unknown): string {
	return JSON.stringify({ code: 0, message: 'SUCCEED', request_id: 'r', data });
}

/** The reply to a creation. */
export function createdReply(format: FormatName, task: Shown): string {
	const data = taskIn(format, task);
	return format === 'gateway' ? JSON.stringify(data) : enveloped(data);
}

/** The reply to a question for some tasks; for a single one that is there, if it is not a list. */
export function foundReply(format: FormatName, tasks: readonly Shown[]): string {
	const data = tasks.map((task) => taskIn(format, task));
	if (format === 'gateway') return JSON.stringify(data[0]);
	return enveloped(isPathFormat(format) ? data : data[0]);
}

export function listReply(format: FormatName, tasks: readonly Shown[]): string {
	return enveloped(tasks.map((task) => taskIn(format, task)));
}

/** "No such task" in Kling's own words. */
export function absentReply(format: FormatName): { status: number; body: string } {
	if (isPathFormat(format)) return { status: 200, body: enveloped([]) };
	return {
		status: 404,
		body: JSON.stringify({ code: 1203, message: 'Task not found', request_id: 'r' }),
	};
}
