/** Kling for tests of callbacks: each test says what it answers, when, and whether its list shows tasks. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoopbackServer } from '../../testkit/network/loopback.mts';

interface KnownTask {
	id: string;
	externalTaskId?: string;
	/** Kling's word. */
	status: string;
	hasVideo: boolean;
	callbackUrl?: string;
}

/** The v1 format on loopback; counts its requests. */
export class CallbackKling extends LoopbackServer {
	readonly tasks = new Map<string, KnownTask>();
	/** Of the API; downloads are not among them. */
	requests: string[] = [];
	downloads: string[] = [];
	/** The most requests that were under way at once. */
	most = 0;
	showsTasksInList = true;
	/** How long each answer takes; milliseconds. */
	latency = 0;
	/** Called before each answer. */
	onRequest: (route: 'create' | 'query' | 'list' | 'video', id: string) => void | Promise<void> =
		() => {};

	/** Never the same ID twice: what is remembered of one test does not matter in the next. */
	private lastId = 8000;
	private underWay = 0;
	reset(): void {
		this.tasks.clear();
		Object.assign(this, { requests: [], downloads: [], most: 0, latency: 0 });
		this.showsTasksInList = true;
		this.onRequest = () => {};
	}

	/** @returns the IDs of new tasks */
	add(count: number, status = 'succeed'): string[] {
		return Array.from({ length: count }, () => this.create({}, status).id);
	}

	/** The ID of the n-th task, from 0. */
	id(n: number): string {
		return [...this.tasks.keys()][n] ?? '';
	}

	set(id: string, status: string, hasVideo = status === 'succeed'): void {
		Object.assign(this.tasks.get(id) ?? {}, { status, hasVideo });
	}

	create(
		body: { external_task_id?: string; callback_url?: string },
		status = 'submitted',
	): KnownTask {
		const task = {
			id: String(++this.lastId),
			externalTaskId: body.external_task_id,
			callbackUrl: body.callback_url,
			status,
			hasVideo: status === 'succeed',
		};
		this.tasks.set(task.id, task);
		return task;
	}

	protected async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = request.url ?? '';
		const parts: Buffer[] = [];
		for await (const part of request) parts.push(part as Buffer);
		const [, videoId] = /^\/files\/(.+)\.mp4$/.exec(url) ?? [];
		if (videoId !== undefined) {
			this.downloads.push(videoId);
			await this.onRequest('video', videoId);
			response.writeHead(200, { 'content-type': 'video/mp4' }).end('video');
			return;
		}
		this.requests.push(`${request.method} ${url}`);
		this.most = Math.max(this.most, ++this.underWay);
		const answer = await this.answer(request.method, url, Buffer.concat(parts).toString());
		if (this.latency > 0) await new Promise((resolve) => setTimeout(resolve, this.latency));
		this.underWay--;
		response
			.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
			.end(
				JSON.stringify(
					answer
						? { code: 0, message: 'SUCCEED', data: answer }
						: { code: 1203, message: 'Task not found' },
				),
			);
	}

	private async answer(method = '', url = '', body = ''): Promise<unknown> {
		if (method === 'POST') {
			const task = this.create(JSON.parse(body) as object);
			await this.onRequest('create', task.id);
			return this.render(task);
		}
		const [, asked] = /^\/v1\/videos\/text2video\/([^?]+)$/.exec(url) ?? [];
		await this.onRequest(asked === undefined ? 'list' : 'query', asked ?? '');
		if (asked === undefined) {
			const shown = this.showsTasksInList ? [...this.tasks.values()] : [];
			return shown
				.reverse()
				.slice(0, 500)
				.map((task) => this.render(task));
		}
		const task = [...this.tasks.values()].find(
			({ id, externalTaskId }) => id === asked || externalTaskId === asked,
		);
		return task && this.render(task);
	}

	private render({ id, externalTaskId, status, hasVideo }: KnownTask): unknown {
		return {
			task_id: id,
			task_status: status,
			task_info: { external_task_id: externalTaskId },
			created_at: 1774805076166,
			updated_at: 1774805076166,
			...(status === 'succeed' && {
				task_result: {
					videos: hasVideo
						? [{ id: `v${id}`, url: `${this.url}/files/${id}.mp4`, duration: '5' }]
						: [],
				},
			}),
		};
	}
}
