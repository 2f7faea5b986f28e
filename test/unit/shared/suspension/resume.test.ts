import type { INodeExecutionData } from 'n8n-workflow';

import type { ErrorKind } from '../../../../nodes/shared/api/errors/kinds';
import { knownById, type Task } from '../../../../nodes/shared/api/task';
import { resume, waitingWebhooks } from '../../../../nodes/shared/suspension/resume';
import {
	type SuspendedItem,
	toSuspendedItem,
} from '../../../../nodes/shared/suspension/suspendedItems';
import type { OutputOptions } from '../../../../nodes/shared/items/deliverTask';
import { answers, notes } from '../../../../nodes/shared/n8n/words/notes';
import { time } from '../../../../testkit/clocks/virtualTime.mts';
import { sampleVideo } from '../../../../testkit/sampleVideo.mts';
import {
	createTask,
	credential,
	FAIL_WORD,
	SECRET,
	signed,
	startKling,
	webhookCall,
	type Called,
	type Emulator,
	type WebhookCall,
} from '../../webhook.mts';

let kling: Emulator & { finish: () => void };

beforeAll(async () => {
	kling = await startKling();
});
beforeEach(() => kling.reset());
afterAll(async () => await kling.close());

const DELIVERY: OutputOptions = { simplify: true, downloadTo: 'data' };

/** The items of a suspended execution, as n8n gives them back. */
function suspended(
	ids: string[],
	delivery = DELIVERY,
	format: Task['format'] = 'v1',
): SuspendedItem[] {
	const items = ids.map((id, index) =>
		toSuspendedItem(knownById({ id, format }), index, 'kling-v2-6', delivery),
	);
	return JSON.parse(JSON.stringify(items)) as SuspendedItem[];
}

const callbackOf = (task_id: string | undefined, task_status: string) =>
	JSON.stringify({ task_id, task_status, created_at: 1, updated_at: 2 });

async function callBack(
	body: string | undefined,
	waiting: SuspendedItem[],
	options: Partial<WebhookCall> = {},
) {
	const called = webhookCall({
		credential: credential(kling),
		body,
		input: waiting,
		...options,
	});
	const result = await time.during(resume(called.context));
	return { ...called, result };
}

function expectDeclined(
	{ result, reply }: Called & { result: object },
	status: number,
	message: string,
) {
	expect(reply).toMatchObject({ status, body: { message } });
	expect(result).toEqual({ noWebhookResponse: true });
}

/** Checks the item of a task that failed: its text names the task, its error holds the facts. */
function expectFailed(
	item: INodeExecutionData | undefined,
	facts: { kind: ErrorKind; taskId: string | undefined; itemIndex: number },
) {
	expect(item?.error?.context).toMatchObject(facts);
	expect(item?.json.error).toBe(item?.error?.message);
	expect(item?.json.error_description).toBe(item?.error?.description);
	expect(item?.json.error).toContain(facts.taskId);
	expect(item?.pairedItem).toEqual({ item: facts.itemIndex });
}

const asked = () => kling.requests().filter(({ route }) => route === 'query' || route === 'list');

const outputOf = ({ result }: { result: { workflowData?: INodeExecutionData[][] } }) =>
	result.workflowData;

it('is reached by POST under the node’s own ID, and by a restart only', () => {
	expect(waitingWebhooks).toEqual([
		{
			name: 'default',
			httpMethod: 'POST',
			path: '={{ $nodeId }}',
			responseMode: 'onReceived',
			responseData: '',
			restartWebhook: true,
		},
	]);
});

describe('the execution resumes', () => {
	it.each(['v1', 'path'] as const)(
		'with all videos in the order of the items when Kling is done with all: %s',
		async (format) => {
			const ids = [
				await createTask(kling, format),
				await createTask(kling, format),
				await createTask(kling, format),
			];
			kling.finish();
			const body =
				format === 'v1'
					? callbackOf(ids[1], 'succeed')
					: JSON.stringify({ id: ids[1], status: 'succeeded' });
			const called = await callBack(body, suspended(ids, DELIVERY, format));
			expect([undefined, 200]).toContain(called.reply.status);
			expect(outputOf(called)).toEqual([
				ids.map((id, item) => ({
					json: expect.objectContaining({
						task_id: id,
						task_status: 'completed',
						model_name: 'kling-v2-6',
						video_url: `${kling.url}/videos/${id}.mp4`,
					}),
					binary: { data: expect.objectContaining({ fileName: `${id}.mp4` }) },
					pairedItem: { item },
				})),
			]);
			for (const id of ids) expect(called.files.get(`${id}.mp4`)).toEqual(sampleVideo());
			// Three tasks, one check.
			expect(asked()).toHaveLength(1);
		},
	);

	it('after an answer that does not wait for the downloads', async () => {
		const ids = [await createTask(kling)];
		kling.finish();
		kling.addFault({ match: { route: 'video' }, action: { type: 'slow', ms: 30_000 } });
		const startedAt = performance.now();
		const called = await callBack(callbackOf(ids[0], 'succeed'), suspended(ids));
		const endedAt = performance.now();
		expect(called.reply.time! - startedAt).toBe(5_000);
		expect(endedAt - startedAt).toBe(30_000);
		expect(called.result.noWebhookResponse).toBe(true);
		expect(outputOf(called)?.[0]).toHaveLength(1);
	});

	it('without a file, or with Kling’s own reply, as the items want it', async () => {
		const ids = [await createTask(kling), await createTask(kling)];
		kling.finish();
		const [plain, raw] = [
			suspended([ids[0]!], { simplify: true }),
			suspended(ids, { simplify: false }),
		];
		const called = await callBack(callbackOf(ids[0], 'succeed'), [plain[0]!, raw[1]!]);
		expect(outputOf(called)).toEqual([
			[
				{
					json: expect.objectContaining({ task_id: ids[0], task_status: 'completed' }),
					pairedItem: { item: 0 },
				},
				{
					json: expect.objectContaining({
						code: 0,
						data: expect.objectContaining({ task_id: ids[1], task_status: 'succeed' }),
					}),
					pairedItem: { item: 1 },
				},
			],
		]);
		expect(called.files.size).toBe(0);
	});

	it('with the items that were finished before as they were', async () => {
		const id = await createTask(kling);
		kling.finish();
		const [waiting] = suspended(['unused', id]).slice(1);
		const finished = {
			json: { task_id: 'done', task_status: 'completed' },
			binary: { data: { data: 'store', mimeType: 'video/mp4', id: 'store:done.mp4' } },
			pairedItem: { item: 0 },
		};
		const called = await callBack(callbackOf(id, 'succeed'), [finished, waiting!]);
		expect(outputOf(called)?.[0]?.[0]).toEqual(finished);
		expect(outputOf(called)?.[0]?.[1]?.json.task_id).toBe(id);
		expect(kling.requests().filter(({ route }) => route === 'video')).toHaveLength(1);
	});

	it('on the failure of the last task', async () => {
		const ids = [await createTask(kling), await createTask(kling, 'v1', FAIL_WORD)];
		kling.finish();
		const called = await callBack(callbackOf(ids[1], 'failed'), suspended(ids));
		const [good, bad] = outputOf(called)![0]!;
		expect(good?.json.task_status).toBe('completed');
		expectFailed(bad, { kind: 'taskFailed', taskId: ids[1], itemIndex: 1 });
		expect(bad?.json).toEqual({
			error: expect.any(String),
			error_description: expect.any(String),
			task_id: ids[1],
			task_status: 'failed',
		});
	});

	it('with failed items as n8n finds them for the error output, if there is one', async () => {
		const ids = [
			await createTask(kling),
			await createTask(kling, 'v1', FAIL_WORD),
			await createTask(kling),
		];
		kling.finish();
		const called = await callBack(callbackOf(ids[2], 'succeed'), suspended(ids), {
			node: { onError: 'continueErrorOutput' },
		});
		// n8n parts the first output by itself, and replaces whatever a second one brings: it looks
		// for items whose JSON is an `error` and a `message` and nothing else.
		const [[first, failed, third] = [], ...outputs] = outputOf(called) ?? [];
		expect(outputs).toEqual([]);
		expect([first?.json.task_id, third?.json.task_id]).toEqual([ids[0], ids[2]]);
		expect(failed?.json).toEqual({
			error: expect.stringContaining(`${ids[1]}`),
			message: {
				error_description: expect.any(String),
				task_id: ids[1],
				task_status: 'failed',
			},
		});
	});

	it('with the facts of a video whose file does not come', async () => {
		const ids = [await createTask(kling)];
		kling.finish();
		kling.addFault({ match: { route: 'video' }, times: 'forever', action: { type: 'expired' } });
		const called = await callBack(callbackOf(ids[0], 'succeed'), suspended(ids));
		const [item] = outputOf(called)![0]!;
		expectFailed(item, { kind: 'download', taskId: ids[0], itemIndex: 0 });
		expect(item?.json).toMatchObject({
			task_id: ids[0],
			task_status: 'completed',
			video_url: `${kling.url}/videos/${ids[0]}.mp4`,
		});
	});

	it('with an error for a task that Kling has forgotten', async () => {
		const ids = [await createTask(kling), '179538000000000000'];
		kling.finish();
		const called = await callBack(callbackOf(ids[0], 'succeed'), suspended(ids));
		const [good, lost] = outputOf(called)![0]!;
		expect(good?.json.task_status).toBe('completed');
		expectFailed(lost, { kind: 'notFound', taskId: ids[1], itemIndex: 1 });
		expect(lost?.json).toEqual({
			error: expect.any(String),
			error_description: expect.any(String),
			task_id: ids[1],
		});
	});

	it('once, when several callbacks come at the same time and later', async () => {
		const ids = [await createTask(kling), await createTask(kling), await createTask(kling)];
		kling.finish();
		kling.addFault({ match: { route: 'video' }, times: 3, action: { type: 'slow', ms: 100 } });
		const all = await Promise.all(
			ids.map(async (id) => await callBack(callbackOf(id, 'succeed'), suspended(ids))),
		);
		const late = await callBack(callbackOf(ids[0], 'succeed'), suspended(ids));
		const [resumed, ...others] = [...all, late].sort(
			(one, other) =>
				Number(other.result.workflowData !== undefined) -
				Number(one.result.workflowData !== undefined),
		);
		expect(outputOf(resumed!)?.[0]).toHaveLength(3);
		expect(others).toHaveLength(3);
		for (const other of others) expectDeclined(other, 200, answers.alreadyResuming);
		expect(kling.requests().filter(({ route }) => route === 'video')).toHaveLength(3);
	});

	it('by a later callback when n8n did not start it', async () => {
		const ids = [await createTask(kling), await createTask(kling)];
		kling.finish();
		const results = [];
		for (let n = 0; n < 3; n++) {
			results.push(await callBack(callbackOf(ids[n % 2], 'succeed'), suspended(ids)));
			if (n === 1) await time.pass(11_000);
		}
		const [first, second, third] = results;
		expect(outputOf(first!)?.[0]).toHaveLength(2);
		expectDeclined(second!, 200, answers.alreadyResuming);
		expect(outputOf(third!)).toEqual(outputOf(first!));
	});

	it('by a later callback when Kling did not answer at the first', async () => {
		const ids = [await createTask(kling), await createTask(kling)];
		kling.finish();
		for (const route of ['list', 'query'] as const) {
			kling.addFault({ match: { route }, times: 'forever', action: { type: 'html' } });
		}
		const first = await callBack(callbackOf(ids[0], 'succeed'), suspended(ids));
		// Not handled: who sends callbacks again may do so.
		expectDeclined(first, 503, answers.tryLater);
		expect(first.warnings).toEqual([expect.stringContaining(notes.callbackNotHandled(''))]);
		kling.clearFaults();
		const second = await callBack(callbackOf(ids[1], 'succeed'), suspended(ids));
		expect(outputOf(second)?.[0]).toHaveLength(2);
	});

	it('although one check at Kling is lost', async () => {
		const ids = [await createTask(kling)];
		kling.finish();
		kling.addFault({ match: { route: 'query' }, action: { type: 'reset' } });
		const called = await callBack(callbackOf(ids[0], 'succeed'), suspended(ids));
		expect(outputOf(called)?.[0]?.[0]?.json.task_status).toBe('completed');
	});
});

it('resumes once, although the last callback comes while an earlier one is being checked', async () => {
	const ids = [await createTask(kling), await createTask(kling)];
	// Kling answers the first check late, with what was true when it came.
	kling.addFault({ match: { route: 'list' }, action: { type: 'slow', ms: 300 } });
	const early = callBack(callbackOf(ids[0], 'succeed'), suspended(ids));
	await time.until(() => asked().length === 1);
	kling.finish();
	const last = callBack(callbackOf(ids[1], 'succeed'), suspended(ids));
	// Whichever learns of the second end.
	const both = await Promise.all([early, last]);
	const [resumed, ...others] = both.filter(({ result }) => result.workflowData);
	expect(others).toEqual([]);
	expect(outputOf(resumed!)?.[0]).toHaveLength(2);
	for (const { reply } of both) expect([undefined, 200]).toContain(reply.status);
});

describe('the execution keeps waiting', () => {
	it.each(['submitted', 'processing', 'a word to come'])(
		'on a callback that says "%s", without asking Kling',
		async (status) => {
			const ids = [await createTask(kling)];
			kling.finish();
			expectDeclined(
				await callBack(callbackOf(ids[0], status), suspended(ids)),
				200,
				answers.stillWaiting,
			);
			expect(asked()).toEqual([]);
		},
	);

	it('while Kling is at work on one task of several', async () => {
		const first = await createTask(kling);
		kling.finish();
		const ids = [first, await createTask(kling)];
		expectDeclined(
			await callBack(callbackOf(first, 'succeed'), suspended(ids)),
			200,
			answers.stillWaiting,
		);
		expect(asked()).toHaveLength(1);
		expect(kling.requests().filter(({ route }) => route === 'video')).toEqual([]);
	});

	it.each(['succeed', 'failed'])(
		'when a callback says "%s" of a task that Kling is at work on',
		async (status) => {
			const ids = [await createTask(kling)];
			expectDeclined(
				await callBack(callbackOf(ids[0], status), suspended(ids)),
				200,
				answers.stillWaiting,
			);
		},
	);

	it('on a callback about a task of another execution', async () => {
		const [own, other] = [await createTask(kling), await createTask(kling)];
		kling.finish();
		const called = await callBack(callbackOf(other, 'succeed'), suspended([own]));
		expectDeclined(called, 200, answers.otherTask);
		expect(asked()).toEqual([]);
	});

	it('on a callback that came late, for a run of the node before', async () => {
		// A loop: the node has finished its first task, and its second run waits.
		const [before, now] = [await createTask(kling), await createTask(kling)];
		kling.finish();
		const finished = { json: { task_id: before, task_status: 'completed' } };
		const called = await callBack(callbackOf(before, 'succeed'), [finished, ...suspended([now])]);
		expectDeclined(called, 200, answers.otherTask);
	});

	it.each<[string, string | undefined]>([
		['no body', ''],
		['a multipart form', undefined],
		['no JSON', 'task_status=succeed'],
		['JSON of another kind', '{"hello":"world"}'],
	])('on a request with %s', async (_name, body) => {
		const ids = [await createTask(kling)];
		kling.finish();
		expectDeclined(await callBack(body, suspended(ids)), 200, answers.stillWaiting);
		expect(asked()).toEqual([]);
	});

	it('when nothing was suspended', async () => {
		expectDeclined(await callBack(callbackOf('1', 'succeed'), []), 200, answers.otherTask);
	});

	it.each(['getCredentials', 'evaluateExpression'] as const)(
		'when n8n fails at %s: an exception would destroy it',
		async (part) => {
			const ids = [await createTask(kling)];
			kling.finish();
			const broken = {
				[part]: () => {
					throw new Error('out of order');
				},
			};
			const called = await callBack(callbackOf(ids[0], 'succeed'), suspended(ids), { broken });
			expectDeclined(called, 503, answers.tryLater);
			expect(called.warnings).toEqual([expect.stringContaining('out of order')]);
		},
	);

	it('when the credential can no longer be used', async () => {
		const ids = [await createTask(kling)];
		const called = await callBack(callbackOf(ids[0], 'succeed'), suspended(ids), {
			credential: credential(kling, { apiKey: '' }),
		});
		expectDeclined(called, 503, answers.tryLater);
	});

	it('when Kling does not accept the key at the moment: the tasks are not over for that', async () => {
		const ids = [await createTask(kling), await createTask(kling)];
		const called = await callBack(callbackOf(ids[0], 'succeed'), suspended(ids), {
			credential: credential(kling, { apiKey: 'revoked' }),
		});
		expect(called.result).toEqual({ noWebhookResponse: true });
		expect(outputOf(called)).toBeUndefined();
	});
});

describe('with a Webhook Secret', () => {
	const secret = { webhookSecret: SECRET };
	let ids: string[];
	let body: string;

	beforeEach(async () => {
		ids = [await createTask(kling)];
		kling.finish();
		body = callbackOf(ids[0], 'succeed');
	});

	const withHeaders = async (headers: Record<string, string>) =>
		await callBack(body, suspended(ids), { credential: credential(kling, secret), headers });

	it('a signed callback resumes the execution', async () => {
		expect(outputOf(await withHeaders(signed(body)))?.[0]).toHaveLength(1);
	});

	it.each<[string, () => Record<string, string>]>([
		['without a signature', () => ({})],
		['signed with another secret', () => signed(body, { secret: 'whsec_AAAA' })],
		['with the signature of another body', () => signed(callbackOf('2', 'succeed'))],
		[
			'recorded ten minutes ago',
			() => signed(body, { timestamp: Math.floor(Date.now() / 1000) - 600 }),
		],
	])('one %s is refused, and Kling is not asked', async (_name, headers) => {
		expectDeclined(await withHeaders(headers()), 401, answers.badSignature);
		expect(asked()).toEqual([]);
	});

	it('one with a form instead of a body is refused', async () => {
		const called = await callBack(undefined, suspended(ids), {
			credential: credential(kling, secret),
			headers: signed(body),
		});
		expectDeclined(called, 401, answers.badSignature);
	});
});
