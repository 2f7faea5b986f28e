import { RISK_CONTROL } from '../../emulator/index.mts';
import { consequences } from '../../nodes/shared/n8n/words/notes';
import { parameterWords } from '../../nodes/shared/n8n/words/parameters';
import { located } from '../../nodes/shared/n8n/words/phrases';
import type { Editor } from '../../testkit/browser/pages/editor.mts';
import type { NodeView } from '../../testkit/browser/pages/nodeView.mts';
import { startSession, type Session } from '../../testkit/browser/session.mts';
import { adviceOn, errorFacts, type ErrorFacts } from '../../testkit/engine/errorFacts.mts';
import { eventually } from '../../testkit/eventually.mts';
import { EMULATOR_ACCOUNT, FAIL_WORD, klingAccount } from '../../testkit/n8n/index.mts';
import { expectSoon } from './expectSoon.mts';

const LIMIT = 2500;

let session: Session;
let editor: Editor;
let node: NodeView;

beforeAll(async () => {
	session = await startSession();
	await session.host.createCredential('Kling account', klingAccount(session.host.emulator));
});
beforeEach(async () => {
	session.host.emulator.reset();
	editor = await session.openEditor();
	await editor.addManualTrigger();
	node = await editor.addNode('Kling Text to Video', 'Create video and wait');
	await node.chooseCredential('Kling account');
});
afterEach(async () => await session?.closePage());
afterAll(async () => await session?.stop());

const tasks = () => session.host.emulator.tasks();
const created = () => session.host.emulator.requests().filter(({ route }) => route === 'create');

async function fillIn(prompt: string): Promise<void> {
	await node.form.fill('prompt', prompt);
	await session.waitUntilSaved(editor, { prompt });
}

async function execute(prompt: string): Promise<void> {
	await fillIn(prompt);
	await node.execute();
}

describe('a video', () => {
	it('is generated, described and played in the output panel', async () => {
		await node.addFromCollection('Add wait option', 'Polling Interval (Seconds)');
		await node.form.fill('pollingInterval', '1');
		await node.form.choose('aspectRatio', '9:16');
		await execute('A lighthouse in a storm');
		await node.output.waitForSuccess();

		const [task, ...others] = tasks();
		expect(others).toEqual([]);
		expect(created().map(({ json }) => json)).toEqual([
			expect.objectContaining({ prompt: 'A lighthouse in a storm', aspect_ratio: '9:16' }),
		]);
		for (const tab of ['Table', 'JSON'] as const) {
			await node.output.show(tab);
			await expectSoon(async () => await node.output.text(), expect.stringContaining(task!.id));
			const text = await node.output.text();
			expect(text).toContain('task_status');
			expect(text).toContain('completed');
		}
		await node.output.show('Binary');
		await expectSoon(
			async () => await node.output.text(),
			expect.stringContaining(`${task!.id}.mp4`),
		);
		expect(await node.output.text()).toContain('video/mp4');

		const video = await node.output.viewBinary();
		const played = await video.play();
		expect(played).toMatchObject({ videoWidth: 640, videoHeight: 360 });
		expect(played.readyState).toBeGreaterThanOrEqual(2);
		expect(played.currentTime).toBeGreaterThan(played.startedAt);
		expect(played.currentSrc).toContain('/rest/binary-data');
	});

	it('is there as well when the whole workflow is executed on the canvas', async () => {
		await fillIn('A lighthouse in a storm');
		await node.close();
		await editor.executeWorkflow();
		await editor.waitForSuccess(2);
		const [task, ...others] = tasks();
		expect(others).toEqual([]);
		const opened = await editor.openNode('Kling Text to Video');
		await opened.output.show('Binary');
		await expectSoon(
			async () => await opened.output.text(),
			expect.stringContaining(`${task!.id}.mp4`),
		);
	});
});

describe('what goes wrong is said in the output panel', () => {
	/** What the panel says is all there is to see: no context comes with it. */
	const factsIn = (message: string): ErrorFacts => errorFacts({ json: { error: message } });

	it('a prompt that is too long: the field, the limit and the item; nothing is sent', async () => {
		await execute('x'.repeat(LIMIT + 1));
		const { message, description } = await node.output.error();
		const { message: wanted, description: advice } = parameterWords.tooLong(
			'prompt',
			LIMIT + 1,
			LIMIT,
		);
		expect(message).toBe(located(wanted, 0));
		expect(description).toContain(advice);
		expect(session.host.emulator.requests()).toEqual([]);

		await execute('x'.repeat(LIMIT));
		await node.output.waitForSuccess();
		expect(created()).toHaveLength(1);
	});

	it('an account with an unpaid balance: Kling’s code and what to do', async () => {
		session.host.emulator.addFault({
			match: { route: 'create' },
			action: { type: 'kling-error', code: 1101 },
		});
		await execute('A lighthouse in a storm');
		const { message, description } = await node.output.error();
		expect(factsIn(message)).toEqual({
			kind: 'unpaid',
			klingCode: 1101,
			httpStatus: 429,
			itemIndex: 0,
		});
		expect(description).toContain(adviceOn('unpaid'));
		expect(description).toContain(consequences.notCharged);
		expect(tasks()).toEqual([]);
	});

	it('a video that Kling couldn’t generate: the reason and the task', async () => {
		await execute(`A lighthouse, ${FAIL_WORD}`);
		const { message, description } = await node.output.error();
		const [task] = tasks();
		expect(factsIn(message)).toEqual({
			kind: 'taskFailed',
			reason: RISK_CONTROL,
			taskId: task!.id,
			itemIndex: 0,
		});
		expect(description).toContain(adviceOn('taskFailed'));
	});

	it('a model that the gateway does not have: what can be chosen instead', async () => {
		const { emulator } = session.host;
		const dialog = await node.createCredential();
		await dialog.form.choose('service', 'Kling-Compatible Gateway');
		await dialog.form.fill('baseUrl', emulator.gatewayUrl);
		await dialog.form.fill('apiKey', EMULATOR_ACCOUNT.apiKey);
		await dialog.save();
		await dialog.waitUntilClosed();
		emulator.clearRequests();
		await node.form.choose('model', 'Kling 3.0');
		await execute('A lighthouse in a storm');
		const { message, description } = await node.output.error();
		expect(factsIn(message)).toEqual({
			kind: 'input',
			problem: 'modelNotAvailable',
			parameter: 'model',
			itemIndex: 0,
		});
		expect(message).toContain('kling-v3');
		expect(description).toContain('Kling 1.6');
		expect(emulator.requests()).toEqual([]);

		await node.form.choose('model', 'Kling 1.6');
		await session.waitUntilSaved(editor, { model: 'kling-v1-6' });
		await node.execute();
		await node.output.waitForSuccess();
		expect(tasks().map(({ format }) => format)).toEqual(['gateway']);
	});
});

describe('Stop', () => {
	beforeEach(() =>
		// From now on no video is ever finished.
		session.host.emulator.addFault({
			match: { route: 'create' },
			times: 'forever',
			action: { type: 'status', value: 'processing' },
		}),
	);

	const polled = () =>
		session.host.emulator.requests().some(({ route }) => route === 'list' || route === 'query');

	async function expectCanceled(): Promise<void> {
		const [id] = await session.host.executionIds(editor.workflowId);
		const execution = await session.host.waitForExecution(id!);
		expect(execution.status).toBe('canceled');
	}

	it('in the node ends the execution that waits', async () => {
		await execute('A lighthouse in a storm');
		await node.waitUntilExecuting();
		await eventually(polled);
		await node.stop();
		await editor.waitForToast('Execution stopped');
		await expectCanceled();
	});

	it('on the canvas ends the execution that waits', async () => {
		await fillIn('A lighthouse in a storm');
		await node.close();
		await editor.executeWorkflow();
		await eventually(polled);
		await editor.stop();
		await editor.waitForToast('Execution stopped');
		await expectCanceled();
	});
});
