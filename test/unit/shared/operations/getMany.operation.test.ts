import { shown } from '../description/form.mts';

it('Get Many shows Limit, 50 by default, unless Return All is on', () => {
	const [limit] = shown('limit', { operation: 'getMany', returnAll: false });
	expect(limit?.default).toBe(50);
	expect(shown('limit', { operation: 'getMany', returnAll: true })).toEqual([]);
});
