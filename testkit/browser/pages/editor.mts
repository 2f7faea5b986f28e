/** The canvas, and how to get from it to a node. */
import type { Locator, Page } from 'playwright-core';
import { NodesPanel } from './nodesPanel.mts';
import { NodeView } from './nodeView.mts';
import { TEST_ID } from './selectors.mts';

/** What the nodes panel offers for the first step. */
const MANUAL_TRIGGER = 'Trigger manually';

export class Editor {
	/** The node that is open. */
	readonly node: NodeView;

	constructor(readonly page: Page) {
		this.node = new NodeView(page);
	}

	/** @param workflowId a new workflow if there is none */
	static async open(page: Page, url: string, workflowId = 'new'): Promise<Editor> {
		await page.goto(`${url}/workflow/${workflowId}`);
		const start = workflowId === 'new' ? TEST_ID.addFirstStep : TEST_ID.canvasNode;
		await page.getByTestId(start).first().waitFor();
		return new Editor(page);
	}

	/** The id of the workflow, which stands in the address. */
	get workflowId(): string {
		const [, id] = /\/workflow\/(\w+)/.exec(this.page.url())!;
		return id!;
	}

	/** Opens the nodes panel: for the trigger in an empty workflow, or else for what comes next. */
	async openNodesPanel(): Promise<NodesPanel> {
		const first = this.page.getByTestId(TEST_ID.addFirstStep);
		const next = this.page.getByTestId(TEST_ID.openNodesPanel);
		await ((await first.isVisible()) ? first : next).click();
		return await NodesPanel.opened(this.page);
	}

	/** Begins the workflow with a manual trigger. */
	async addManualTrigger(): Promise<void> {
		await (await this.openNodesPanel()).choose(MANUAL_TRIGGER);
		await this.page.getByTestId(TEST_ID.canvasNode).waitFor();
	}

	/** Adds a node by one of its actions, which opens it. */
	async addNode(name: string, action: string): Promise<NodeView> {
		const panel = await this.openNodesPanel();
		await panel.search(name);
		await panel.choose(name);
		await panel.add(action);
		await this.node.waitUntilOpen();
		return this.node;
	}

	/** Opens a node of the canvas. */
	async openNode(name: string): Promise<NodeView> {
		await this.page.getByTestId(TEST_ID.canvasNode).filter({ hasText: name }).dblclick();
		await this.node.waitUntilOpen();
		return this.node;
	}

	async executeWorkflow(): Promise<void> {
		await this.page.getByTestId(TEST_ID.executeWorkflow).click();
	}

	/** The canvas's Stop button. */
	async stop(): Promise<void> {
		await this.page.getByTestId(TEST_ID.stopExecution).click();
	}

	/** Waits until so many nodes carry the mark of success. */
	async waitForSuccess(nodes: number): Promise<void> {
		await this.page
			.getByTestId(TEST_ID.successfulNode)
			.nth(nodes - 1)
			.waitFor();
	}

	/** Waits for one of n8n's messages in the corner. */
	async waitForToast(title: string): Promise<void> {
		await this.toast(title).waitFor();
	}

	/** Closes all of n8n's messages. */
	async dismissToasts(): Promise<void> {
		const close = this.toasts.locator('.el-notification__closeBtn');
		while ((await close.count()) > 0) {
			await close.first().click();
			await close.first().waitFor({ state: 'detached' });
		}
	}

	async zoomToFit(): Promise<void> {
		await this.page.getByTestId(TEST_ID.zoomToFit).click();
	}

	/** Takes pointer and cursor away from everything, and waits until all pictures and movements are done. */
	async rest(): Promise<void> {
		await this.page.mouse.move(0, 0);
		await this.page.evaluate(REST);
	}

	/** By the brightness of the page's background. */
	async theme(): Promise<'light' | 'dark'> {
		const [red = 0, green = 0, blue = 0] = await this.page.evaluate<number[]>(BACKGROUND);
		return red + green + blue > 1.5 * 255 ? 'light' : 'dark';
	}

	private toast(title: string): Locator {
		return this.toasts.filter({ hasText: title });
	}

	private get toasts(): Locator {
		return this.page.locator('.el-notification');
	}
}

/** One movement may begin as another one ends. Spinners never end: they are not waited for. */
const REST = `(async () => {
	document.activeElement?.blur();
	const passing = () =>
		document.getAnimations().filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
	const twoFrames = async () => {
		for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
	};
	for (await twoFrames(); passing().length > 0; await twoFrames()) {
		await Promise.allSettled(passing().map(({ finished }) => finished));
	}
	await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
})()`;

/** Painted, because the colour may be given in any notation. */
const BACKGROUND = `(() => {
	const canvas = document.createElement('canvas').getContext('2d');
	canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
	canvas.fillRect(0, 0, 1, 1);
	return [...canvas.getImageData(0, 0, 1, 1).data];
})()`;
