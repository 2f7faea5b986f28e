import { memoryOf } from '../../../../nodes/shared/utils/memoryOf';

describe('the memory of a value', () => {
	it.each<[string, unknown, least: number, most: number]>([
		['nothing', undefined, 0, 0],
		['a number', 7, 0, 0],
		['a text', 'x'.repeat(1000), 1000, 3000],
		['a list', Array.from({ length: 1000 }, () => 1), 8_000, 50_000],
		['objects in objects', { a: { b: { c: 'x'.repeat(500) } } }, 500, 2_000],
	])('%s', (_name, value, least, most) => {
		expect(memoryOf(value)).toBeGreaterThanOrEqual(least);
		expect(memoryOf(value)).toBeLessThanOrEqual(most);
	});

	it('is not counted to the end when it is enough', () => {
		const looked: string[] = [];
		const value = new Proxy({ a: 'x'.repeat(100), b: '' } as Record<string, unknown>, {
			get: (target, name: string) => (looked.push(name), target[name]),
		});
		memoryOf([value, 'x'.repeat(100)], 100);
		expect(looked).toEqual([]);
	});
});
