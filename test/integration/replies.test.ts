import type { IDataObject, INodeParameters } from 'n8n-workflow';

import {
	finishedFacts,
	items,
	NODE,
	PLAIN,
	runNode,
	sampleVideo,
	sent,
	useEmulator,
	useServer,
} from './fixture.mts';

/** The two example replies of the gateway format (docs/kling-api.md#gateway-format). */
const EXAMPLE_CREATED = `{
  "task_id": "CmYgjmbyMToAAAAAAF6svw",
  "task_status": "submitted",
  "created_at": 1727338013674,
  "updated_at": 1727338013674
}`;
const EXAMPLE_COMPLETED = `{
  "task_id": "CmYgjmbyMToAAAAAAF6svw",
  "task_status": "completed",
  "task_status_msg": "任务完成",
  "created_at": 1727338013674,
  "updated_at": 1727338113674,
  "task_result": {
    "videos": [
      {
        "id": "video_001",
        "url": "https://example.com/output.mp4",
        "duration": 10
      }
    ]
  }
}`;

const TASK_ID = 'CmYgjmbyMToAAAAAAF6svw';

const COMPLETED_OUTPUT = {
	task_id: TASK_ID,
	task_status: 'completed',
	task_status_msg: '任务完成',
	created_at: 1727338013674,
	updated_at: 1727338113674,
	video_id: 'video_001',
	video_url: 'https://example.com/output.mp4',
	duration: 10,
	task_result: {
		videos: [{ id: 'video_001', url: 'https://example.com/output.mp4', duration: 10 }],
	},
};

const server = useServer();

/** Runs an operation on a server that answers everything with this text. */
async function answered(text: string, parameters: INodeParameters) {
	server.answer = (_request, response) => {
		response.writeHead(200, { 'content-type': 'application/json' });
		response.end(text);
	};
	const run = await runNode(server.url, parameters);
	expect(run.nodeError(NODE)).toBeUndefined();
	return run.items(NODE);
}

const getStatus = async (reply: IDataObject | string, parameters: INodeParameters = {}) =>
	await answered(typeof reply === 'string' ? reply : JSON.stringify(reply), {
		operation: 'getStatus',
		taskId: TASK_ID,
		...parameters,
	});

describe('the example replies of the gateway format', () => {
	it('become the output of Create', async () => {
		expect(await answered(EXAMPLE_CREATED, { operation: 'create', ...PLAIN })).toEqual([
			{
				json: {
					task_id: 'CmYgjmbyMToAAAAAAF6svw',
					task_status: 'submitted',
					created_at: 1727338013674,
					updated_at: 1727338013674,
					model_name: 'kling-v1-6',
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	it('become the output of Get Status', async () => {
		expect(await getStatus(EXAMPLE_COMPLETED)).toEqual([
			{ json: COMPLETED_OUTPUT, pairedItem: { item: 0 } },
		]);
	});

	it('become the output of Create and Wait, which knows the model too', async () => {
		server.answer = ({ method }, response) => {
			response.writeHead(200, { 'content-type': 'application/json' });
			response.end(method === 'POST' ? EXAMPLE_CREATED : EXAMPLE_COMPLETED);
		};
		const run = await runNode(server.url, {
			operation: 'createAndWait',
			...PLAIN,
			downloadVideo: false,
		});
		expect(run.items(NODE)).toEqual([
			{ json: { ...COMPLETED_OUTPUT, model_name: 'kling-v1-6' }, pairedItem: { item: 0 } },
		]);
		expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
			'POST /v1/videos/text2video',
			'GET /v1/videos/text2video/CmYgjmbyMToAAAAAAF6svw',
		]);
	});

	it.each([
		['create', EXAMPLE_CREATED, PLAIN],
		['getStatus', EXAMPLE_COMPLETED, { taskId: TASK_ID }],
	])('are returned untouched by %s with Simplify off', async (operation, reply, parameters) => {
		expect(await answered(reply, { operation, simplify: false, ...parameters })).toEqual([
			{ json: JSON.parse(reply), pairedItem: { item: 0 } },
		]);
	});
});

describe('replies of gateways with dialects of their own', () => {
	const flat = JSON.parse(EXAMPLE_COMPLETED) as IDataObject;
	const envelope = { code: 0, message: 'SUCCEED', request_id: 'r-1', data: flat };

	it.each([
		['in Kling’s envelope', envelope],
		['in an envelope with code "0"', { ...envelope, code: '0' }],
		['in an envelope whose code repeats the HTTP status', { ...envelope, code: 200 }],
		['in an envelope whose code is a word', { ...envelope, code: 'success' }],
		['with "succeed"', { ...flat, task_status: 'succeed' }],
		['with "succeeded"', { ...flat, task_status: 'succeeded' }],
		['with "SUCCESS"', { ...flat, task_status: 'SUCCESS' }],
		[
			'with numbers as text',
			{
				...flat,
				created_at: '1727338013674',
				updated_at: '1727338113674',
				task_result: {
					videos: [{ id: 'video_001', url: 'https://example.com/output.mp4', duration: '10' }],
				},
			},
		],
		['with facts nobody documented', { ...flat, progress: '100%', error: null }],
	])('%s give the same output', async (_name, reply) => {
		expect(await getStatus(reply)).toEqual([{ json: COMPLETED_OUTPUT, pairedItem: { item: 0 } }]);
	});

	it('give an untouched envelope with Simplify off', async () => {
		expect(await getStatus(envelope, { simplify: false })).toEqual([
			{ json: envelope, pairedItem: { item: 0 } },
		]);
	});

	it.each([
		['null', null],
		['empty', ''],
		['unusable', { a: 1 }],
	])('leave facts out that are %s, never null', async (_name, nothing) => {
		const reply = {
			task_id: TASK_ID,
			task_status: 'processing',
			task_status_msg: nothing,
			created_at: nothing,
			updated_at: nothing,
			task_result: nothing,
		};
		expect(await getStatus(reply)).toEqual([
			{ json: { task_id: TASK_ID, task_status: 'processing' }, pairedItem: { item: 0 } },
		]);
	});

	it('leave a video’s unknown facts out', async () => {
		const videos = [{ id: null, url: 'https://example.com/1.mp4', duration: null }];
		const reply = { task_id: 7, task_status: 'completed', task_result: { videos } };
		expect(await getStatus(reply, { taskId: '7' })).toEqual([
			{
				json: {
					task_id: '7',
					task_status: 'completed',
					video_url: 'https://example.com/1.mp4',
					task_result: { videos: [{ url: 'https://example.com/1.mp4' }] },
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	it('keep all videos, the first one as video_url', async () => {
		const videos = [
			{ id: 'a', url: 'https://example.com/a.mp4', duration: 5 },
			{ id: 'b', url: 'https://example.com/b.mp4', duration: 5 },
		];
		const [item] = await getStatus({ ...flat, task_result: { videos } });
		expect(item?.json).toEqual({
			...COMPLETED_OUTPUT,
			video_id: 'a',
			video_url: 'https://example.com/a.mp4',
			duration: 5,
			task_result: { videos },
		});
	});

	it.each([
		['submitted', 'submitted'],
		['queued', 'submitted'],
		['processing', 'processing'],
		['in_progress', 'processing'],
		['polishing', 'processing'],
		['failed', 'failed'],
	])('with the status %s are returned as %s', async (word, status) => {
		const reply = { task_id: TASK_ID, task_status: word };
		expect(await getStatus(reply)).toEqual([
			{ json: { task_id: TASK_ID, task_status: status }, pairedItem: { item: 0 } },
		]);
	});
});

describe('against the emulator', () => {
	const emulator = useEmulator();

	it('Create and Wait delivers the finished task with its file', async () => {
		const run = await runNode(emulator.gatewayUrl, {
			operation: 'createAndWait',
			...PLAIN,
			duration: 10,
		});
		const [task] = emulator.tasks();
		expect(run.items(NODE)).toEqual([
			{
				json: finishedFacts(emulator, 10),
				binary: { data: expect.objectContaining({ fileName: `${task?.id}.mp4` }) },
				pairedItem: { item: 0 },
			},
		]);
		expect((await run.binary(run.items(NODE)[0])).equals(sampleVideo())).toBe(true);
	});

	it('Create and Wait continues at a status that it does not know', async () => {
		emulator.addFault({
			match: { route: 'query' },
			times: 2,
			action: { type: 'status', value: 'polishing' },
		});
		const run = await runNode(emulator.gatewayUrl, { operation: 'createAndWait', ...PLAIN });
		expect(run.items(NODE)[0]?.json.task_status).toBe('completed');
		expect(sent(emulator, 'query').length).toBeGreaterThan(2);
	});

	it('Create and Wait with Simplify off returns the last reply', async () => {
		const run = await runNode(emulator.gatewayUrl, {
			operation: 'createAndWait',
			...PLAIN,
			simplify: false,
			downloadVideo: false,
		});
		const [task] = emulator.tasks();
		const url = `${emulator.url}/videos/${task?.id}.mp4`;
		expect(run.items(NODE)).toEqual([
			{
				json: {
					task_id: task?.id,
					task_status: 'completed',
					task_status_msg: '任务完成',
					created_at: task?.createdAt,
					updated_at: task?.updatedAt,
					task_result: { videos: [{ id: 'video_001', url, duration: 5 }] },
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	it('Get Status reads the task ID that Create returned, for each item in order', async () => {
		const created = await runNode(
			emulator.gatewayUrl,
			{ operation: 'create', ...PLAIN, prompt: '={{ $json.prompt }}' },
			{ input: items({ prompt: 'a' }, { prompt: 'b' }, { prompt: 'c' }) },
		);
		const ids = created.items(NODE).map(({ json }) => json.task_id);
		const asked = await runNode(
			emulator.gatewayUrl,
			{ operation: 'getStatus' },
			{ input: created.items(NODE) },
		);
		expect(new Set(ids).size).toBe(3);
		expect(asked.items(NODE).map(({ json, pairedItem }) => [json.task_id, pairedItem])).toEqual(
			ids.map((id, item) => [id, { item }]),
		);
	});
});
