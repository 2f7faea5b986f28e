/** A gateway's client, and replies for it, of several unit tests. */
import { KlingClient } from '../../nodes/shared/api/client';
import type { ApiReply, ApiRequest, Send } from '../../nodes/shared/api/http';
import { findTarget, type Target } from '../../nodes/shared/api/modelLookup';
import type { VideoRequest } from '../../nodes/shared/api/request';
import type { Task } from '../../nodes/shared/api/task';
import type { VirtualClock } from '../../testkit/clocks/virtualClock.mts';

/** A client of a Kling-compatible gateway. */
export function gatewayClient(send: Send, clock: VirtualClock): KlingClient {
	return new KlingClient({ formats: ['gateway'], isRelay: true, mayLackFormats: false }, send, () =>
		clock.now(),
	);
}

export const TARGET = findTarget('kling-v1-6', ['gateway']) as Target;

export const REQUEST: VideoRequest = {
	prompt: 'a cat',
	mode: 'std',
	duration: 5,
	aspectRatio: '16:9',
};

export const URL = 'https://example.com/1.mp4';

/** A task as a create reply shows it. */
export function created(id: string): Task {
	return { id, status: 'submitted', videos: [], raw: {}, format: 'gateway' };
}

export function reply(body: unknown, status = 200, headers: ApiReply['headers'] = {}): ApiReply {
	return { status, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

export function task(id: string, status: string, facts: object = {}): ApiReply {
	return reply({ task_id: id, task_status: status, ...facts });
}

export function completed(id: string): ApiReply {
	return task(id, 'completed', { task_result: { videos: [{ id: 'v', url: URL, duration: 5 }] } });
}

/** The task that a query asks for. */
export function idOf({ path }: ApiRequest): string {
	return path.split('/').at(-1) ?? '';
}
