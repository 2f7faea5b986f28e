/** How the parts of n8n's editor are found: the values of `data-test-id` in n8n 2.40. */
import { selectors, type Locator, type Page } from 'playwright-core';

selectors.setTestIdAttribute('data-test-id');

export const TEST_ID = {
	// Canvas
	addFirstStep: 'canvas-add-button',
	canvasNode: 'canvas-node',
	openNodesPanel: 'node-creator-plus-button',
	executeWorkflow: 'execute-workflow-button',
	zoomToFit: 'zoom-to-fit',
	stopExecution: 'stop-execution-button',
	successfulNode: 'canvas-node-status-success',

	// Nodes panel
	nodesPanel: 'node-creator',
	nodesPanelSearch: 'node-creator-search-bar',
	nodesPanelItem: 'item-iterator-item',
	nodesPanelItemName: 'node-creator-item-name',

	// Node detail view
	nodeView: 'ndv',
	closeNodeView: 'ndv-close-button',
	addTool: 'add-subnode-ai_tool-0',
	credentialSelect: 'node-credentials-select',
	/** In the place of the list, as long as there is no credential. */
	noCredentials: 'node-credentials-empty-state',
	newCredential: 'node-credentials-select-item-new',
	editCredential: 'credential-edit-button',
	parameters: 'node-parameters',
	parameterLabel: 'input-label',
	parameterOption: 'parameter-input-item',
	addToCollection: 'collection-parameter-add',
	collectionOption: 'collection-parameter-option',
	executeStep: 'node-execute-button',
	stopStep: 'ndv-stop-execution-button',
	isExecuting: 'ndv-executing',
	isListening: 'trigger-listening',

	// Its output
	output: 'output-panel',
	outputSuccess: 'node-run-status-success',
	outputData: 'ndv-data-container',
	errorMessage: 'node-error-message',
	errorDescription: 'node-error-description',
	viewBinary: 'ndv-view-binary-data',

	// Credential dialog
	credentialDialog: 'editCredential-modal',
	credentialField: 'credential-connection-parameter',
	saveCredential: 'credential-save-button',
} as const;

/** The input of a parameter, by the parameter's name. */
export function parameterInput(scope: Page | Locator, name: string): Locator {
	return scope.getByTestId(`parameter-input-${name}`);
}

/** What is on the screen now: n8n keeps closed menus and tabs in the page. */
export function shown(locator: Locator): Locator {
	return locator.filter({ visible: true });
}

/** The texts of what is on the screen now, each without what n8n adds below or beside it. */
export async function shownTexts(locator: Locator): Promise<string[]> {
	const texts = await shown(locator).allInnerTexts();
	return texts.map((text) => text.trim().split('\n')[0]!.trim());
}

/** The one in a list that holds just this text, and perhaps a description below. */
export function named(list: Locator, name: string): Locator {
	return list.filter({ has: list.page().getByText(name, { exact: true }) });
}

/**
 * The options of a list that was opened just now, once they are there. Only its own: another list
 * that is still closing shows its options for a moment longer.
 * @param list whose `aria-controls` names where its options are
 */
export async function optionsOfList(list: Locator, testId: string): Promise<Locator> {
	const id = await list.getAttribute('aria-controls');
	const options = shown(list.page().locator(`[id="${id}"]`).getByTestId(testId));
	await options.first().waitFor();
	return options;
}
