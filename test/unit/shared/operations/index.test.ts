import { description, fieldsNamed, valuesOf } from '../description/form.mts';
import type { INodePropertyOptions } from 'n8n-workflow';

describe('the operations of the node', () => {
	const [field] = fieldsNamed('operation');
	const operations = (field?.options ?? []) as INodePropertyOptions[];

	it('are four', () => {
		expect(valuesOf(fieldsNamed('operation'))).toEqual([
			'create',
			'createAndWait',
			'getMany',
			'getStatus',
		]);
	});

	it('create and wait by default', () => {
		expect(field?.default).toBe('createAndWait');
	});

	it('are named by the subtitle', () => {
		const expression = /^=\{\{ (.+) \}\}$/.exec(description.subtitle ?? '')?.[1] ?? '';
		for (const { name, value } of operations) {
			const evaluate = new Function('$parameter', `return ${expression}`) as (
				parameters: object,
			) => string;
			expect(evaluate({ operation: value })).toBe(name);
		}
	});
});
