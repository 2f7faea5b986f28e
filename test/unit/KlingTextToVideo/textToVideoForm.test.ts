import { OPERATIONS, shown, valuesOf } from '../shared/description/form.mts';

describe.each(OPERATIONS)('the form of %s', (operation) => {
	it.each<[string, string[]]>([
		['kling-v3', ['16:9', '9:16', '1:1']],
		['kling-v2-6', ['16:9', '9:16', '1:1']],
		['kling-v1', ['16:9', '9:16', '1:1']],
		['kling-v1-6', ['16:9', '9:16', '1:1', '3:2', '2:3', '3:4', '4:3']],
		['kling-v2-1', ['16:9', '9:16', '1:1', '3:2', '2:3', '3:4', '4:3']],
	])('offers for %s the aspect ratios %j', (model, ratios) => {
		expect([...valuesOf(shown('aspectRatio', { operation, model }))].sort()).toEqual(
			[...ratios].sort(),
		);
	});
});
