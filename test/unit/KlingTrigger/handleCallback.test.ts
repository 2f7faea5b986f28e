import { answers, notes } from '../../../nodes/shared/n8n/words/notes';
import { sampleVideo } from '../../../testkit/sampleVideo.mts';
import { time } from '../../../testkit/clocks/virtualTime.mts';
import { createTask, credential, FAIL_WORD, SECRET, signed } from '../webhook.mts';
import {
	callbackOf,
	checks,
	expectNoStart,
	finishAll,
	finishedTask,
	itemOf,
	kling,
	receiveCallback,
	type Settings,
	startTrigger,
	stopTrigger,
} from './trigger.mts';

/** A finished task, and the callback about it. */
let id: string;
let body: string;

beforeAll(startTrigger);
beforeEach(async () => {
	id = await finishedTask();
	body = callbackOf(id, 'succeed');
});
afterAll(stopTrigger);

const receive = async (settings: Settings = {}) => await receiveCallback({ body, ...settings });

describe('a callback of Kling’s', () => {
	it.each(['v1', 'path'] as const)(
		'starts the workflow with the task as Kling tells it: %s',
		async (format) => {
			const task = await createTask(kling(), format);
			finishAll();
			const text =
				format === 'v1'
					? callbackOf(task, 'succeed')
					: JSON.stringify({ id: task, status: 'succeeded' });
			const item = itemOf(await receive({ body: text, headers: signed(text) }));
			const url = `${kling().url}/videos/${task}.mp4`;
			expect(item).toEqual({
				json: {
					task_id: task,
					task_status: 'completed',
					created_at: expect.any(Number),
					updated_at: expect.any(Number),
					video_id: expect.any(String),
					video_url: url,
					duration: 5,
					cost: { amount: expect.any(Number), unit: 'units' },
					task_result: { videos: [{ id: expect.any(String), url, duration: 5 }] },
				},
				pairedItem: { item: 0 },
			});
			// Not what the callback said.
			expect(item.json.created_at).toBe(
				kling()
					.tasks()
					.find((one) => one.id === task)?.createdAt,
			);
		},
	);

	it('about a failed task starts the workflow with the reason', async () => {
		const failed = await createTask(kling(), 'v1', FAIL_WORD);
		finishAll();
		const text = callbackOf(failed, 'failed');
		expect(itemOf(await receive({ body: text })).json).toMatchObject({
			task_id: failed,
			task_status: 'failed',
			task_status_msg: expect.stringContaining('risk control'),
		});
	});

	it('brings Kling’s own reply with Simplify off', async () => {
		const item = itemOf(await receive({ parameters: { simplify: false } }));
		expect(item.json).toMatchObject({ code: 0, data: { task_id: id, task_status: 'succeed' } });
	});

	it('brings the video as a file with Download Video, after the answer', async () => {
		kling().addFault({ match: { route: 'video' }, action: { type: 'slow', ms: 30_000 } });
		const startedAt = performance.now();
		const called = await receive({
			parameters: { downloadVideo: true, binaryPropertyName: 'film' },
		});
		expect(called.reply.time! - startedAt).toBe(0);
		expect(itemOf(called).binary).toEqual({
			film: expect.objectContaining({ fileName: `${id}.mp4`, mimeType: 'video/mp4' }),
		});
		expect(called.files.get(`${id}.mp4`)).toEqual(sampleVideo());
	});

	it('whose video cannot be downloaded starts the workflow all the same', async () => {
		kling().addFault({ match: { route: 'video' }, times: 'forever', action: { type: 'expired' } });
		const item = itemOf(await receive({ parameters: { downloadVideo: true } }));
		expect(item.error?.context).toMatchObject({ kind: 'download', taskId: id, itemIndex: 0 });
		expect(item.json).toMatchObject({
			error: item.error?.message,
			task_id: id,
			task_status: 'completed',
			video_url: `${kling().url}/videos/${id}.mp4`,
		});
		expect(item.binary).toBeUndefined();
	});

	it('is trusted without a check with Fetch Task off', async () => {
		const text = JSON.stringify({
			task_id: 'only-here',
			task_status: 'succeed',
			created_at: 1,
			updated_at: 2,
			task_info: { external_task_id: 'mine' },
			task_result: { videos: [{ id: 'v', url: 'https://x.test/v.mp4', duration: '5' }] },
		});
		const item = itemOf(await receive({ body: text, options: { fetchTask: false } }));
		expect(item.json).toEqual({
			task_id: 'only-here',
			task_status: 'completed',
			created_at: 1,
			updated_at: 2,
			external_task_id: 'mine',
			video_id: 'v',
			video_url: 'https://x.test/v.mp4',
			duration: 5,
			task_result: { videos: [{ id: 'v', url: 'https://x.test/v.mp4', duration: 5 }] },
		});
		expect(checks()).toEqual([]);
	});
});

describe('Trigger On', () => {
	it.each(['submitted', 'processing'])(
		'keeps "%s" from starting the workflow, by default',
		async (status) => {
			const running = await createTask(kling());
			const text = callbackOf(running, status);
			expectNoStart(await receive({ body: text }), 200, answers.notSelected);
			expect(checks()).toEqual([]);
		},
	);

	it('lets "processing" start it when it is chosen', async () => {
		const running = await createTask(kling());
		const text = callbackOf(running, 'processing');
		const item = itemOf(await receive({ body: text, parameters: { statuses: ['processing'] } }));
		expect(item.json).toMatchObject({ task_id: running, task_status: 'processing' });
	});

	it('keeps "failed" out when only "completed" is chosen', async () => {
		const failed = await createTask(kling(), 'v1', FAIL_WORD);
		finishAll();
		const text = callbackOf(failed, 'failed');
		const call = { body: text, parameters: { statuses: ['completed'] } };
		expectNoStart(await receive(call), 200, answers.notSelected);
	});
});

describe('Verify Signature', () => {
	it.each<[string, () => Settings]>([
		['has no signature', () => ({ headers: {} })],
		['is signed with another secret', () => ({ headers: signed(body, { secret: 'whsec_AAAA' }) })],
		['has the signature of another body', () => ({ headers: signed(callbackOf('2', 'succeed')) })],
		[
			'was recorded ten minutes ago',
			() => ({ headers: signed(body, { timestamp: Math.floor(Date.now() / 1000) - 600 }) }),
		],
		[
			'is a multipart form, of which n8n reads no body',
			() => ({ body: undefined, headers: signed(body) }),
		],
	])('refuses a callback that %s', async (_name, settings) => {
		expectNoStart(await receive(settings()), 401, answers.badSignature);
		expect(checks()).toEqual([]);
	});

	it('refuses every callback when the credential has no secret, and says what to do', async () => {
		const called = await receive({ credential: credential(kling()) });
		expectNoStart(called, 401, answers.noSecret);
		expect(checks()).toEqual([]);
	});

	it('accepts unsigned callbacks when it is off', async () => {
		const options = { verifySignature: false };
		const unsigned = await receive({ options, headers: {}, credential: credential(kling()) });
		expect(itemOf(unsigned).json.task_id).toBe(id);
	});
});

describe('Fetch Task', () => {
	it('takes a forged status for what it is, after some more checks', async () => {
		const running = await createTask(kling());
		const { result, reply } = await receive({ body: callbackOf(running, 'succeed') });
		// Answered before these checks: Kling may only be behind its own callback.
		expect(reply).toMatchObject({ status: 200, body: { message: answers.received } });
		expect(result).toEqual({ noWebhookResponse: true });
		expect(checks().length).toBeGreaterThan(1);
	});

	it('gives the true facts, whatever the callback claims', async () => {
		const text = JSON.stringify({
			task_id: id,
			task_status: 'succeed',
			task_result: { videos: [{ id: 'x', url: 'https://evil.test/x.mp4', duration: '5' }] },
		});
		const item = itemOf(await receive({ body: text, parameters: { downloadVideo: true } }));
		expect(item.json.video_url).toBe(`${kling().url}/videos/${id}.mp4`);
	});

	it('starts nothing for a task that Kling does not know', async () => {
		const called = await receive({ body: callbackOf('179538000000000000', 'succeed') });
		expectNoStart(called, 404, answers.notConfirmed);
		expect(called.warnings).toEqual([expect.stringContaining(notes.callbackIgnored(''))]);
	});

	it('asks for another callback when Kling does not answer', async () => {
		kling().addFault({ match: { route: 'query' }, times: 'forever', action: { type: 'html' } });
		const called = await receive();
		expectNoStart(called, 503, answers.notConfirmed);
		kling().clearFaults();
		expect(itemOf(await receive()).json.task_id).toBe(id);
	});
});

it.each<[string, string | undefined]>([
	['no body', ''],
	['a multipart form', undefined],
	['no JSON', 'task_status=succeed'],
	['JSON of another kind', '{"hello":"world"}'],
])('a request with %s starts nothing', async (_name, text) => {
	const called = await receive({ body: text, headers: {}, options: { verifySignature: false } });
	expectNoStart(called, 400, answers.notACallback);
	expect(checks()).toEqual([]);
});

it('unsigned callbacks to one trigger do not hold up those to another', async () => {
	kling().addFault({ match: { route: 'query' }, times: 5, action: { type: 'slow', ms: 2000 } });
	const unsigned = { options: { verifySignature: false }, headers: {} };
	let answered = 0;
	const flood = Array.from({ length: 20 }, async () => {
		await receive({ ...unsigned, body: callbackOf('1', 'succeed'), node: { id: 'flooded' } });
		answered++;
	});
	await time.until(() => checks().length === 5);
	expect(itemOf(await receive({ ...unsigned, node: { id: 'other' } })).json.task_id).toBe(id);
	expect(answered).toBe(0);
	await Promise.all(flood);
});

it('a credential that cannot be used starts nothing', async () => {
	// What a webhook throws, n8n makes an execution of: anybody could fill the list of executions.
	const called = await receive({
		credential: credential(kling(), { apiKey: '', webhookSecret: SECRET }),
		headers: {},
	});
	expect(called.result).toEqual({ noWebhookResponse: true });
	expect(called.reply.status).toBeGreaterThanOrEqual(400);
});
