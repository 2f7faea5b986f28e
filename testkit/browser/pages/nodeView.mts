/** The node detail view: a node's form between its input and its output. */
import type { Locator, Page } from 'playwright-core';
import { CredentialDialog } from './credentialDialog.mts';
import { Form } from './form.mts';
import { NodesPanel } from './nodesPanel.mts';
import { OutputPanel } from './outputPanel.mts';
import { named, optionsOfList, shown, shownTexts, TEST_ID } from './selectors.mts';

export class NodeView {
	readonly output: OutputPanel;
	readonly form: Form;

	constructor(private readonly page: Page) {
		this.output = new OutputPanel(page);
		this.form = new Form(this.view.getByTestId(TEST_ID.parameters));
	}

	async waitUntilOpen(): Promise<void> {
		await this.view.getByTestId(TEST_ID.parameters).waitFor();
	}

	async close(): Promise<void> {
		await this.view.getByTestId(TEST_ID.closeNodeView).click();
		await this.view.waitFor({ state: 'hidden' });
	}

	/** Opens the nodes panel for the tools of an AI agent. */
	async openToolsPanel(): Promise<NodesPanel> {
		await this.page.getByTestId(TEST_ID.addTool).click();
		return await NodesPanel.opened(this.page);
	}

	/** The names of the form's fields, from top to bottom. */
	async fields(): Promise<string[]> {
		return await shownTexts(
			this.view.getByTestId(TEST_ID.parameters).getByTestId(TEST_ID.parameterLabel),
		);
	}

	/** What a collection such as Options lets add. @param button its "Add …" */
	async offersOf(button: string): Promise<string[]> {
		const options = await this.openCollection(button);
		const offers = await shownTexts(options);
		await this.collection(button).click();
		await options.first().waitFor({ state: 'hidden' });
		return offers;
	}

	async addFromCollection(button: string, name: string): Promise<void> {
		await named(await this.openCollection(button), name).click();
	}

	async chooseCredential(name: string): Promise<void> {
		await this.view.getByTestId(TEST_ID.credentialSelect).click();
		const items = this.page.locator(`[data-test-id^="node-credentials-select-item-"]`);
		await named(shown(items), name).click();
	}

	/** "Connect to Kling" if there is no credential yet, or else "Create new credential" in the list. */
	async createCredential(): Promise<CredentialDialog> {
		const first = this.view.getByTestId(TEST_ID.noCredentials).getByRole('button');
		const list = this.view.getByTestId(TEST_ID.credentialSelect);
		await first.or(list).click();
		if (await list.isVisible()) await shown(this.page.getByTestId(TEST_ID.newCredential)).click();
		return await CredentialDialog.opened(this.page);
	}

	async editCredential(): Promise<CredentialDialog> {
		await this.view.getByTestId(TEST_ID.editCredential).click();
		return await CredentialDialog.opened(this.page);
	}

	/** The name of the credential that is chosen. */
	async credential(): Promise<string> {
		return await this.view.getByTestId(TEST_ID.credentialSelect).locator('input').inputValue();
	}

	/** Execute step */
	async execute(): Promise<void> {
		await this.view.getByTestId(TEST_ID.executeStep).click();
	}

	/** The Stop button beside it. */
	async stop(): Promise<void> {
		await this.view.getByTestId(TEST_ID.stopStep).click();
	}

	/** Waits until the node runs. */
	async waitUntilExecuting(): Promise<void> {
		await this.view.getByTestId(TEST_ID.isExecuting).waitFor();
	}

	/** Waits until a trigger listens for a test event. */
	async waitUntilListening(): Promise<void> {
		await this.view.getByTestId(TEST_ID.isListening).waitFor();
	}

	/** A webhook's URL, as a trigger shows it. */
	async webhookUrl(kind: 'Test URL' | 'Production URL'): Promise<string> {
		const title = this.view.getByText('Webhook URLs', { exact: true });
		const choice = this.view.getByRole('radio', { name: kind, exact: true });
		if (!(await choice.isVisible())) await title.click();
		await choice.click();
		const url = this.view.getByText(kind === 'Test URL' ? /\/webhook-test\// : /\/webhook\//);
		return (await url.innerText()).trim();
	}

	/** Any text of the view's, such as a notice. */
	text(text: string | RegExp): Locator {
		return this.view.getByText(text);
	}

	private async openCollection(button: string): Promise<Locator> {
		await this.collection(button).click();
		const list = this.collection(button).getByRole('combobox');
		return await optionsOfList(list, TEST_ID.collectionOption);
	}

	private collection(button: string): Locator {
		return this.view
			.getByTestId(TEST_ID.addToCollection)
			.filter({ has: this.page.getByPlaceholder(button, { exact: true }) });
	}

	private get view(): Locator {
		return this.page.getByTestId(TEST_ID.nodeView);
	}
}
