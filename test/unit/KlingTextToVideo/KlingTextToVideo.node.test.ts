import {
	type IDataObject,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
	NodeHelpers,
} from 'n8n-workflow';

import { KlingApi } from '../../../credentials/KlingApi.credentials';
import { KlingTextToVideo } from '../../../nodes/KlingTextToVideo/KlingTextToVideo.node';
import codex from '../../../nodes/KlingTextToVideo/KlingTextToVideo.node.json';
import triggerCodex from '../../../nodes/KlingTrigger/KlingTrigger.node.json';
import { CUSTOM_MODEL, MODELS } from '../../../nodes/shared/api/models';

const node = new KlingTextToVideo();
const { description } = node;
const { properties } = description;
const models = [...MODELS, CUSTOM_MODEL];
const byName = (name: string) => properties.filter((property) => property.name === name);

/** The values of a list of options. */
function values({ options = [] }: INodeProperties): unknown[] {
	return (options as INodePropertyOptions[]).map(({ value }) => value);
}

/** Whether the form shows a field, or an option of a collection, while these values are chosen. */
function isShown(property: INodeProperties, chosen: INodeParameters, isOption = false): boolean {
	const own = isOption ? {} : chosen;
	return NodeHelpers.displayParameter(
		own,
		property,
		{ typeVersion: 1 } as INode,
		description,
		chosen,
	);
}

const shown = (name: string, chosen: INodeParameters) =>
	byName(name).filter((property) => isShown(property, chosen));

const union = <Value>(lists: ReadonlyArray<readonly Value[]>) => new Set(lists.flat());

describe('the node', () => {
	it('says which operation it does in its subtitle', () => {
		const [operation] = byName('operation');
		const operations = operation?.options as INodePropertyOptions[];
		expect(operations.map(({ value }) => value)).toEqual(
			expect.arrayContaining(['create', 'createAndWait', 'getStatus']),
		);
		for (const { name, value } of operations) {
			expect(description.subtitle).toContain(`${String(value)}: "${name}"`);
		}
	});

	it('creates and waits by default', () => {
		expect(byName('operation')[0]?.default).toBe('createAndWait');
	});

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
		for (const { categories, ...others } of [codex, triggerCodex]) {
			expect(categories).toEqual(['Marketing']);
			expect(others).not.toHaveProperty('subcategories');
		}
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

describe.each(['create', 'createAndWait'])('the form of %s', (operation) => {
	it.each(models.map(({ value, formats }) => ({ value, formats })))(
		'offers what $value can do, and nothing else',
		({ value, formats }) => {
			const chosen = { operation, model: value };
			const abilities = Object.values(formats);
			const offers: Array<[string, Set<unknown>]> = [
				['mode', union(abilities.map(({ modes }) => modes))],
				['duration', union(abilities.map(({ durations }) => durations))],
				['aspectRatio', union(abilities.map(({ aspectRatios }) => aspectRatios))],
			];
			for (const [name, offered] of offers) {
				const fields = shown(name, chosen);
				expect(fields).toHaveLength(1);
				expect(values(fields[0] as INodeProperties)).toHaveLength(offered.size);
				expect(new Set(values(fields[0] as INodeProperties))).toEqual(offered);
			}
			expect(shown('customModel', chosen)).toHaveLength(value === 'custom' ? 1 : 0);
			expect(shown('prompt', chosen)).toHaveLength(1);
		},
	);

	it.each(models.map(({ value, formats }) => ({ value, formats })))(
		'has for $value the options that it knows',
		({ value, formats }) => {
			const abilities = Object.values(formats);
			const [collection] = byName('options').filter((property) =>
				isShown(property, { operation, model: value }),
			);
			const modes = [...union(abilities.map((ability) => ability.modes))];
			const durations = [...union(abilities.map((ability) => ability.durations))];
			/** Options of this name in any mode and duration that the model has. */
			const found = (name: string) =>
				((collection?.options ?? []) as INodeProperties[]).filter(
					(option) =>
						option.name === name &&
						modes.some((mode) =>
							durations.some((duration) =>
								isShown(option, { operation, model: value, mode, duration }, true),
							),
						),
				);
			expect(found('cfgScale').length > 0).toBe(abilities.some(({ cfgScale }) => cfgScale));
			expect(found('negativePrompt').length > 0).toBe(
				abilities.some(({ negativePrompt }) => negativePrompt),
			);
			const movements = found('cameraControl').flatMap(({ options = [] }) =>
				(options as INodePropertyCollection[]).flatMap(({ values: fields }) =>
					fields.filter(({ name }) => name === 'type').flatMap(values),
				),
			);
			const cameras = abilities.flatMap(({ camera }) => (camera ? [camera] : []));
			expect(new Set(movements)).toEqual(
				union(cameras.map(({ axes, presets }) => [...axes, ...presets])),
			);
		},
	);
});

describe('the fields', () => {
	it.each(['createAndWait', 'getStatus'])('of a download show only with it, in %s', (operation) => {
		expect(shown('binaryPropertyName', { operation, downloadVideo: true })).toHaveLength(1);
		expect(shown('binaryPropertyName', { operation, downloadVideo: false })).toHaveLength(0);
	});

	it('download the video by default where it is waited for, and only there', () => {
		const defaults = ['createAndWait', 'getStatus', 'create'].map((operation) =>
			shown('downloadVideo', { operation }).map((field) => field.default),
		);
		expect(defaults).toEqual([[true], [false], []]);
	});

	it('ask for a Task ID in Get Status only, and take it from the item', () => {
		expect(shown('taskId', { operation: 'create' })).toEqual([]);
		expect(shown('taskId', { operation: 'getStatus' })[0]?.default).toBe('={{ $json.task_id }}');
	});

	it('ask how to wait in Create and Wait only', () => {
		const operations = ['create', 'createAndWait', 'getStatus'];
		expect(operations.map((operation) => shown('waitOptions', { operation }).length)).toEqual([
			0, 1, 0,
		]);
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
