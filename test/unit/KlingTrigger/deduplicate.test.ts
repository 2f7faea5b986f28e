import { answers } from '../../../nodes/shared/n8n/words/notes';
import { createTask, signed } from '../webhook.mts';
import {
	callbackOf,
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

describe('Deduplicate', () => {
	it('starts the workflow once for a callback that is repeated', async () => {
		const staticData = {};
		const headers = signed(body);
		expect(itemOf(await receive({ staticData, headers })).json.task_id).toBe(id);
		const again = await receive({ staticData, headers });
		expectNoStart(again, 200, answers.repeated);
	});

	it('starts it once for a status that comes again with another callback', async () => {
		const staticData = {};
		itemOf(await receive({ staticData }));
		expectNoStart(await receive({ staticData }), 200, answers.repeated);
	});

	it('starts it for each status of a task, and for each task', async () => {
		const staticData = {};
		const parameters = { statuses: ['processing', 'completed'] };
		const running = await createTask(kling());
		itemOf(await receive({ staticData, parameters, body: callbackOf(running, 'processing') }));
		finishAll();
		itemOf(await receive({ staticData, parameters, body: callbackOf(running, 'succeed') }));
		itemOf(await receive({ staticData, parameters }));
	});

	it('remembers by what n8n keeps for the workflow, and not without end', async () => {
		const staticData: { deliveries?: string[] } = {};
		for (let n = 0; n < 600; n++) {
			const text = callbackOf(`task-${n}`, 'succeed');
			itemOf(await receive({ staticData, body: text, options: { fetchTask: false } }));
		}
		expect(staticData.deliveries).toHaveLength(1000);
		const again = {
			staticData: JSON.parse(JSON.stringify(staticData)),
			options: { fetchTask: false },
		};
		const last = await receive({ ...again, body: callbackOf('task-599', 'succeed') });
		expectNoStart(last, 200, answers.repeated);
	});

	it('does not remember what was refused', async () => {
		const staticData = {};
		await receive({ staticData, headers: {} });
		await receive({ staticData, body: callbackOf('179538000000000000', 'succeed') });
		expect(staticData).toEqual({});
	});

	it('starts it once when the same callback comes twice at once', async () => {
		// Each call reads what n8n had stored before: n8n stores after the call, downloads included.
		kling().addFault({ match: { route: 'video' }, times: 2, action: { type: 'slow', ms: 100 } });
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
