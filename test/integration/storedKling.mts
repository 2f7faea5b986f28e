/** A service that has the tasks of stored executions, and writes down what it is asked to create. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { LoopbackServer } from '../../testkit/network/loopback.mts';
import { sampleVideo } from '../../testkit/sampleVideo.mts';

export interface StoredTask {
	id: string;
	format: 'gateway' | 'v1' | 'path';
	externalTaskId?: string;
	state: string;
}

/** A task to create, as it was asked for. */
export interface Creation {
	path: string;
	body: {
		prompt: string;
		external_task_id?: string;
		options?: { external_task_id?: string };
	};
}

const GATEWAY = '/gateway/v1/videos/text2video';
const V1 = '/v1/videos/text2video';

export class StoredKling extends LoopbackServer {
	readonly creations: Creation[] = [];

	/** The tasks that it has; they are all finished. */
	tasks: StoredTask[] = [];

	protected async handle(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
		const { pathname, searchParams } = new URL(request.url ?? '', this.url);
		if (pathname.startsWith('/videos/')) {
			response.writeHead(200, { 'content-type': 'video/mp4' });
			return response.end(sampleVideo());
		}
		const [status, body] =
			request.method === 'POST'
				? this.create(pathname, JSON.parse(await text(request)) as Creation['body'])
				: this.find(pathname, searchParams);
		response.writeHead(status, { 'content-type': 'application/json' });
		return response.end(JSON.stringify(body));
	}

	/** Has these tasks from now on, and forgets what was created. */
	reset(tasks: StoredTask[]): void {
		this.tasks = [...tasks];
		this.creations.length = 0;
	}

	private create(path: string, body: Creation['body']): [number, object] {
		this.creations.push({ path, body });
		const format = path === GATEWAY ? 'gateway' : path === V1 ? 'v1' : 'path';
		const task: StoredTask = {
			id: `new-${this.creations.length}`,
			format,
			externalTaskId: body.external_task_id ?? body.options?.external_task_id,
			state: 'succeeded',
		};
		this.tasks.push(task);
		return [200, format === 'gateway' ? this.flat(task) : { code: 0, data: this.inData(task) }];
	}

	private find(path: string, query: URLSearchParams): [number, object] {
		const within = (format: StoredTask['format']) =>
			this.tasks.filter((task) => task.format === format);
		if (path === '/tasks') {
			const ids = (query.get('task_ids') ?? '').split(',');
			const ownIds = (query.get('external_task_ids') ?? '').split(',');
			const found = within('path').filter(
				({ id, externalTaskId = '-' }) => ids.includes(id) || ownIds.includes(externalTaskId),
			);
			return [200, { code: 0, data: found.map((task) => this.inData(task)) }];
		}
		if (path === V1) return [200, { code: 0, data: within('v1').map((task) => this.inData(task)) }];
		const wanted = decodeURIComponent(path.split('/').at(-1) ?? '');
		const [task] = within(path.startsWith(GATEWAY) ? 'gateway' : 'v1').filter(
			({ id, externalTaskId }) => id === wanted || externalTaskId === wanted,
		);
		if (!task) return [404, { code: 1203, message: 'The requested resource does not exist' }];
		return [
			200,
			task.format === 'gateway' ? this.flat(task) : { code: 0, data: this.inData(task) },
		];
	}

	private flat({ id }: StoredTask): object {
		const url = `${this.url}/videos/${id}.mp4`;
		return {
			task_id: id,
			task_status: 'completed',
			created_at: 1,
			task_result: { videos: [{ id: `${id}-1`, url, duration: 5 }] },
		};
	}

	private inData({ id, format, externalTaskId }: StoredTask): object {
		const url = `${this.url}/videos/${id}.mp4`;
		if (format === 'path') {
			const outputs = [{ type: 'video', id: `${id}-1`, url, duration: '5' }];
			return { id, status: 'succeeded', create_time: 1, external_id: externalTaskId, outputs };
		}
		return {
			task_id: id,
			task_status: 'succeed',
			created_at: 1,
			task_info: { external_task_id: externalTaskId },
			task_result: { videos: [{ id: `${id}-1`, url, duration: '5' }] },
		};
	}
}
