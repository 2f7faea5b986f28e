import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { KlingTrigger } from '../../nodes/KlingTrigger/KlingTrigger.node';
import { sampleVideo } from '../../testkit/sampleVideo.mts';
import {
	buy,
	credential,
	FAIL_WORD,
	SECRET,
	signed,
	startKling,
	webhookCall,
	type Called,
	type Emulator,
	type WebhookCall,
} from './webhook.mts';

jest.mock('../../nodes/shared/n8n/clock', () =>
	jest.requireActual('../../testkit/clocks/fastClock.mts'),
);

let kling: Emulator & { finish: () => void };
let id: string;
let body: string;

beforeAll(async () => {
	kling = await startKling();
});
beforeEach(async () => {
	kling.reset();
	id = await buy(kling);
	kling.finish();
	body = said(id, 'succeed');
});
afterAll(async () => await kling.close());

const said = (task_id: string, task_status: string) =>
	JSON.stringify({ task_id, task_status, created_at: 1, updated_at: 2 });

/** What the form saves when it is left as it is. */
const FORM = { statuses: ['completed', 'failed'], options: {} };

interface Settings extends Partial<WebhookCall> {
	options?: IDataObject;
}

const trigger = new KlingTrigger();

async function receive({ options = {}, parameters, ...call }: Settings = {}) {
	const text = 'body' in call ? call.body : body;
	const called = webhookCall({
		credential: credential(kling, { webhookSecret: SECRET }),
		headers: signed(text ?? ''),
		body,
		parameters: { ...FORM, ...parameters, options } as WebhookCall['parameters'],
		...call,
	});
	const result = await trigger.webhook.call(called.context);
	return { ...called, result };
}

type Received = Called & { result: { workflowData?: INodeExecutionData[][] } };

function expectNoStart({ result, reply }: Received, status: number, message: string | RegExp) {
	expect(reply).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
	expect(result).toEqual({ noWebhookResponse: true });
}

/** The item that the workflow starts with. */
function itemOf({ result, reply }: Received): INodeExecutionData {
	expect(reply).toMatchObject({ status: 200, body: { message: 'Received' } });
	expect(result.workflowData).toHaveLength(1);
	const [item, ...others] = result.workflowData![0]!;
	expect(others).toEqual([]);
	return item!;
}

const asked = () => kling.requests().filter(({ route }) => route === 'query' || route === 'list');

describe('a callback of Kling’s', () => {
	it.each(['v1', 'path'] as const)(
		'starts the workflow with the task as Kling tells it: %s',
		async (format) => {
			const task = await buy(kling, format);
			kling.finish();
			const text =
				format === 'v1' ? said(task, 'succeed') : JSON.stringify({ id: task, status: 'succeeded' });
			const item = itemOf(await receive({ body: text, headers: signed(text) }));
			const url = `${kling.url}/videos/${task}.mp4`;
			expect(item).toEqual({
				json: {
					task_id: task,
					task_status: 'completed',
					created_at: expect.any(Number),
					updated_at: expect.any(Number),
					video_url: url,
					task_result: { videos: [{ id: expect.any(String), url, duration: 5 }] },
				},
				pairedItem: { item: 0 },
			});
			// Not what the callback said.
			expect(item.json.created_at).toBe(kling.tasks().find((one) => one.id === task)?.createdAt);
		},
	);

	it('about a failed task starts the workflow with the reason', async () => {
		const failed = await buy(kling, 'v1', FAIL_WORD);
		kling.finish();
		const text = said(failed, 'failed');
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
		kling.addFault({ match: { route: 'video' }, action: { type: 'slow', ms: 300 } });
		const startedAt = performance.now();
		const called = await receive({
			parameters: { downloadVideo: true, binaryPropertyName: 'film' },
		});
		expect(called.reply.time! - startedAt).toBeLessThan(250);
		expect(itemOf(called).binary).toEqual({
			film: expect.objectContaining({ fileName: `${id}.mp4`, mimeType: 'video/mp4' }),
		});
		expect(called.files.get(`${id}.mp4`)).toEqual(sampleVideo());
	});

	it('whose video cannot be downloaded starts the workflow all the same', async () => {
		kling.addFault({ match: { route: 'video' }, times: 'forever', action: { type: 'expired' } });
		const item = itemOf(await receive({ parameters: { downloadVideo: true } }));
		expect(item.json).toMatchObject({
			error: expect.stringContaining(`(task ${id})`),
			task_id: id,
			task_status: 'completed',
			video_url: `${kling.url}/videos/${id}.mp4`,
		});
		expect(item.binary).toBeUndefined();
	});

	it('is believed without asking with Fetch Task off', async () => {
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
			video_url: 'https://x.test/v.mp4',
			task_result: { videos: [{ id: 'v', url: 'https://x.test/v.mp4', duration: 5 }] },
		});
		expect(asked()).toEqual([]);
	});
});

describe('Statuses', () => {
	it.each(['submitted', 'processing'])(
		'keep "%s" from starting the workflow, by default',
		async (status) => {
			const running = await buy(kling);
			const text = said(running, status);
			expectNoStart(await receive({ body: text }), 200, 'This status is not waited for');
			expect(asked()).toEqual([]);
		},
	);

	it('let "processing" start it when it is chosen', async () => {
		const running = await buy(kling);
		const text = said(running, 'processing');
		const item = itemOf(await receive({ body: text, parameters: { statuses: ['processing'] } }));
		expect(item.json).toMatchObject({ task_id: running, task_status: 'processing' });
	});

	it('keep "failed" out when only "completed" is chosen', async () => {
		const failed = await buy(kling, 'v1', FAIL_WORD);
		kling.finish();
		const text = said(failed, 'failed');
		const call = { body: text, parameters: { statuses: ['completed'] } };
		expectNoStart(await receive(call), 200, 'This status is not waited for');
	});
});

describe('Verify Signature', () => {
	it.each<[string, () => Settings]>([
		['has no signature', () => ({ headers: {} })],
		['is signed with another secret', () => ({ headers: signed(body, { secret: 'whsec_AAAA' }) })],
		['has the signature of another body', () => ({ headers: signed(said('2', 'succeed')) })],
		[
			'was recorded ten minutes ago',
			() => ({ headers: signed(body, { timestamp: Math.floor(Date.now() / 1000) - 600 }) }),
		],
		[
			'is a multipart form, of which n8n reads no body',
			() => ({ body: undefined, headers: signed(body) }),
		],
	])('refuses a callback that %s', async (_name, settings) => {
		expectNoStart(await receive(settings()), 401, 'The signature is not valid');
		expect(asked()).toEqual([]);
	});

	it('refuses every callback when the credential has no secret, and says what to do', async () => {
		const called = await receive({ credential: credential(kling) });
		expectNoStart(called, 401, /has no Webhook Secret .+ fill it in, or turn Verify Signature off/);
		expect(asked()).toEqual([]);
	});

	it('accepts unsigned callbacks when it is off', async () => {
		const options = { verifySignature: false };
		const unsigned = await receive({ options, headers: {}, credential: credential(kling) });
		expect(itemOf(unsigned).json.task_id).toBe(id);
	});
});

describe('Fetch Task', () => {
	it('takes a forged status for what it is', async () => {
		const running = await buy(kling);
		expectNoStart(await receive({ body: said(running, 'succeed') }), 200, 'Kling says otherwise');
	});

	it('gives the true facts, whatever the callback claims', async () => {
		const text = JSON.stringify({
			task_id: id,
			task_status: 'succeed',
			task_result: { videos: [{ id: 'x', url: 'https://evil.test/x.mp4', duration: '5' }] },
		});
		const item = itemOf(await receive({ body: text, parameters: { downloadVideo: true } }));
		expect(item.json.video_url).toBe(`${kling.url}/videos/${id}.mp4`);
	});

	it('starts nothing for a task that Kling does not know', async () => {
		const called = await receive({ body: said('179538000000000000', 'succeed') });
		expectNoStart(called, 404, 'Kling does not confirm the task');
		expect(called.warnings).toEqual([expect.stringContaining('not believed')]);
	});

	it('asks to be called again when Kling does not answer', async () => {
		kling.addFault({ match: { route: 'query' }, times: 'forever', action: { type: 'html' } });
		const called = await receive();
		expectNoStart(called, 503, 'Kling does not confirm the task');
		kling.clearFaults();
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
	expectNoStart(called, 400, 'This is not a callback of Kling’s');
	expect(asked()).toEqual([]);
});

it('a credential that cannot be used starts nothing', async () => {
	// What a webhook throws, n8n makes an execution of: anybody could fill the list of executions.
	const called = await receive({
		credential: credential(kling, { apiKey: '', webhookSecret: SECRET }),
		headers: {},
	});
	expect(called.result).toEqual({ noWebhookResponse: true });
	expect(called.reply.status).toBeGreaterThanOrEqual(400);
});

describe('Deduplicate', () => {
	it('starts the workflow once for a delivery that is repeated', async () => {
		const staticData = {};
		const headers = signed(body);
		expect(itemOf(await receive({ staticData, headers })).json.task_id).toBe(id);
		const again = await receive({ staticData, headers });
		expectNoStart(again, 200, 'This was delivered before');
	});

	it('starts it once for a status that is reported again by another delivery', async () => {
		const staticData = {};
		itemOf(await receive({ staticData }));
		expectNoStart(await receive({ staticData }), 200, 'This was delivered before');
	});

	it('starts it for each status of a task, and for each task', async () => {
		const staticData = {};
		const parameters = { statuses: ['processing', 'completed'] };
		const running = await buy(kling);
		itemOf(await receive({ staticData, parameters, body: said(running, 'processing') }));
		kling.finish();
		itemOf(await receive({ staticData, parameters, body: said(running, 'succeed') }));
		itemOf(await receive({ staticData, parameters }));
	});

	it('remembers by what n8n keeps for the workflow, and not without end', async () => {
		const staticData: { deliveries?: string[] } = {};
		for (let n = 0; n < 600; n++) {
			const text = said(`task-${n}`, 'succeed');
			itemOf(await receive({ staticData, body: text, options: { fetchTask: false } }));
		}
		expect(staticData.deliveries).toHaveLength(1000);
		const again = {
			staticData: JSON.parse(JSON.stringify(staticData)),
			options: { fetchTask: false },
		};
		const last = await receive({ ...again, body: said('task-599', 'succeed') });
		expectNoStart(last, 200, 'This was delivered before');
	});

	it('does not remember what was refused', async () => {
		const staticData = {};
		await receive({ staticData, headers: {} });
		await receive({ staticData, body: said('179538000000000000', 'succeed') });
		expect(staticData).toEqual({});
	});

	it('starts it once when the same callback comes twice at once', async () => {
		// Each call reads what n8n had stored before: n8n stores after the call, downloads included.
		kling.addFault({ match: { route: 'video' }, times: 2, action: { type: 'slow', ms: 100 } });
		const parameters = { downloadVideo: true };
		const headers = signed(body);
		const both = await Promise.all([
			receive({ staticData: {}, headers, parameters }),
			receive({ staticData: {}, headers, parameters }),
		]);
		expect(both.filter(({ result }) => result.workflowData)).toHaveLength(1);
		expect(both.map(({ reply }) => reply.status)).toEqual([200, 200]);
	});

	it('starts it each time when it is off', async () => {
		const staticData = {};
		const call = { staticData, headers: signed(body), options: { deduplicate: false } };
		itemOf(await receive(call));
		itemOf(await receive(call));
		expect(staticData).toEqual({});
	});
});
