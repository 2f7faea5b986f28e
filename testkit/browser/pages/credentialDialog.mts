/** The dialog in which a credential is filled in and tested. */
import type { Locator, Page } from 'playwright-core';
import { Form } from './form.mts';
import { shown, shownTexts, TEST_ID } from './selectors.mts';

export class CredentialDialog {
	readonly form: Form;

	private constructor(private readonly page: Page) {
		this.form = new Form(this.dialog);
	}

	/** Waits for the dialog. */
	static async opened(page: Page): Promise<CredentialDialog> {
		const dialog = new CredentialDialog(page);
		await dialog.dialog.getByTestId(TEST_ID.credentialField).first().waitFor();
		return dialog;
	}

	/** The names of the fields, from top to bottom; required ones end in an asterisk. */
	async fields(): Promise<string[]> {
		return await shownTexts(this.dialog.getByTestId(TEST_ID.credentialField));
	}

	/** Saves, which tests the credential. n8n closes the dialog if the test is passed. */
	async save(): Promise<void> {
		await this.dialog.getByTestId(TEST_ID.saveCredential).click();
	}

	async close(): Promise<void> {
		await this.dialog.getByRole('button', { name: 'Close this dialog' }).click();
		await this.waitUntilClosed();
	}

	async waitUntilClosed(): Promise<void> {
		await this.dialog.waitFor({ state: 'hidden' });
	}

	/** Waits for "Connection tested successfully". */
	async waitForSuccess(): Promise<void> {
		await shown(this.dialog.getByText('Connection tested successfully')).waitFor();
	}

	/** Waits until the test has failed. @returns what the node says of it */
	async failure(): Promise<string> {
		const title = shown(this.dialog.getByText('Couldn’t connect with these settings'));
		await title.waitFor();
		await this.dialog.getByText('More details').click();
		return await this.dialog.innerText();
	}

	private get dialog(): Locator {
		return this.page.getByTestId(TEST_ID.credentialDialog);
	}
}
