import type {
	IDataObject,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
} from 'n8n-workflow';

import { KlingApi } from '../../../credentials/KlingApi.credentials';
import { KlingTextToVideo } from '../../../nodes/KlingTextToVideo/KlingTextToVideo.node';
import codex from '../../../nodes/KlingTextToVideo/KlingTextToVideo.node.json';

const node = new KlingTextToVideo();
const { description } = node;
const { properties } = description;
const byName = (name: string) => properties.filter((property) => property.name === name);

/** The values of a list of options. */
function values({ options = [] }: INodeProperties): unknown[] {
	return (options as INodePropertyOptions[]).map(({ value }) => value);
}

describe('the node', () => {
	it('is a tool for AI agents', () => {
		expect(description.usableAsTool).toBe(true);
	});

	it('needs the credential, and tests it itself', () => {
		expect(description.credentials).toEqual([
			{ name: new KlingApi().name, required: true, testedBy: 'testCredential' },
		]);
		expect(node.methods.credentialTest.testCredential).toEqual(expect.any(Function));
	});

	it('is described for n8n’s search', () => {
		expect(codex.node).toBe(`n8n-nodes-kling.${description.name}`);
		// n8n's nodes panel hides the category AI from its search, and offers the values of Mode as
		// actions there. The tool that n8n makes of the node gets the category all the same.
		expect(codex.categories).toEqual(['Marketing']);
		expect(codex).not.toHaveProperty('subcategories');
		expect(codex.alias).toEqual(
			expect.arrayContaining(['text to video', 'AI video', 'generate video']),
		);
		for (const { url } of [
			...codex.resources.primaryDocumentation,
			...codex.resources.credentialDocumentation,
		]) {
			expect(url).toMatch(/^https:\/\/github\.com\/n8n-nodes-kling\//);
		}
	});

	it('keeps the parameter names that saved workflows depend on', () => {
		const names = properties.map(({ name }) => name);
		expect(names).toEqual(
			expect.arrayContaining([
				'operation',
				'model',
				'customModel',
				'prompt',
				'mode',
				'duration',
				'aspectRatio',
				'options',
				'waitOptions',
				'taskId',
				'downloadVideo',
				'binaryPropertyName',
				'simplify',
			]),
		);
		const optionsOf = (name: string) =>
			byName(name).flatMap(({ options = [] }) => options.map((option) => option.name));
		expect(optionsOf('options')).toEqual(
			expect.arrayContaining(['cameraControl', 'cfgScale', 'negativePrompt']),
		);
		expect(optionsOf('waitOptions')).toEqual(
			expect.arrayContaining(['pollingInterval', 'timeout', 'maxConcurrency', 'onTimeout']),
		);
	});
});

/** Every field of a form, also those within collections. */
function allFields(fields: INodeProperties[]): INodeProperties[] {
	return fields.flatMap((field) => {
		const { options = [], type } = field;
		if (type === 'collection') return [field, ...allFields(options as INodeProperties[])];
		if (type !== 'fixedCollection') return [field];
		const groups = options as INodePropertyCollection[];
		return [field, ...groups.flatMap((group) => allFields(group.values))];
	});
}

const everyField = [...properties, ...new KlingApi().properties].flatMap((field) =>
	allFields([field]),
);

describe('defaults', () => {
	it('are among the options', () => {
		const lists = everyField.filter(({ type }) => type === 'options');
		expect(lists.length).toBeGreaterThan(10);
		for (const field of lists) expect(values(field)).toContain(field.default);
	});

	it('of numbers are in their range', () => {
		const numbers = everyField.filter(({ type }) => type === 'number');
		expect(numbers.length).toBeGreaterThan(3);
		for (const { default: preset, typeOptions } of numbers) {
			expect(preset).toBeGreaterThanOrEqual(typeOptions?.minValue ?? -Infinity);
			expect(preset).toBeLessThanOrEqual(typeOptions?.maxValue ?? Infinity);
		}
	});

	it('of collections are empty, so that nothing is sent that nobody chose', () => {
		const collections = everyField.filter(({ type }) => /ollection$/.test(type));
		expect(collections.map((field) => field.default as IDataObject)).toEqual(
			collections.map(() => ({})),
		);
	});
});
