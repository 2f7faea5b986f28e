/**
 * Text for forms. Not by Intl: its first use takes longer than the rest of the package takes to load,
 * and what is sorted and counted here is English.
 */

/** Compares two names as a form lists them: letters in alphabetical order, whatever their case. */
export function compareNames(one: string, other: string): number {
	const [left, right] = [one.toLowerCase(), other.toLowerCase()];
	return left < right ? -1 : left > right ? 1 : 0;
}

/** A whole number with commas between the thousands: 2,500. */
export function withThousands(count: number): string {
	return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
