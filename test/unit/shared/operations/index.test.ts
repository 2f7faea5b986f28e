import type { INodePropertyOptions } from 'n8n-workflow';

import { description, fieldsNamed, valuesOf } from '../description/form.mts';

describe('the operations of the node', () => {
	const [field] = fieldsNamed('operation');
	const operations = (field?.options ?? []) as INodePropertyOptions[];

	it('are five', () => {
		expect(valuesOf(fieldsNamed('operation'))).toEqual([
			'create',
			'createAndWait',
			'getBalance',
			'getMany',
			'getStatus',
		]);
	});

	it('create and wait by default', () => {
		expect(field?.default).toBe('createAndWait');
	});

	it('are named by the subtitle', () => {
		const names = /^=\{\{ \((\{.+\})\)\[\$parameter\["operation"\]\] \}\}$/.exec(
			description.subtitle ?? '',
		)?.[1];
		expect(JSON.parse(names ?? '')).toEqual(
			Object.fromEntries(operations.map(({ name, value }) => [value, name])),
		);
	});
});
