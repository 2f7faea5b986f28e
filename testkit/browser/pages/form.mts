/** Form fields, which look the same in nodes and in credentials. */
import type { Locator } from 'playwright-core';
import { named, optionsOfList, parameterInput, shownTexts, TEST_ID } from './selectors.mts';

export class Form {
	constructor(private readonly scope: Locator) {}

	/** Writes into a field, by the name of its parameter. */
	async fill(parameter: string, text: string): Promise<void> {
		await this.input(parameter).locator('input, textarea').first().fill(text);
	}

	/** What a field shows. */
	async value(parameter: string): Promise<string> {
		return await this.input(parameter).locator('input, textarea').first().inputValue();
	}

	/** Chooses from a field's list, by the option's name. */
	async choose(parameter: string, option: string): Promise<void> {
		await named(await this.openList(parameter), option).click();
	}

	/** The names in a field's list. */
	async optionsOf(parameter: string): Promise<string[]> {
		const options = await this.openList(parameter);
		const names = await shownTexts(options);
		await this.list(parameter).click();
		await options.first().waitFor({ state: 'hidden' });
		return names;
	}

	/** Turns a switch. */
	async toggle(parameter: string): Promise<void> {
		await this.input(parameter).locator('.el-switch__core').click();
	}

	private async openList(parameter: string): Promise<Locator> {
		await this.list(parameter).click();
		return await optionsOfList(this.list(parameter), TEST_ID.parameterOption);
	}

	private list(parameter: string): Locator {
		return this.input(parameter).getByRole('combobox');
	}

	private input(parameter: string): Locator {
		return parameterInput(this.scope, parameter);
	}
}
