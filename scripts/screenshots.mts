/**
 * `npm run screenshots`: retakes the screenshots in docs/, in light and in dark, with the page objects of
 * the browser tests on a real n8n.
 */
import { mkdir } from 'node:fs/promises';
import { Editor } from '../testkit/browser/pages/editor.mts';
import { startSession, VIEWPORT, type Session } from '../testkit/browser/session.mts';
import { fitCredentials, klingAccount, readExample } from '../testkit/n8n/index.mts';
import { isPortFree } from '../testkit/ports.mts';

const FOLDER = 'docs';
/** Of `npm run emulator`: it can be read in the picture of the credential. */
const EMULATOR_PORT = 8787;
const CREDENTIAL = 'Kling account';
const NODE = 'Kling Text to Video';
const PROMPT = 'The sun rises over misty purple mountains, slow aerial shot, warm light, cinematic';
/** A moment of the sample video with much to see, in seconds. */
const MOMENT = 2.5;

type Theme = 'light' | 'dark';

/** Each begins in an empty editor and ends with what the picture is to show. */
const SCENES: Readonly<Record<string, (editor: Editor, session: Session) => Promise<void>>> = {
	'nodes-panel': async (editor) => {
		await editor.addManualTrigger();
		const panel = await editor.openNodesPanel();
		await panel.search('kling');
		await panel.icon(NODE).waitFor();
	},

	editor: async (editor, { host }) => {
		const example = await readExample('create-and-wait.json');
		const credentials = await host.rest<Array<{ id: string; name: string; type: string }>>(
			'GET',
			'/credentials',
		);
		const { id } = await host.importWorkflow(fitCredentials(example, credentials));
		const opened = await Editor.open(editor.page, host.url, id);
		await opened.executeWorkflow();
		await opened.waitForSuccess(2);
		await opened.zoomToFit();
	},

	node: async (editor, session) => {
		const node = await openKling(editor, session);
		await node.execute();
		await node.output.waitForSuccess();
		await node.output.show('Binary');
		const video = await node.output.viewBinary();
		await video.pauseAt(MOMENT);
	},

	credential: async (editor, session) => {
		const node = await openKling(editor, session);
		const dialog = await node.editCredential();
		await dialog.waitForSuccess();
		// n8n makes the dialog as high as the window allows.
		await editor.page.setViewportSize({ ...VIEWPORT, height: 1130 });
	},

	error: async (editor, session) => {
		const node = await openKling(editor, session, `${PROMPT}. `.repeat(40));
		await node.execute();
		await node.output.error();
	},
};

async function openKling(editor: Editor, session: Session, prompt = PROMPT) {
	await editor.addManualTrigger();
	const node = await editor.addNode(NODE, 'Create video and wait');
	await node.chooseCredential(CREDENTIAL);
	await node.form.fill('prompt', prompt);
	await session.waitUntilSaved(editor, { prompt });
	return node;
}

async function picture(session: Session, name: string, theme: Theme): Promise<void> {
	const editor = await session.openEditor(undefined, { colorScheme: theme });
	if ((await editor.theme()) !== theme) throw new Error(`n8n is not ${theme}`);
	try {
		await SCENES[name]!(editor, session);
	} catch (error) {
		await session.takePicture(`${name}-${theme}`);
		throw error;
	}
	await editor.dismissToasts();
	await editor.rest();
	const path = `${FOLDER}/${name}-${theme}.png`;
	await editor.page.screenshot({ path, animations: 'disabled' });
	console.log(path);
}

const port = (await isPortFree(EMULATOR_PORT)) ? EMULATOR_PORT : 0;
const session = await startSession({ emulator: { port } });
try {
	await session.host.createCredential(CREDENTIAL, klingAccount(session.host.emulator));
	await mkdir(FOLDER, { recursive: true });
	const wanted = process.argv.slice(2);
	for (const name of Object.keys(SCENES)) {
		if (wanted.length > 0 && !wanted.includes(name)) continue;
		for (const theme of ['light', 'dark'] as const) await picture(session, name, theme);
	}
} finally {
	await session.stop();
}
