/** What callbacks did in the field, one row each: a callback that is early, late, lost, doubled or forged. */
import type { IDataObject, INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { handleCallback } from '../../nodes/KlingTrigger/handleCallback';
import { resume } from '../../nodes/shared/suspension/resume';
import { toSuspendedItem } from '../../nodes/shared/suspension/suspendedItems';
import { waitForField } from '../../nodes/shared/operations/createAndWait.operation';
import { answers } from '../../nodes/shared/n8n/words/notes';
import { callbackWords } from '../../nodes/shared/n8n/words/parameters';
import { knownById } from '../../nodes/shared/api/task';
import { namesIn, readText } from '../../testkit/files.mts';
import { webhookCall } from '../unit/webhook.mts';
import { CallbackKling } from './callbackKling.mts';
import { errorOf, NODE, numbered, PLAIN, runNode, time, type EngineRun } from './fixture.mts';

const kling = new CallbackKling();

beforeAll(async () => await kling.start());
beforeEach(() => kling.reset());
afterAll(async () => await kling.stop());

const credential = () => ({
	service: 'official',
	region: 'custom',
	baseUrl: kling.url,
	authentication: 'apiKey',
	apiKey: 'key',
});

/** Runs the node, waiting by callback. */
async function run(
	count: number,
	parameters: INodeParameters = {},
	options: { instanceUrl?: string; node?: Partial<INode> } = {},
): Promise<EngineRun> {
	const callback = {
		operation: 'createAndWait',
		...PLAIN,
		model: 'kling-v2-6',
		prompt: '=a cat {{ $json.n }}',
		waitFor: 'callback',
		...parameters,
	};
	return await runNode(kling.url, callback, {
		input: numbered(count),
		instanceUrl: 'https://n8n.example.invalid/',
		credential: credential(),
		...options,
	});
}

/** What a suspended execution is stored with. */
function suspended(ids: string[]): INodeExecutionData[] {
	const items = ids.map((id, index) =>
		toSuspendedItem(knownById({ id, format: 'v1' }), index, 'kling-v2-6', { simplify: true }),
	);
	return JSON.parse(JSON.stringify(items)) as INodeExecutionData[];
}

const said = (task_id: string, task_status = 'succeed') =>
	JSON.stringify({ task_id, task_status, created_at: 1, updated_at: 2 });

/** Kling calls a suspended execution back. */
async function callBack(id: string, ids: string[], executionId: string) {
	const called = webhookCall({
		credential: credential(),
		body: said(id),
		input: suspended(ids),
		executionId,
	});
	const result = await time.during(resume(called.context));
	return { ...called, items: result.workflowData?.[0] };
}

/** Kling calls the trigger. */
async function trigger(
	body: string,
	{ staticData = {}, options = {} }: { staticData?: IDataObject; options?: IDataObject } = {},
) {
	const called = webhookCall({
		credential: credential(),
		body,
		staticData,
		parameters: {
			statuses: ['completed', 'failed'],
			options: { verifySignature: false, ...options },
		} as INodeParameters,
	});
	const result = await time.during(handleCallback(called.context));
	return { ...called, items: result.workflowData?.[0] };
}

describe('C1: before it is suspended, the execution', () => {
	it('checks again after a download, in which another video was finished', async () => {
		// The first is over at the first check; the second while the first is being downloaded.
		let created = 0;
		kling.onRequest = (route, id) => {
			if (route === 'create' && ++created === 2) kling.set(kling.id(0), 'succeed');
			if (route === 'video' && id === kling.id(0)) kling.set(kling.id(1), 'succeed');
		};
		const done = await run(2, { downloadVideo: true });
		expect(done.status).toBe('success');
		expect(done.items(NODE).map(({ json }) => json.task_status)).toEqual([
			'completed',
			'completed',
		]);
		expect(kling.downloads).toEqual([kling.id(0), kling.id(1)]);
	});

	it('ends with a check that brings nothing new', async () => {
		let created = 0;
		kling.onRequest = (route) => {
			if (route === 'create' && ++created === 3) kling.set(kling.id(0), 'succeed');
		};
		const waiting = await run(3, { downloadVideo: true });
		expect(waiting.status).toBe('waiting');
		expect(kling.downloads).toEqual([kling.id(0)]);
		// One check brought the first video, the next one nothing.
		expect(kling.requests.filter((request) => request.startsWith('GET'))).toHaveLength(2);
	});
});

describe('C2: the status is behind its callback', () => {
	it('which is answered soon, and the execution resumes', async () => {
		const ids = kling.add(2, 'processing');
		kling.set(ids[0]!, 'succeed');
		let asked = 0;
		kling.onRequest = (_route, id) => {
			if (id === ids[1] && ++asked === 5) kling.set(id, 'succeed');
		};
		const { reply, items } = await callBack(ids[1]!, ids, 'C2 a');
		// Not only when it has come true, which takes longer than Kling may wait for an answer.
		expect(reply).toMatchObject({ status: 200, body: { message: answers.stillWaiting } });
		expect(items?.map(({ json }) => json.task_status)).toEqual(['completed', 'completed']);
	});

	it('or names no video yet', async () => {
		const [id = ''] = kling.add(1, 'succeed');
		kling.set(id, 'succeed', false);
		let asked = 0;
		kling.onRequest = () => {
			if (++asked === 2) kling.set(id, 'succeed');
		};
		const { items } = await callBack(id, [id], 'C2 b');
		expect(items?.[0]?.json).toMatchObject({ task_status: 'completed', video_url: /\S/ });
	});

	it('and stays so: the execution keeps waiting, after a bounded number of checks', async () => {
		const [id = ''] = kling.add(1, 'processing');
		const { items } = await callBack(id, [id], 'C2 c');
		expect(items).toBeUndefined();
		expect(kling.requests).toHaveLength(7);
	});
});

describe('C3: at the trigger', () => {
	it('a status that is behind its callback starts the workflow once', async () => {
		const [id = ''] = kling.add(1, 'processing');
		let asked = 0;
		kling.onRequest = () => {
			if (++asked === 3) kling.set(id, 'succeed');
		};
		const all = await Promise.all([trigger(said(id)), trigger(said(id))]);
		expect(all.map(({ reply }) => reply.status)).toEqual([200, 200]);
		const started = all.filter(({ items }) => items !== undefined);
		expect(started).toHaveLength(1);
		expect(started[0]?.items?.[0]?.json.task_status).toBe('completed');
	});

	it('so does a task whose video is not listed yet', async () => {
		const [id = ''] = kling.add(1, 'succeed');
		kling.set(id, 'succeed', false);
		let asked = 0;
		kling.onRequest = () => {
			if (++asked === 3) kling.set(id, 'succeed');
		};
		const { items } = await trigger(said(id));
		expect(items?.[0]?.json).toHaveProperty('video_url');
	});
});

describe('C4: the guard against resuming twice', () => {
	it('does not take the task of another execution for its own', async () => {
		const ids = kling.add(2);
		const [one, other] = [await callBack(ids[0]!, ids, '1'), await callBack(ids[0]!, ids, '2')];
		expect(one.items).toHaveLength(2);
		expect(other.items).toHaveLength(2);
	});

	it('lets a repetition through when n8n did not start the execution', async () => {
		const ids = kling.add(2);
		const all = await Promise.all(ids.map(async (id) => await callBack(id, ids, 'C4')));
		expect(all.filter(({ items }) => items !== undefined)).toHaveLength(1);
		const soon = await callBack(ids[0]!, ids, 'C4');
		expect(soon.reply).toMatchObject({ status: 200, body: { message: answers.alreadyResuming } });
		await time.pass(15_000);
		expect((await callBack(ids[0]!, ids, 'C4')).items).toHaveLength(2);
	});
});

describe('C5: callbacks of one execution', () => {
	it.each([
		[60, false],
		[60, true],
	])('share their questions: %d tasks, which the list shows: %s', async (count, isShown) => {
		const ids = kling.add(count);
		kling.showsTasksInList = isShown;
		kling.latency = 20;
		const executionId = `C5 ${count} ${isShown}`;
		const all = await Promise.all(ids.map(async (id) => await callBack(id, ids, executionId)));
		expect(all.filter(({ items }) => items?.length === count)).toHaveLength(1);
		expect(kling.requests.length).toBeLessThanOrEqual(2 * count);
		expect(kling.most).toBeLessThanOrEqual(20);
	});
});

describe('C6: of many items, at most 20 are requests at once', () => {
	it.each([
		['by callback', {}],
		['with external task IDs of their own', { options: { externalTaskId: '=own-{{ $json.n }}' } }],
	])('%s', async (_name, parameters) => {
		kling.latency = 5;
		const waiting = await run(200, parameters as INodeParameters);
		expect(waiting.status).toBe('waiting');
		expect(kling.tasks.size).toBe(200);
		expect(kling.most).toBeLessThanOrEqual(20);
	});
});

describe('C7: an address of n8n that is none', () => {
	it.each(['localhost:5678/', 'n8n.example.com/'])(
		'is said by the name of the variable: %s',
		async (instanceUrl) => {
			const refused = await run(1, { prompt: 'a cat' }, { instanceUrl });
			const { message, description } = errorOf(refused);
			expect(message).toContain(callbackWords.noUrl.message);
			expect(description).toContain('N8N_WEBHOOK_URL');
			expect(kling.requests).toEqual([]);
		},
	);
});

describe('C8: unsigned callbacks', () => {
	it('do not start the workflow by an external task ID', async () => {
		kling.create({ external_task_id: 'order-1' }, 'succeed');
		const { reply, items } = await trigger(said('order-1'));
		expect([reply.status, items]).toEqual([404, undefined]);
		expect(kling.requests.length).toBeLessThanOrEqual(2);
	});

	it('are kept as short names, whatever they say', async () => {
		const staticData: IDataObject = {};
		const id = 'x'.repeat(250);
		const { items } = await trigger(said(id), { staticData, options: { fetchTask: false } });
		expect(items).toHaveLength(1);
		expect(JSON.stringify(staticData).length).toBeLessThan(100);
	});

	it('larger than any callback are not read', async () => {
		const body = JSON.stringify({ task_id: '1', task_status: 'succeed', more: 'x'.repeat(2e6) });
		const { reply } = await trigger(body, { options: { fetchTask: false } });
		expect(reply).toMatchObject({ status: 400, body: { message: answers.notACallback } });
	});

	it('cost no request for what was delivered before', async () => {
		const [id = ''] = kling.add(1);
		const staticData: IDataObject = {};
		expect((await trigger(said(id), { staticData })).items).toHaveLength(1);
		const before = kling.requests.length;
		expect((await trigger(said(id), { staticData })).items).toBeUndefined();
		expect(kling.requests).toHaveLength(before);
	});

	it('are few requests at once', async () => {
		kling.latency = 5;
		const all = await Promise.all(
			Array.from({ length: 300 }, async (_, n) => await trigger(said(`guess-${n}`))),
		);
		expect(kling.most).toBeLessThanOrEqual(5);
		expect(new Set(all.map(({ reply }) => reply.status))).toEqual(new Set([404, 503]));
	});
});

describe('C9: twenty thousand deliveries', () => {
	it('keep a bounded store', async () => {
		const staticData: IDataObject = {};
		for (let n = 0; n < 1100; n++) {
			await trigger(said(`delivery-${n}`), { staticData, options: { fetchTask: false } });
		}
		expect(staticData.deliveries).toHaveLength(1000);
	});
});

describe('C10: the form', () => {
	it('says how long waiting by callback holds a worker', () => {
		const { options = [] } = waitForField;
		const callback = options.find((option) => 'value' in option && option.value === 'callback');
		expect(callback).toHaveProperty('description', expect.stringMatching(/concurrency limit/));
	});
});

describe('C11: the examples', () => {
	it('bring no webhook URL of their own, so that each import gets another one', () => {
		const files = namesIn('examples').filter((name) => name.endsWith('.json'));
		for (const file of files) {
			const text = readText(`examples/${file}`);
			const { nodes } = JSON.parse(text) as { nodes: Array<INode & { webhookId?: string }> };
			for (const { type, webhookId } of nodes) {
				if (type === 'n8n-nodes-kling.klingTrigger') expect(webhookId).toBeUndefined();
			}
			// Nor does a Callback URL name one.
			expect(text).not.toMatch(/webhook\/[0-9a-f]{8}-[0-9a-f-]{27}/);
		}
	});
});
