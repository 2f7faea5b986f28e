import type { INodeProperties } from 'n8n-workflow';

import { ALL_MODELS, type Capabilities } from '../../../../nodes/shared/api/models';
import { groupOf, isShownWith, OPERATIONS, type Settings, shownOption, valuesOf } from './form.mts';

const union = <Value>(lists: ReadonlyArray<readonly Value[]>) => new Set(lists.flat());

describe.each(OPERATIONS)('the Options of %s', (operation) => {
	const option = (name: string, model: string, more: Partial<Settings> = {}) =>
		shownOption(name, { operation, model, ...more }).length;

	it('offers Sound with Professional only for Kling 2.6', () => {
		expect(option('sound', 'kling-v2-6', { mode: 'std' })).toBe(0);
		expect(option('sound', 'kling-v2-6', { mode: 'pro' })).toBe(1);
	});

	it('offers Sound in every mode for Kling 3.0, and for no model that has no choice', () => {
		for (const mode of ['std', 'pro', '4k']) expect(option('sound', 'kling-v3', { mode })).toBe(1);
		for (const model of ['kling-3.0-turbo', 'kling-v2-5-turbo', 'kling-v1-6', 'kling-v2-1']) {
			for (const mode of ['std', 'pro']) expect(option('sound', model, { mode })).toBe(0);
		}
	});

	it('offers Camera Control with Standard and 5 seconds only for Kling 1.0', () => {
		expect(option('cameraControl', 'kling-v1')).toBe(1);
		expect(option('cameraControl', 'kling-v1', { mode: 'pro' })).toBe(0);
		expect(option('cameraControl', 'kling-v1', { duration: 10 })).toBe(0);
	});

	it('offers Camera Control whatever the rest for the models that gateways have', () => {
		for (const model of ['kling-v1-6', 'kling-v2-master', 'kling-v2-1', 'kling-v2-1-master']) {
			expect(option('cameraControl', model, { mode: 'pro', duration: 10 })).toBe(1);
		}
		for (const model of ['kling-v3', 'kling-3.0-turbo', 'kling-v2-6', 'kling-v2-5-turbo']) {
			expect(option('cameraControl', model)).toBe(0);
		}
	});

	it('offers the presets of Camera Control where they exist, and no Value with them', () => {
		const presets = ['down_back', 'forward_up', 'left_turn_forward', 'right_turn_forward'];
		const axes = ['horizontal', 'pan', 'roll', 'tilt', 'vertical', 'zoom'];
		const control = (model: string) => groupOf(shownOption('cameraControl', { operation, model }));
		const types = (model: string) => [...valuesOf(control(model))].sort();
		expect(types('kling-v1')).toEqual([...presets, ...axes].sort());
		expect(types('kling-v1-6')).toEqual(axes);
		const value = control('kling-v1').find(({ name }) => name === 'value') as INodeProperties;
		const isShown = (type: string) => isShownWith(value, { type });
		expect(presets.filter(isShown)).toEqual([]);
		expect(axes.filter(isShown)).toEqual(axes);
	});

	const classic = ['kling-v2-1-master', 'kling-v2-1', 'kling-v2-master', 'kling-v1-6', 'kling-v1'];
	const v4 = ['kling-4.0', 'kling-4.0-flash'];
	const v2 = ['kling-v2-6', 'kling-v2-5-turbo'];

	it.each<[string, string, string[], string[]]>([
		[
			'CFG Scale',
			'cfgScale',
			['kling-v3', ...classic, 'custom'],
			['kling-3.0-turbo', ...v2, ...v4],
		],
		[
			'Negative Prompt',
			'negativePrompt',
			['kling-v3', ...v2, ...classic, 'custom'],
			['kling-3.0-turbo', ...v4],
		],
		[
			'Multi-Shot',
			'multiShot',
			['kling-v3', 'kling-3.0-turbo', 'custom'],
			[...v2, ...v4, ...classic],
		],
	])('offers %s for the models that have it', (_field, name, having, lacking) => {
		expect(having.map((model) => option(name, model))).toEqual(having.map(() => 1));
		expect(lacking.map((model) => option(name, model))).toEqual(lacking.map(() => 0));
	});

	it('lets Kling 3.0 split the prompt, but not Kling 3.0 Turbo', () => {
		const types = (model: string) =>
			[...valuesOf(groupOf(shownOption('multiShot', { operation, model })))].sort();
		expect(types('kling-v3')).toEqual(['customize', 'intelligence']);
		expect(types('kling-3.0-turbo')).toEqual(['customize']);
	});

	it('offers Watermark and External Task ID for every model', () => {
		for (const { value } of ALL_MODELS) {
			expect(option('watermark', value)).toBe(1);
			expect(option('externalTaskId', value)).toBe(1);
		}
	});

	it('shows everything a model by expression may need', () => {
		const settings = { operation, model: '={{ $json.model }}', mode: '={{ $json.mode }}' };
		for (const name of ['sound', 'cameraControl', 'cfgScale', 'negativePrompt', 'multiShot']) {
			expect(shownOption(name, settings).length).toBeGreaterThan(0);
		}
	});

	it.each(ALL_MODELS)('has for $value the options that it knows', ({ value, formats }) => {
		const abilities = Object.values<Capabilities>(formats);
		const modes = [...union(abilities.map((ability) => ability.modes))];
		const durations = [...union(abilities.map((ability) => ability.durations))];
		/** Options of this name in any mode and duration that the model has. */
		const found = (name: string) =>
			modes.flatMap((mode) =>
				durations.flatMap((duration) =>
					shownOption(name, { operation, model: value, mode, duration }),
				),
			);
		expect(found('cfgScale').length > 0).toBe(abilities.some(({ cfgScale }) => cfgScale));
		expect(found('negativePrompt').length > 0).toBe(
			abilities.some(({ negativePrompt }) => negativePrompt),
		);
		const movements = found('cameraControl').flatMap((field) =>
			valuesOf(groupOf([field]).filter(({ name }) => name === 'type')),
		);
		const cameras = abilities.flatMap(({ camera }) => (camera ? [camera] : []));
		expect(new Set(movements)).toEqual(
			union(cameras.map(({ axes, presets }) => [...axes, ...presets])),
		);
	});
});
