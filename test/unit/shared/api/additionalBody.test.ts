import {
	findBodyChange,
	findPriceChange,
	mergeBody,
} from '../../../../nodes/shared/api/additionalBody';
import { findTarget, type Target } from '../../../../nodes/shared/api/modelLookup';
import type { FormatName } from '../../../../nodes/shared/api/routes';
import { REQUEST } from '../../gatewayReplies';

const TARGETS: Readonly<Record<FormatName, Target>> = {
	'v1-image': findTarget('kling-v3', ['v1-image']) as Target,
	'path-image': findTarget('kling-v3', ['path-image']) as Target,
	gateway: findTarget('kling-v1-6', ['gateway']) as Target,
	v1: findTarget('kling-v3', ['v1']) as Target,
	path: findTarget('kling-v3', ['path']) as Target,
};

describe('a merge', () => {
	it.each([
		['adds what is new', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
		['replaces what is there', { a: 1 }, { a: 2 }, { a: 2 }],
		[
			'goes into objects',
			{ a: { b: 1, c: 2 } },
			{ a: { c: 3, d: { e: 4 } } },
			{ a: { b: 1, c: 3, d: { e: 4 } } },
		],
		['replaces lists as a whole', { a: [1, 2, 3] }, { a: [4] }, { a: [4] }],
		['replaces an object by a value', { a: { b: 1 } }, { a: null }, { a: null }],
		['replaces a value by an object', { a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
		['changes nothing by nothing', { a: { b: 1 } }, {}, { a: { b: 1 } }],
		['keeps fields that objects have by nature', {}, { toString: 1 }, { toString: 1 }],
	])('%s', (_name, body, additional, merged) => {
		const before = structuredClone(body);
		expect(mergeBody(body, additional)).toEqual(merged);
		expect(body).toEqual(before);
	});

	it('does not reach a prototype', () => {
		const additional = JSON.parse(
			'{"__proto__": {"x": 1}, "constructor": {"prototype": {"x": 1}}, "a": {"__proto__": {"x": 1}}}',
		) as Record<string, unknown>;
		const merged = mergeBody({ a: {} }, additional);
		expect(merged).toEqual({ a: {} });
		expect(({} as Record<string, unknown>).x).toBeUndefined();
	});
});

describe('a field that must stay as the node has it', () => {
	it.each([
		['gateway', 'model', { model_name: 'other' }, 'model_name'],
		['gateway', 'model', { model: 'other' }, 'model'],
		['gateway', 'externalTaskId', { external_task_id: 'x' }, 'external_task_id'],
		['v1', 'model', { model_name: 'kling-v1' }, 'model_name'],
		['v1', 'model', { model_name: null }, 'model_name'],
		['v1', 'externalTaskId', { external_task_id: 'x' }, 'external_task_id'],
		['v1', 'callbackUrl', { callback_url: 'https://example.com' }, 'callback_url'],
		['v1', 'model', { Model_Name: 'kling-v1' }, 'Model_Name'],
		['v1', 'externalTaskId', { EXTERNAL_TASK_ID: 'x' }, 'EXTERNAL_TASK_ID'],
		['path', 'model', { model: 'other' }, 'model'],
		['path', 'externalTaskId', { options: { external_task_id: 'x' } }, 'options.external_task_id'],
		['path', 'externalTaskId', { options: null }, 'options'],
		['path', 'externalTaskId', { Options: { External_Task_Id: 'x' } }, 'Options.External_Task_Id'],
		['path', 'callbackUrl', { options: { callback_url: '' } }, 'options.callback_url'],
	] as const)('%s, %s: %j', (format, kind, additionalBody, field) => {
		const request = { ...REQUEST, additionalBody };
		expect(findBodyChange(kind, request, TARGETS[format])).toBe(field);
	});

	it.each(Object.keys(TARGETS) as FormatName[])('none in others, nor in none: %s', (format) => {
		const target = TARGETS[format];
		for (const kind of ['model', 'externalTaskId', 'callbackUrl'] as const) {
			for (const additionalBody of [undefined, {}, { watermark_info: { enabled: true } }]) {
				expect(findBodyChange(kind, { ...REQUEST, additionalBody }, target)).toBeUndefined();
			}
		}
	});

	it.each(Object.keys(TARGETS) as FormatName[])(
		'not the model by another name, if it is the same: %s',
		(format) => {
			const target = TARGETS[format];
			const request = { ...REQUEST, additionalBody: { model: target.id } };
			expect(findBodyChange('model', request, target)).toBeUndefined();
		},
	);
});

describe('a field that may change the price', () => {
	it.each([
		['v1', { duration: '10' }, 'duration'],
		['v1', { DURATION: '10' }, 'DURATION'],
		['v1', { Mode: 'pro' }, 'Mode'],
		['v1', { n: 4 }, 'n'],
		['v1', { multi_prompt: [{ duration: '15' }] }, 'multi_prompt'],
		['v1', { seed: 1, element_list: [] }, 'element_list'],
		['path', { settings: { resolution: '4k' } }, 'settings.resolution'],
		['path', { settings: [] }, 'settings'],
		['path', { settings: { seed: 1, Duration: 15 } }, 'settings.Duration'],
		['path', { duration: 15 }, 'duration'],
	] as const)('%s: %j', (format, additionalBody, field) => {
		expect(findPriceChange({ ...REQUEST, additionalBody }, TARGETS[format])).toBe(field);
	});

	it.each([
		['v1', { watermark_info: { enabled: true }, negative_prompt: 'dogs', seed: 1 }],
		['v1', { duration: '5', mode: 'std' }],
		['path', { options: { watermark_info: { enabled: true } }, settings: { duration: 5 } }],
	] as const)('is none of these: %s %j', (format, additionalBody) => {
		expect(findPriceChange({ ...REQUEST, additionalBody }, TARGETS[format])).toBeUndefined();
	});
});
