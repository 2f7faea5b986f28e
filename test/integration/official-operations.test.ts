import type { INodeParameters } from 'n8n-workflow';

import { parameterWords } from '../../nodes/shared/n8n/words/parameters.ts';
import { located } from '../../nodes/shared/n8n/words/phrases.ts';
import {
	EMULATOR_API_KEY,
	errorFacts,
	errorOf,
	factsOf,
	items,
	NODE,
	sampleVideo,
	sent,
	time,
} from './fixture.mts';
import {
	ACCESS_KEY,
	API_KEY,
	bare,
	bareItems,
	createOutside,
	itemsOf,
	outputOf,
	routes,
	runOfficial,
	tokenOf,
	useOfficial,
	WAYS,
	type TaskSummary,
	type Way,
} from './officialFixture.mts';

const emulator = useOfficial({
	accounts: [
		{
			name: 'emulator',
			apiKey: EMULATOR_API_KEY,
			accessKey: 'emulator-access-key',
			secretKey: 'emulator-secret-key',
			concurrency: 5000,
		},
	],
});

const run = async (way: Way, parameters: INodeParameters, input = items({})) =>
	await runOfficial(emulator.url + way.prefix, parameters, { credential: way.credential, input });

const video = ({ model }: Way, options: INodeParameters = {}): INodeParameters => ({
	model,
	prompt: 'a cat',
	mode: 'std',
	duration: 5,
	aspectRatio: '16:9',
	options,
});

const bodyOf = (way: Way): object =>
	way.format === 'v1'
		? {
				model_name: way.model,
				mode: 'std',
				prompt: 'a cat',
				duration: '5',
				aspect_ratio: '16:9',
			}
		: {
				prompt: 'a cat',
				settings: { resolution: '720p', aspect_ratio: '16:9', duration: 5 },
				options: {},
			};

/** The one task there is. */
function onlyTask(): TaskSummary {
	expect(emulator.tasks()).toHaveLength(1);
	return emulator.tasks()[0] as TaskSummary;
}

/** The simplified output without external task IDs that the node made up. */
const output = (task: TaskSummary, modelName?: string) =>
	bare(outputOf(emulator, task, modelName)) as object;

/** The requests that find a task, in the order of the formats. */
function findRoutes({ format, prefix, credential }: Way, by: 'task' | 'external'): string[] {
	const v1 = `GET ${prefix}/v1/videos/text2video/:id`;
	if (format === 'v1') return [v1];
	expect(credential).toBe(API_KEY);
	const byTask = 'GET /tasks?task_ids=:id';
	return by === 'task' ? [v1, byTask] : [v1, byTask, 'GET /tasks?external_task_ids=:id'];
}

describe.each(WAYS)('$name', (way) => {
	async function expectAuthenticated(): Promise<void> {
		for (const request of emulator.requests()) {
			if (request.route === 'video') {
				expect(request.headers.authorization).toBeUndefined();
			} else if (way.credential === API_KEY) {
				expect(request.headers.authorization).toBe(`Bearer ${EMULATOR_API_KEY}`);
			} else {
				expect((await tokenOf(request)).claims.iss).toBe('emulator-access-key');
			}
		}
	}

	it('Create sends one request and returns the submitted task', async () => {
		const created = await run(way, { operation: 'create', ...video(way) });
		const task = onlyTask();
		expect(task.format).toBe(way.format);
		expect(bareItems(created)).toEqual([
			{
				json: {
					task_id: task.id,
					task_status: 'submitted',
					created_at: task.createdAt,
					updated_at: task.createdAt,
					model_name: way.model,
				},
				pairedItem: { item: 0 },
			},
		]);
		const [request] = emulator.requests();
		expect(routes(emulator.requests())).toEqual([`POST ${way.createPath}`]);
		expect(request?.headers['content-type']).toMatch(/^application\/json\b/);
		expect(bare(request?.json)).toEqual(bodyOf(way));
		await expectAuthenticated();
	});

	it('Create returns Kling’s reply as it came without Simplify', async () => {
		const created = await run(way, { operation: 'create', ...video(way), simplify: false });
		const { id, createdAt } = onlyTask();
		const data =
			way.format === 'v1'
				? {
						task_id: id,
						task_status: 'submitted',
						task_info: {},
						created_at: createdAt,
						updated_at: createdAt,
					}
				: { id, status: 'submitted', message: '', create_time: createdAt, update_time: createdAt };
		expect(bareItems(created)).toEqual([
			{
				json: { code: 0, message: 'SUCCEED', request_id: expect.any(String), data },
				pairedItem: { item: 0 },
			},
		]);
	});

	it('Create and Wait returns the finished task with its video', async () => {
		const finished = await run(way, { operation: 'createAndWait', ...video(way) });
		const task = onlyTask();
		const [item] = itemsOf(finished);
		expect(bareItems(finished)).toEqual([
			{ json: output(task, way.model), pairedItem: { item: 0 } },
		]);
		expect(Object.keys(item?.binary ?? {})).toEqual(['data']);
		expect(item?.binary?.data).toMatchObject({
			mimeType: 'video/mp4',
			fileName: `${task.id}.mp4`,
			fileExtension: 'mp4',
		});
		expect((await finished.binary(item)).equals(sampleVideo())).toBe(true);
		expect(routes(emulator.requests(), task.id)).toEqual([
			`POST ${way.createPath}`,
			way.format === 'v1'
				? `GET ${way.prefix}/v1/videos/text2video/:id`
				: 'GET /tasks?task_ids=:id',
			'GET /videos/:id.mp4',
		]);
		expect(bare(emulator.requests()[0]?.json)).toEqual(bodyOf(way));
		await expectAuthenticated();
	});

	it('Create and Wait keeps the input order in a batch', async () => {
		const finished = await run(
			way,
			{
				operation: 'createAndWait',
				...video(way),
				prompt: '={{ $json.words }}',
				downloadVideo: false,
			},
			items({ words: 'one' }, { words: 'two' }, { words: 'three' }),
		);
		const promptOf = ({ body }: TaskSummary) => (body as { prompt: string }).prompt;
		const taskOf = (prompt: string) =>
			emulator.tasks().find((task) => promptOf(task) === prompt) as TaskSummary;
		expect(emulator.tasks()).toHaveLength(3);
		expect(bareItems(finished)).toEqual(
			['one', 'two', 'three'].map((prompt, item) => ({
				json: output(taskOf(prompt), way.model),
				pairedItem: { item },
			})),
		);
	});

	it('Create and Wait returns the address of the watermarked copy, and downloads the other', async () => {
		const finished = await run(way, {
			operation: 'createAndWait',
			...video(way, { watermark: true }),
		});
		const { id } = onlyTask();
		const [item] = itemsOf(finished);
		expect(item?.json).toMatchObject({
			video_url: `${emulator.url}/videos/${id}.mp4`,
			watermark_url: `${emulator.url}/videos/${id}-watermarked.mp4`,
		});
		expect(item?.json.task_result).toEqual({
			videos: [
				{
					id: `${id}-1`,
					url: `${emulator.url}/videos/${id}.mp4`,
					watermark_url: `${emulator.url}/videos/${id}-watermarked.mp4`,
					duration: 5,
				},
			],
		});
		expect(sent(emulator, 'video').map(({ path }) => path)).toEqual([`/videos/${id}.mp4`]);
	});

	it('Get Status finds a task by its task ID and can download it', async () => {
		await run(way, { operation: 'createAndWait', ...video(way), downloadVideo: false });
		const task = onlyTask();
		emulator.clearRequests();
		const asked = await run(
			way,
			{ operation: 'getStatus', downloadVideo: true, binaryPropertyName: 'film' },
			items({ task_id: task.id }),
		);
		expect(bareItems(asked)).toEqual([{ json: output(task), pairedItem: { item: 0 } }]);
		const [item] = itemsOf(asked);
		expect(Object.keys(item?.binary ?? {})).toEqual(['film']);
		expect((await asked.binary(item, 'film')).equals(sampleVideo())).toBe(true);
		expect(routes(emulator.requests(), task.id)).toEqual([
			...findRoutes(way, 'task'),
			'GET /videos/:id.mp4',
		]);
		await expectAuthenticated();
	});

	it('Get Status finds a task by the user’s External Task ID', async () => {
		const externalTaskId = 'order 4711/ä';
		const created = await run(way, { operation: 'create', ...video(way, { externalTaskId }) });
		expect(itemsOf(created)[0]?.json.external_task_id).toBe(externalTaskId);
		const task = onlyTask();
		emulator.clearRequests();
		const asked = await run(way, { operation: 'getStatus', taskId: externalTaskId });
		const { task_status: status, updated_at: updatedAt, ...json } = itemsOf(asked)[0]?.json ?? {};
		expect(['submitted', 'processing', 'completed']).toContain(status);
		expect(updatedAt).toBeGreaterThanOrEqual(task.createdAt);
		expect(json).toMatchObject({
			task_id: task.id,
			created_at: task.createdAt,
			external_task_id: externalTaskId,
		});
		expect(routes(emulator.requests(), encodeURIComponent(externalTaskId))).toEqual(
			findRoutes(way, 'external'),
		);
	});

	it('Get Status returns Kling’s reply as it came without Simplify', async () => {
		await run(way, { operation: 'createAndWait', ...video(way), downloadVideo: false });
		const { id } = onlyTask();
		const asked = await run(way, { operation: 'getStatus', taskId: id, simplify: false });
		const [{ json }] = itemsOf(asked) as [{ json: { data: unknown } }];
		expect(json).toMatchObject({ code: 0, message: 'SUCCEED' });
		expect(json.data).toMatchObject(
			way.format === 'v1'
				? { task_id: id, task_status: 'succeed', task_result: { videos: [{ duration: '5' }] } }
				: [{ id, status: 'succeeded', outputs: [{ type: 'video', duration: '5' }] }],
		);
	});

	describe('Get Many', () => {
		/** Where the tasks of this way come from without the node. */
		const outside = async (count: number) =>
			await createOutside(emulator, way.createPath, bodyOf(way), count);

		const list = async (parameters: INodeParameters) => {
			emulator.clearRequests();
			const listed = await run(way, { operation: 'getMany', ...parameters });
			const lists = sent(emulator, 'list').filter(({ format }) => format === way.format);
			return { listed, lists };
		};

		it('returns the newest tasks up to Limit, in one request', async () => {
			await outside(5);
			const { listed, lists } = await list({ limit: 3 });
			const newest = emulator.tasks().reverse().slice(0, 3);
			expect(itemsOf(listed).map(({ json }) => json.task_id)).toEqual(newest.map(({ id }) => id));
			expect(itemsOf(listed).map(({ pairedItem }) => pairedItem)).toEqual(
				newest.map(() => ({ item: 0 })),
			);
			expect(lists.map(({ method, url, json }) => [method, url, json])).toEqual([
				way.format === 'v1'
					? ['GET', `${way.prefix}/v1/videos/text2video?pageNum=1&pageSize=3`, undefined]
					: ['POST', '/tasks', { limit: 3, filters: [{ key: 'product_type', values: ['video'] }] }],
			]);
			await expectAuthenticated();
		});

		it('returns whole items', async () => {
			await run(way, { operation: 'createAndWait', ...video(way), downloadVideo: false });
			const { listed } = await list({});
			expect(bareItems(listed)).toEqual([{ json: output(onlyTask()), pairedItem: { item: 0 } }]);
		});

		it('returns Kling’s own task without Simplify, as a query for it alone would', async () => {
			await run(way, { operation: 'createAndWait', ...video(way), downloadVideo: false });
			const { id } = onlyTask();
			const { listed } = await list({ simplify: false });
			const asked = await run(way, { operation: 'getStatus', taskId: id, simplify: false });
			const dataOf = (items: ReturnType<typeof itemsOf>) => items.map(({ json }) => json.data);
			expect(dataOf(itemsOf(listed))).toEqual(dataOf(itemsOf(asked)));
			expect(itemsOf(listed)[0]?.json).toMatchObject({ code: 0, message: 'SUCCEED' });
		});

		it('goes through the pages with Return All, and cuts the last one to Limit', async () => {
			// Three pages for each format; its other ways go through the same ones.
			const count = way === WAYS[0] || way.format === 'path' ? 1001 : 3;
			await outside(count);
			const newest = emulator.tasks().reverse();
			const idsOf = (run: Awaited<ReturnType<typeof list>>['listed']) =>
				itemsOf(run).map(({ json }) => json.task_id);

			const all = await list({ returnAll: true });
			expect(idsOf(all.listed)).toEqual(newest.map(({ id }) => id));
			expect(all.lists).toHaveLength(Math.ceil(count / 500));
			if (way.format === 'v1') {
				expect(all.lists.map(({ url }) => url.split('?')[1])).toEqual(
					all.lists.map((_, page) => `pageNum=${page + 1}&pageSize=500`),
				);
			} else {
				const cursors = all.lists.map(({ json }) => (json as { cursor?: string }).cursor);
				expect(cursors).toEqual([undefined, expect.any(String), expect.any(String)]);
				expect(new Set(cursors).size).toBe(3);
			}

			const some = await list({ limit: count - 1 });
			expect(idsOf(some.listed)).toEqual(newest.slice(0, count - 1).map(({ id }) => id));
		});

		it('returns nothing for an account without tasks', async () => {
			const { listed } = await list({ returnAll: true });
			expect(itemsOf(listed)).toEqual([]);
		});

		it.each([0, -1, 1.5, 'many'])(
			'refuses a Limit of %s before anything is sent',
			async (limit) => {
				emulator.clearRequests();
				const refused = await run(way, {
					operation: 'getMany',
					limit: `={{ ${JSON.stringify(limit)} }}`,
				});
				expect(factsOf(refused)).toEqual({
					kind: 'input',
					parameter: 'limit',
					problem: limit === 1.5 ? 'notWhole' : 'outOfRange',
					itemIndex: 0,
				});
				expect(emulator.requests()).toEqual([]);
			},
		);
	});
});

describe('Get Many with an API key', () => {
	it('merges the tasks of both formats, the newest first', async () => {
		for (const way of [WAYS[0], WAYS[4], WAYS[0], WAYS[4]] as Way[]) {
			await createOutside(emulator, way.createPath, bodyOf(way));
			await time.pass(1);
		}
		const newest = emulator.tasks().reverse();
		const all = await run(WAYS[0] as Way, { operation: 'getMany', returnAll: true });
		expect(itemsOf(all).map(({ json }) => json.task_id)).toEqual(newest.map(({ id }) => id));
		const some = await run(WAYS[0] as Way, { operation: 'getMany', limit: 3 });
		expect(itemsOf(some).map(({ json }) => json.task_id)).toEqual(
			newest.slice(0, 3).map(({ id }) => id),
		);
	});

	it('lists for each item', async () => {
		await createOutside(emulator, '/v1/videos/text2video', bodyOf(WAYS[0] as Way));
		const listed = await run(WAYS[0] as Way, { operation: 'getMany' }, items({}, {}));
		expect(itemsOf(listed).map(({ json, pairedItem }) => [json.task_id, pairedItem])).toEqual([
			[onlyTask().id, { item: 0 }],
			[onlyTask().id, { item: 1 }],
		]);
	});

	it('is content with one format where the service knows no other', async () => {
		const way = WAYS[2] as Way;
		await createOutside(emulator, way.createPath, bodyOf(way));
		emulator.clearRequests();
		const listed = await run(way, { operation: 'getMany' });
		expect(itemsOf(listed).map(({ json }) => json.task_id)).toEqual([onlyTask().id]);
		expect(routes(emulator.requests())).toEqual([
			'GET /kling/v1/videos/text2video?pageNum=1&pageSize=50',
			'POST /kling/tasks',
			'GET /kling/v1/videos/image2video?pageNum=1&pageSize=50',
		]);
	});

	it('fails where the service knows neither', async () => {
		const listed = await runOfficial(`${emulator.url}/nowhere`, { operation: 'getMany' });
		expect(factsOf(listed)).toEqual({ kind: 'notFound', httpStatus: 404, itemIndex: 0 });
	});
});

describe('an access key and secret key', () => {
	const REFUSED = {
		kind: 'input',
		parameter: 'model',
		problem: 'needsApiKey',
		itemIndex: 0,
	} as const;

	it.each([
		['Kling 3.0 Turbo', { model: 'kling-3.0-turbo' }],
		['kling-3.0', { model: 'custom', customModel: 'kling-3.0' }],
		['kling-4.0', { model: 'custom', customModel: ' kling-4.0 ' }],
	])('are refused for %s before anything is sent', async (name, model) => {
		for (const operation of ['create', 'createAndWait']) {
			const refused = await runOfficial(
				emulator.url,
				{ operation, ...video(WAYS[4] as Way), ...model },
				{ credential: ACCESS_KEY },
			);
			const error = errorOf(refused);
			expect(error.name).toBe('NodeOperationError');
			expect(factsOf(refused)).toEqual(REFUSED);
			const { message, description } = parameterWords.needsApiKey(name);
			expect(error.message).toBe(located(message, 0));
			expect(error.description).toBe(description);
		}
		expect(emulator.requests()).toEqual([]);
		expect(emulator.tasks()).toEqual([]);
	});

	it('fail only the items with such a model, with Continue', async () => {
		const mixed = await runOfficial(
			emulator.url,
			{ operation: 'create', ...video(WAYS[0] as Way), model: '={{ $json.model }}' },
			{
				credential: ACCESS_KEY,
				input: items({ model: 'kling-3.0-turbo' }, { model: 'kling-v2-6' }),
				node: { onError: 'continueRegularOutput' },
			},
		);
		const [refused, created] = mixed.items(NODE);
		expect(errorFacts(refused!)).toEqual(REFUSED);
		expect(created?.json.task_id).toBe(onlyTask().id);
	});
});
