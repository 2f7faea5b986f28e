/** The panel on the right, in which nodes are looked for. */
import type { Locator, Page } from 'playwright-core';
import { named, shown, shownTexts, TEST_ID } from './selectors.mts';

export class NodesPanel {
	constructor(private readonly page: Page) {}

	/** @returns the panel once it can be searched */
	static async opened(page: Page): Promise<NodesPanel> {
		await page.getByTestId(TEST_ID.nodesPanelSearch).waitFor();
		return new NodesPanel(page);
	}

	async search(text: string): Promise<void> {
		await this.page.getByTestId(TEST_ID.nodesPanelSearch).fill(text);
	}

	/** The names of the nodes that are offered. */
	async offers(): Promise<string[]> {
		return await shownTexts(this.panel.getByTestId(TEST_ID.nodesPanelItemName));
	}

	/** The names of a chosen node's actions. */
	async actions(): Promise<string[]> {
		return await shownTexts(this.panel.getByTestId(TEST_ID.nodesPanelItem));
	}

	/** The picture beside the name of an offered node. */
	icon(name: string): Locator {
		return this.item(name).locator('img').first();
	}

	async isIconDrawn(name: string): Promise<boolean> {
		type Image = { complete: boolean; naturalWidth: number };
		return await this.icon(name).evaluate(
			({ complete, naturalWidth }: Image) => complete && naturalWidth > 0,
		);
	}

	/** Clicks on an offered node. */
	async choose(name: string): Promise<void> {
		await this.item(name).click();
	}

	/** Adds the chosen node to the workflow. @param action one of its actions, or the button of a node without any */
	async add(action: string): Promise<void> {
		await shown(this.panel.getByText(action, { exact: true })).click();
	}

	private item(name: string): Locator {
		return named(shown(this.panel.getByTestId(TEST_ID.nodesPanelItem)), name);
	}

	private get panel(): Locator {
		return this.page.getByTestId(TEST_ID.nodesPanel);
	}
}
