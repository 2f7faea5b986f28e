import { KlingError } from '../../nodes/shared/api/errors/klingError';
import { wordsOf } from '../../nodes/shared/n8n/words/errors';
import { testWords } from '../../nodes/shared/n8n/words/notes';
import { Editor } from '../../testkit/browser/pages/editor.mts';
import { signIn } from '../../testkit/browser/pages/signIn.mts';
import { startSession, type Session } from '../../testkit/browser/session.mts';
import { chain, EMULATOR_ACCOUNT, OWNER } from '../../testkit/n8n/index.mts';
import { expectSoon } from './expectSoon.mts';

const NODE = 'Kling Text to Video';
const IMAGE_NODE = 'Kling Image to Video';
/** As n8n lists a trigger that has actions. */
const TRIGGER = 'Kling';

let session: Session;

beforeAll(async () => {
	session = await startSession();
});
afterEach(async () => await session?.closePage());
afterAll(async () => await session?.stop());

describe('signing in', () => {
	it('leads to the workflows, where a new one begins empty', async () => {
		const page = await session.newForeignPage();
		await signIn(page, session.host.url, OWNER);
		const { workflowId } = await Editor.open(page, session.host.url);
		expect(workflowId).toMatch(/^\w+$/);
	});
});

describe('the nodes panel', () => {
	let editor: Editor;

	beforeEach(async () => {
		editor = await session.openEditor();
		await editor.addManualTrigger();
	});

	it('offers the node and the trigger for "kling", with their icon', async () => {
		const panel = await editor.openNodesPanel();
		await panel.search('kling');
		await expectSoon(async () => (await panel.offers()).sort(), [TRIGGER, IMAGE_NODE, NODE]);
		for (const name of [NODE, TRIGGER]) {
			expect(await panel.icon(name).getAttribute('src')).toMatch(/kling\.svg$/);
			await expectSoon(async () => await panel.isIconDrawn(name), true);
		}
	});

	it.each(['text to video', 'generate video', 'AI video', 'klingai'])(
		'finds the node by "%s"',
		async (words) => {
			const panel = await editor.openNodesPanel();
			await panel.search(words);
			await expectSoon(async () => await panel.offers(), expect.arrayContaining([NODE]));
		},
	);

	it('offers the operations as the node’s actions, and adds the node by one of them', async () => {
		const panel = await editor.openNodesPanel();
		await panel.search('kling');
		await panel.choose(NODE);
		await expectSoon(
			async () => await panel.actions(),
			[
				'Create video',
				'Create video and wait',
				'Get balance',
				'Get many videos',
				'Get status of video',
			],
		);
		await panel.add('Get status of video');
		await editor.node.waitUntilOpen();
		await expectSoon(async () => await editor.node.form.value('operation'), 'Get Status');
	});

	it('offers the node to an AI agent, as its tool', async () => {
		const { id } = await session.host.importWorkflow(
			chain('Agent', {
				name: 'AI Agent',
				type: '@n8n/n8n-nodes-langchain.agent',
				typeVersion: 3,
				parameters: { options: {} },
			}),
		);
		const agent = await (await session.openEditor(id)).openNode('AI Agent');
		const panel = await agent.openToolsPanel();
		await panel.search('kling');
		await expectSoon(
			async () => (await panel.offers()).sort(),
			[`${IMAGE_NODE} Tool`, `${NODE} Tool`],
		);
	});
});

describe('the credential dialog', () => {
	const ALWAYS = ['Allowed HTTP Request Domains'];
	const GATEWAY_FIELDS = ['Service', 'Base URL *', 'API Key *', ...ALWAYS];

	async function newCredential() {
		const editor = await session.openEditor();
		await editor.addManualTrigger();
		const node = await editor.addNode(NODE, 'Create video and wait');
		return { node, dialog: await node.createCredential() };
	}

	it('shows the fields of the service and the authentication that are chosen', async () => {
		const { dialog } = await newCredential();
		const fields = async () => await dialog.fields();
		await expectSoon(fields, [
			'Service',
			'Region',
			'Authentication',
			'API Key *',
			'Webhook Secret',
			...ALWAYS,
		]);
		await dialog.form.choose('authentication', 'Access Key + Secret Key');
		await expectSoon(fields, [
			'Service',
			'Region',
			'Authentication',
			'Access Key *',
			'Secret Key *',
			'Webhook Secret',
			...ALWAYS,
		]);
		await dialog.form.choose('region', 'Custom');
		await expectSoon(fields, [
			'Service',
			'Region',
			'Base URL *',
			'Authentication',
			'Access Key *',
			'Secret Key *',
			'Webhook Secret',
			...ALWAYS,
		]);
		await dialog.form.choose('service', 'Kling-Compatible Gateway');
		await expectSoon(fields, GATEWAY_FIELDS);
	});

	/** What the dialog says of a key that is refused. */
	const refused = (service: 'official' | 'gateway', code?: number) =>
		testWords.failed(
			wordsOf(new KlingError('badKey', { httpStatus: 401, code }), {
				connection: { service, hasOwnBaseUrl: true },
			}),
		);

	it('says what is wrong with a key, and accepts the right one', async () => {
		const { node, dialog } = await newCredential();
		await dialog.form.choose('region', 'Custom');
		await dialog.form.fill('baseUrl', session.host.emulator.url);
		await dialog.form.fill('apiKey', 'not-the-key');
		await dialog.save();
		expect(await dialog.failure()).toContain(refused('official', 1000));

		await dialog.form.fill('apiKey', EMULATOR_ACCOUNT.apiKey);
		await dialog.save();
		await dialog.waitUntilClosed();
		expect(await node.credential()).toMatch(/^Kling account/);
		await (await node.editCredential()).waitForSuccess();
		expect(session.host.emulator.tasks()).toEqual([]);
	});

	it('tests access key and secret key', async () => {
		const { node, dialog } = await newCredential();
		await dialog.form.choose('region', 'Custom');
		await dialog.form.fill('baseUrl', session.host.emulator.url);
		await dialog.form.choose('authentication', 'Access Key + Secret Key');
		await dialog.form.fill('accessKey', EMULATOR_ACCOUNT.accessKey);
		await dialog.form.fill('secretKey', EMULATOR_ACCOUNT.secretKey);
		await dialog.save();
		await dialog.waitUntilClosed();
		await (await node.editCredential()).waitForSuccess();
	});

	it('tests the key of a gateway', async () => {
		const { node, dialog } = await newCredential();
		await dialog.form.choose('service', 'Kling-Compatible Gateway');
		await dialog.form.fill('baseUrl', session.host.emulator.gatewayUrl);
		await dialog.form.fill('apiKey', 'not-the-key');
		await dialog.save();
		expect(await dialog.failure()).toContain(refused('gateway'));
		await dialog.form.fill('apiKey', EMULATOR_ACCOUNT.apiKey);
		await dialog.save();
		await dialog.waitUntilClosed();
		await (await node.editCredential()).waitForSuccess();
	});
});
