/** Sums of decimal numbers, such as prices and charges, to the digit. */

/** More decimals than any price has. */
const MOST_DECIMALS = 20;

/** @returns 0.3 for 0.1 and 0.2, where adding alone leaves 0.30000000000000004 */
export function sumOf(numbers: readonly number[]): number {
	const decimals = Math.min(MOST_DECIMALS, Math.max(0, ...numbers.map(decimalsOf)));
	const sum = numbers.reduce((total, number) => total + number, 0);
	return Number(sum.toFixed(decimals));
}

/** @returns the product of a price and a whole number, to the digit */
export function timesWhole(price: number, count: number): number {
	return Number((price * count).toFixed(Math.min(MOST_DECIMALS, decimalsOf(price))));
}

function decimalsOf(number: number): number {
	const [digits = '', exponent = '0'] = String(number).split('e');
	const decimals = (digits.split('.')[1] ?? '').length;
	return Math.max(0, decimals - Number(exponent));
}
