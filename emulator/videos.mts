/** The file host. Kling's is a CDN that must never see an API key: here it refuses, and so the node's mistake is seen. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { json, type Endpoint, type Reply } from './http.mts';
import type { State, Task } from './state.mts';

/** Result files are purged after 30 days (docs/kling-api.md#file-lifetime). */
const KEPT_MS = 30 * 24 * 3600 * 1000;

/** The address of a task's file. */
export type VideoUrl = (taskId: string, watermarked?: boolean) => string;

/** Path of a task's file; `watermarked` is the extra copy a task may ask for. */
export function videoPath(taskId: string, watermarked = false): string {
	return `/videos/${taskId}${watermarked ? '-watermarked' : ''}.mp4`;
}

/** The task that a file name belongs to. */
function taskOfFile(state: State, file = ''): Task | undefined {
	const id = /^(.+?)(-watermarked)?\.mp4$/.exec(file)?.[1];
	return id === undefined ? undefined : state.byId(id);
}

/** What an expired or purged link answers. */
export function expiredLink(): Reply {
	return {
		kind: 'reply',
		status: 403,
		headers: { 'content-type': 'application/xml' },
		body: '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>\n',
	};
}

/** `GET /videos/<task id>.mp4`: the same playable file for every task that has succeeded. */
export function videoEndpoint(state: State): Endpoint {
	return {
		method: 'GET',
		path: '/videos/:file',
		route: 'video',
		owner: ({ file }) => taskOfFile(state, file),
		handle: async ({ entry, params }) => {
			if (entry.headers.authorization !== undefined) {
				return json(400, { error: 'Only one auth mechanism allowed: remove Authorization' });
			}
			const task = taskOfFile(state, params.file);
			if (!task || state.phase(task) !== 'succeeded') return json(404, { error: 'no such file' });
			if (state.now - task.endsAt > KEPT_MS) return expiredLink();
			const file = state.options.video;
			const { size } = await stat(file);
			return {
				kind: 'reply',
				status: 200,
				headers: { 'content-type': 'video/mp4' },
				body: { length: size, open: () => createReadStream(file) },
			};
		},
	};
}
