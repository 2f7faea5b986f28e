/** Who answers the callback that resumes an execution, and when. */
import { knownById } from '../../../../nodes/shared/api/task';
import { resume } from '../../../../nodes/shared/suspension/resume';
import { toSuspendedItem } from '../../../../nodes/shared/suspension/suspendedItems';
import { answers } from '../../../../nodes/shared/n8n/words/notes';
import { time } from '../../../../testkit/clocks/virtualTime.mts';
import { createTask, credential, startKling, webhookCall } from '../../webhook.mts';

let kling: Awaited<ReturnType<typeof startKling>>;

beforeAll(async () => {
	kling = await startKling();
});
beforeEach(() => kling.reset());
afterAll(async () => await kling.close());

async function callBack(downloadTo?: string) {
	const id = await createTask(kling);
	kling.finish();
	const task = knownById({ id, format: 'v1' });
	const item = toSuspendedItem(task, 0, 'kling-v2-6', { simplify: true, downloadTo });
	const called = webhookCall({
		credential: credential(kling),
		body: JSON.stringify({ task_id: id, task_status: 'succeed' }),
		input: [JSON.parse(JSON.stringify(item))],
		executionId: id,
	});
	return { ...called, result: await time.during(resume(called.context)) };
}

describe('the callback that resumes an execution', () => {
	it('is answered by n8n, which does so when it has started the execution', async () => {
		const { reply, result } = await callBack();
		expect(reply).toEqual({});
		expect(result).toEqual({
			webhookResponse: { message: answers.resuming },
			workflowData: [[expect.objectContaining({ json: expect.anything() })]],
		});
	});

	it('is answered after five seconds when a download takes longer', async () => {
		kling.addFault({ match: { route: 'video' }, action: { type: 'slow', ms: 6000 } });
		const { reply, result } = await callBack('data');
		expect(reply).toMatchObject({ status: 200, body: { message: answers.received } });
		expect(result).toEqual({
			noWebhookResponse: true,
			workflowData: [[expect.objectContaining({ binary: { data: expect.anything() } })]],
		});
	});
});
