import type { INodePropertyOptions } from 'n8n-workflow';

import { offeredBy } from '../../../../nodes/shared/api/modelLookup';
import {
	ALL_MODELS,
	type AnyModel,
	type Capabilities,
	MODELS,
} from '../../../../nodes/shared/api/models';
import { formatsFor, type FormatName } from '../../../../nodes/shared/api/routes';
import { OPERATIONS, shown, valuesOf } from './form.mts';

const union = <Value>(lists: ReadonlyArray<readonly Value[]>) => new Set(lists.flat());

/** What a model can do in the formats of text to video. */
function textFormatsOf({ formats }: AnyModel): Partial<Record<FormatName, Capabilities>> {
	return Object.fromEntries(
		formatsFor('textToVideo').flatMap((each) => (each in formats ? [[each, formats[each]]] : [])),
	);
}

describe('the Model field', () => {
	const [field] = shown('model', { model: '' });
	const options = field?.options as INodePropertyOptions[];

	it('offers every model of the registry and Custom, Kling 2.6 by default', () => {
		const offered = options.map(({ value }) => value);
		expect(offered).toEqual(ALL_MODELS.map(({ value }) => value));
		// Saved workflows name these.
		expect(offered).toEqual(
			expect.arrayContaining([
				'kling-v3',
				'kling-3.0-turbo',
				'kling-v2-6',
				'kling-v2-5-turbo',
				'kling-4.0',
				'kling-4.0-flash',
				'kling-v2-1-master',
				'kling-v2-1',
				'kling-v2-master',
				'kling-v1-6',
				'kling-v1',
				'custom',
			]),
		);
		expect(field?.default).toBe('kling-v2-6');
	});

	it.each([
		['kling-v2-1-master', '2026-09-15', true],
		['kling-v2-master', '2026-10-01', true],
		['kling-v1-6', '2026-09-15', true],
		['kling-v1', '2026-10-01', false],
	])('says that %s is retired since %s', (model, day, onGateways) => {
		const text = options.find(({ value }) => value === model)?.description ?? '';
		expect(text).toMatch(/retired/i);
		expect(text).toContain(day);
		expect(/gateway/i.test(text)).toBe(onGateways);
	});

	it('says so of no other model', () => {
		const retired = options.filter(({ description: text }) => /retired/i.test(text ?? ''));
		expect(retired.map(({ value }) => value).sort()).toEqual(
			MODELS.filter((model) => model.retired)
				.map(({ value }) => value)
				.sort(),
		);
	});

	it('shows Model ID with Custom only', () => {
		for (const { value } of ALL_MODELS) {
			expect(shown('customModel', { model: value })).toHaveLength(value === 'custom' ? 1 : 0);
		}
	});
});

describe.each(OPERATIONS)('the form of %s', (operation) => {
	it.each(ALL_MODELS)('offers what $value can do, and nothing else', ({ value, formats }) => {
		const chosen = { operation, model: value };
		// Another model may be able to do what any of the known ones can.
		const served = value === 'custom' ? ALL_MODELS.map((model) => textFormatsOf(model)) : [formats];
		const abilities = served.flatMap((each) => Object.values<Capabilities>(each));
		const offers: Array<[string, Set<unknown>]> = [
			['mode', union(abilities.map(({ modes }) => modes))],
			['duration', union(abilities.map(({ durations }) => durations))],
			['aspectRatio', union(abilities.map(({ aspectRatios }) => aspectRatios))],
		];
		for (const [name, offered] of offers) {
			const fields = shown(name, chosen);
			expect(fields).toHaveLength(1);
			expect(valuesOf(fields)).toHaveLength(offered.size);
			expect(new Set(valuesOf(fields))).toEqual(offered);
		}
		expect(shown('customModel', chosen)).toHaveLength(value === 'custom' ? 1 : 0);
		expect(shown('prompt', chosen)).toHaveLength(1);
	});

	it.each(ALL_MODELS.map((model) => [model.displayName, model] as const))(
		'has for %s each field once, with just what the model offers',
		(_name, model) => {
			const settings = { operation, model: model.value };
			for (const name of ['mode', 'duration', 'aspectRatio', 'options', 'prompt', 'simplify']) {
				expect(shown(name, settings)).toHaveLength(1);
			}
			expect(valuesOf(shown('mode', settings))).toEqual(
				offeredBy(model, 'textToVideo', ({ modes }) => modes),
			);
			expect(valuesOf(shown('duration', settings))).toEqual(
				offeredBy(model, 'textToVideo', ({ durations }) => durations),
			);
			expect(valuesOf(shown('aspectRatio', settings))).toEqual(
				offeredBy(model, 'textToVideo', ({ aspectRatios }) => aspectRatios),
			);
		},
	);

	it.each<[string, string[]]>([
		['kling-v3', ['std', 'pro', '4k']],
		['kling-3.0-turbo', ['std', 'pro']],
		['kling-v2-6', ['std', 'pro']],
		['kling-v1', ['std', 'pro']],
		['custom', ['std', 'pro', '4k']],
	])('offers for %s the modes %j', (model, modes) => {
		expect(valuesOf(shown('mode', { operation, model }))).toEqual(modes);
	});

	it.each<[string, number[]]>([
		['kling-v3', [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]],
		['kling-3.0-turbo', [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]],
		['kling-v2-6', [5, 10]],
		['kling-v2-5-turbo', [5, 10]],
		['kling-v1-6', [5, 10]],
	])('offers for %s the durations %j', (model, durations) => {
		expect(valuesOf(shown('duration', { operation, model }))).toEqual(durations);
	});
});
