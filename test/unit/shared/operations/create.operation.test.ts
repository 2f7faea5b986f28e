import { OPERATIONS, shownOption } from '../description/form.mts';

it('only Create has the Callback URL', () => {
	const offering = OPERATIONS.filter(
		(operation) => shownOption('callbackUrl', { operation, model: 'kling-v2-6' }).length > 0,
	);
	expect(offering).toEqual(['create']);
});
