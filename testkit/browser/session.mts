/**
 * A real n8n and a browser that is signed in to it.
 *
 * ```ts
 * const session = await startSession();          // n8n, the emulator and Chromium
 * const editor = await session.openEditor();     // a page of its own, with a new workflow
 * await session.closePage();
 * await session.stop();
 * ```
 *
 * When a test fails while a page is open, a picture of it is left in the system's folder for
 * temporary files; its path is printed.
 */
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { INode, INodeParameters } from 'n8n-workflow';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { eventually } from '../eventually.mts';
import { OWNER, RestError, startHost, type Host, type HostOptions } from '../n8n/index.mts';
import { launchChromium } from './chromium.mts';
import { Editor } from './pages/editor.mts';
import { signIn } from './pages/signIn.mts';

/** For whatever the page is to do. The machine may be busy. */
const PATIENCE_MS = 60_000;

export const VIEWPORT = { width: 1440, height: 900 };

/** How `environment.js` reaches the page. */
interface PictureTaker {
	takePicture?: (testName: string) => Promise<void>;
}

type StorageState = Awaited<ReturnType<ReturnType<Page['context']>['storageState']>>;

/** @throws Error when there is no Chromium, or n8n does not come up */
export async function startSession({ emulator, ...options }: HostOptions = {}): Promise<Session> {
	const browser = await launchChromium();
	try {
		// All models are alive whatever the date.
		const host = await startHost({ emulator: { models: 'classic', ...emulator }, ...options });
		return new Session(host, browser);
	} catch (error) {
		await browser.close();
		throw error;
	}
}

export class Session {
	private page?: Page;
	/** Cookies and local storage of whoever has signed in. */
	private signedIn?: StorageState;

	constructor(
		readonly host: Host,
		private readonly browser: Browser,
	) {
		(globalThis as PictureTaker).takePicture = async (name) => await this.takePicture(name);
	}

	/** A page of its own, signed in, in the place of the one that was open. */
	async newPage(options: BrowserContextOptions = {}): Promise<Page> {
		const page = await this.newForeignPage({ storageState: this.signedIn, ...options });
		if (!this.signedIn) {
			await signIn(page, this.host.url, OWNER);
			this.signedIn = await page.context().storageState();
		}
		return page;
	}

	/** A page that n8n does not know yet. */
	async newForeignPage(options: BrowserContextOptions = {}): Promise<Page> {
		await this.closePage();
		const context = await this.browser.newContext({ viewport: VIEWPORT, ...options });
		context.setDefaultTimeout(PATIENCE_MS);
		this.page = await context.newPage();
		return this.page;
	}

	/** A page of its own with the editor. @param workflowId a new workflow if there is none */
	async openEditor(workflowId?: string, options?: BrowserContextOptions): Promise<Editor> {
		return await Editor.open(await this.newPage(options), this.host.url, workflowId);
	}

	/**
	 * Waits until n8n has stored a node with such parameters. It executes what it has stored, and
	 * stores what is changed in the editor with a delay.
	 */
	async waitUntilSaved({ workflowId }: Editor, parameters: INodeParameters): Promise<void> {
		const wanted = Object.entries(parameters);
		await eventually(async () => {
			const { nodes } = await this.host.workflow(workflowId).catch(ifUnknown);
			return nodes.some((node) => wanted.every(([name, value]) => node.parameters[name] === value));
		});
	}

	async closePage(): Promise<void> {
		await this.page?.context().close();
		this.page = undefined;
	}

	/** Ends the browser, n8n and the emulator. */
	async stop(): Promise<void> {
		await this.browser.close();
		await this.host.stop();
	}

	/** Leaves a picture of the page that is open, after a failure. */
	async takePicture(testName: string): Promise<void> {
		if (!this.page || this.page.isClosed()) return;
		const folder = join(tmpdir(), 'n8n-nodes-kling-browser');
		const path = join(folder, `${testName.replace(/\W+/g, '-')}.png`);
		await mkdir(folder, { recursive: true });
		await this.page.screenshot({ path });
		// jest would print a stack below what comes by the console.
		process.stderr.write(`"${testName}" has failed at ${this.page.url()}; its page: ${path}\n`);
	}
}

/** A new workflow is stored after its first change only. */
function ifUnknown(error: unknown): { nodes: INode[] } {
	if (error instanceof RestError && error.status === 404) return { nodes: [] };
	throw error;
}
