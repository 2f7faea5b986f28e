import { sumOf, timesWhole } from '../../../../nodes/shared/utils/decimal';

describe('a sum of decimal numbers', () => {
	it.each<[number[], number]>([
		[[], 0],
		[[3], 3],
		[[0.1, 0.2], 0.3],
		[[1.1, 2.2], 3.3],
		[Array.from({ length: 10 }, () => 0.1), 1],
		[[1e-7, 2e-7], 3e-7],
		[[1e21, 1], 1e21],
		[[4.35, -0.35], 4],
	])('of %j is %d', (numbers, sum) => {
		expect(sumOf(numbers)).toBe(sum);
	});
});

it.each([
	[0.3, 3, 0.9],
	[0.8, 15, 12],
	[1.1, 3, 3.3],
	[0.42, 100, 42],
])('%d times %d is %d', (price, count, product) => {
	expect(timesWhole(price, count)).toBe(product);
});
