/**
 * Text for forms and messages. Not by Intl: its first use takes longer than the rest of the package
 * takes to load, and what is sorted and counted here is English.
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

/** How long a text is in code points, which is how Kling counts: an emoji is one character. */
export function codePointsOf(text: string): number {
	return text.replace(/[\uD800-\uDBFF](?=[\uDC00-\uDFFF])/g, '').length;
}

/** The beginning of a text that may be endless. @param most in characters */
export function beginningOf(text: string, most: number): string {
	if (text.length <= most) return text;
	// Half a character would be left of one that is cut through.
	return `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
