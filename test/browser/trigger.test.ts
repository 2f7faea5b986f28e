import { SIGNATURE_VECTOR } from '../../emulator/testing.mts';
import { KlingTrigger } from '../../nodes/KlingTrigger/KlingTrigger.node';
import { triggerFields } from '../../nodes/KlingTrigger/triggerFields';
import { startSession, type Session } from '../../testkit/browser/session.mts';
import {
	klingAccount,
	klingNode,
	chain,
	manualTrigger,
	type Host,
} from '../../testkit/n8n/index.mts';
import { expectSoon } from './expectSoon.mts';

const { secret: webhookSecret } = SIGNATURE_VECTOR;

let session: Session;
let host: Host;

beforeAll(async () => {
	session = await startSession();
	({ host } = session);
	const account = { ...klingAccount(host.emulator), webhookSecret };
	await host.createCredential('Kling account', account);
	host.emulator.updateAccount('emulator', { webhookSecret });
});
beforeEach(() => host.emulator.reset());
afterEach(async () => await session?.closePage());
afterAll(async () => await session?.stop());

/**
 * Adds a Kling Trigger to a new workflow, and opens it. n8n lists a trigger that has 'Trigger On' without
 * the word, and offers what it triggers on as its actions.
 */
async function addTrigger() {
	const editor = await session.openEditor();
	return { editor, node: await editor.addNode('Kling', 'On completed') };
}

/** Has the node create a video whose callbacks go to a URL. @returns the task ID */
async function createVideo(callbackUrl: string): Promise<string> {
	const credential = await host.createCredential(
		'Kling of the other workflow',
		klingAccount(host.emulator),
	);
	const create = klingNode(credential, { operation: 'create', options: { callbackUrl } });
	const { id } = await host.importWorkflow(chain('Creates', manualTrigger(), create));
	const execution = await host.run(id);
	return String(execution.items('Kling')[0]?.json.task_id);
}

describe('the Kling Trigger', () => {
	it('shows its URLs, and where they belong', async () => {
		const { node } = await addTrigger();
		const [test, production] = [
			await node.webhookUrl('Test URL'),
			await node.webhookUrl('Production URL'),
		];
		expect(test).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/webhook-test\/[\w-]+\/kling$/);
		expect(production).toBe(test.replace('/webhook-test/', '/webhook/'));
		const notice = triggerFields.find(({ type }) => type === 'notice')!.displayName;
		await node.text(notice.replaceAll(/<\/?b>/g, '')).waitFor();
		const { triggerPanel } = new KlingTrigger().description;
		await node.text((triggerPanel as { header: string }).header).waitFor();
		await expectSoon(
			async () => await node.fields(),
			['Trigger On', 'Download Video', 'Simplify', 'Options'],
		);
		expect(await node.offersOf('Add option')).toEqual([
			'Deduplicate',
			'Fetch Task',
			'Verify Signature',
		]);
	});

	it('shows the finished video while it listens for a test event', async () => {
		const { editor, node } = await addTrigger();
		const url = await node.webhookUrl('Test URL');
		await node.form.toggle('downloadVideo');
		await session.waitUntilSaved(editor, { downloadVideo: true });
		await node.execute();
		await node.waitUntilListening();
		const taskId = await createVideo(url);
		await node.output.waitForSuccess();

		await node.output.show('JSON');
		await expectSoon(async () => await node.output.text(), expect.stringContaining(taskId));
		expect(await node.output.text()).toContain('completed');
		await node.output.show('Binary');
		const video = await node.output.viewBinary();
		expect((await video.play()).videoWidth).toBe(640);
	});
});
