import { findTarget, type Target } from '../../../../nodes/shared/api/modelLookup';
import { ALL_MODELS } from '../../../../nodes/shared/api/models';
import { estimateAll, estimateUnits } from '../../../../nodes/shared/api/prices';
import type { VideoRequest } from '../../../../nodes/shared/api/request';

const REQUEST: VideoRequest = { prompt: 'A cat', mode: 'std', duration: 5, aspectRatio: '16:9' };

const targetOf = (model: string, format: 'gateway' | 'path' | 'v1' = 'v1') =>
	findTarget(model, [format]) as Target;

const unitsOf = (target: Target, more: Partial<VideoRequest> = {}) =>
	estimateUnits({ request: { ...REQUEST, ...more }, target });

describe('the estimate by list price, in units', () => {
	it.each([
		['kling-v3', {}, 3],
		['kling-v3', { sound: true }, 4.5],
		['kling-v3', { mode: 'pro', duration: 15, sound: true }, 18],
		['kling-v3', { mode: '4k', duration: 10 }, 30],
		['kling-v2-6', { duration: 10 }, 3],
		['kling-v2-6', { mode: 'pro', sound: true }, 5],
		// 0.3 * 3 is 0.8999999999999999 to a computer.
		['kling-v2-6', { duration: 3 }, 0.9],
		['kling-v2-5-turbo', { mode: 'pro' }, 2.5],
	] as const)('%s with %j', (model, more, units) => {
		expect(unitsOf(targetOf(model), more)).toBe(units);
	});

	it('is the same in both of Kling’s formats', () => {
		const served = ALL_MODELS.filter(({ formats }) => formats.v1 && formats.path);
		expect(served).not.toEqual([]);
		for (const { value } of served.filter(({ value: id }) => id !== 'custom')) {
			expect(unitsOf(targetOf(value, 'path'))).toBe(unitsOf(targetOf(value, 'v1')));
		}
	});

	it.each([
		['a gateway, which has prices of its own', targetOf('kling-v1-6', 'gateway'), {}],
		['a model without a published price', targetOf('kling-4.0', 'path'), {}],
		['a mode that has none', targetOf('kling-v2-6'), { mode: 'ultra' }],
		['sound in a mode that has none', targetOf('kling-v2-6'), { sound: true }],
		[
			'a body field that may change the price',
			targetOf('kling-v3'),
			{ additionalBody: { duration: '10' } },
		],
	])('is not known for %s', (_name, target, more) => {
		expect(unitsOf(target, more)).toBeUndefined();
	});
});

describe('the estimate of a run', () => {
	const video = (model: string, format: 'path' | 'v1' = 'v1') => ({
		request: { ...REQUEST, duration: 10 },
		target: targetOf(model, format),
	});

	it('is the sum to the digit, and nothing for no videos', () => {
		expect(estimateAll(Array.from({ length: 7 }, () => video('kling-v2-6')))).toBe(21);
		expect(estimateAll([video('kling-v3'), video('kling-v2-6')])).toBe(9);
		expect(estimateAll([])).toBe(0);
	});

	it('is not known when that of one video is not', () => {
		expect(estimateAll([video('kling-v3'), video('kling-4.0', 'path')])).toBeUndefined();
	});
});
