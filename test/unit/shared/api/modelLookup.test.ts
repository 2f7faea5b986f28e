import { modelNamed, namesOf } from '../../../../nodes/shared/api/modelLookup';
import { ALL_MODELS } from '../../../../nodes/shared/api/models';

it.each<[name: string, value: string | undefined]>([
	['Kling 2.6', 'kling-v2-6'],
	['kling-2.6', 'kling-v2-6'],
	['Kling-V3', 'kling-v3'],
	[' KLING 3.0 ', 'kling-v3'],
	['kling 3', 'kling-v3'],
	['Kling v2.5 Turbo', 'kling-v2-5-turbo'],
	['2.6', 'kling-v2-6'],
	['kling_v2_1_master', 'kling-v2-1-master'],
	['Kling AI 4.0 Flash', 'kling-4.0-flash'],
	['Custom', 'custom'],
	['kling-v9', undefined],
	['kling', undefined],
	['', undefined],
])('the model named %j is %s', (name, value) => {
	expect(modelNamed(name)).toBe(value);
});

it('no two models go by the same name', () => {
	const names = ALL_MODELS.flatMap((model) => [...new Set(namesOf(model))]);
	expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
