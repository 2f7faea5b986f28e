/** What users read of an error, and how messages put their parts together. */

import { beginningOf } from '../../utils/text';

/** What users read about an error. */
export interface Words {
	/** What happened; without item, task ID and full stop. */
	message: string;
	/** How to fix it; whole sentences. */
	description: string;
}

/** A message with all that is known of where it happened. */
export function located(
	message: string,
	itemIndex: number,
	taskId?: string,
	addition?: string,
): string {
	const task = taskId === undefined ? '' : ` (task ${taskId})`;
	return `${message}${addition ? `. In addition, ${addition}` : ''}${task} [Item ${itemIndex}]`;
}

/** "A, B or C" */
export function either(values: readonly string[]): string {
	const last = values[values.length - 1] ?? '';
	return values.length < 2 ? last : `${values.slice(0, -1).join(', ')} or ${last}`;
}

/** Nobody reads more of a value, but n8n would store it, several times. Characters. */
const LONGEST_QUOTE = 100;

/** A value as messages quote it: the only way for a value into a message. */
export function quote(value: unknown): string {
	if (isBlank(value)) return 'empty';
	if (typeof value === 'string') return `"${bare(value)}"`;
	return beginningOf(String(JSON.stringify(sampleOf(value))), LONGEST_QUOTE);
}

/** The same without quotation marks, such as a name. */
export function bare(text: string): string {
	return beginningOf(text, LONGEST_QUOTE);
}

/** As many entries and levels as a quote may need. */
const SAMPLE = { entries: 10, depth: 3 } as const;

/** A value small enough to be written down as a whole, whatever it holds. */
function sampleOf(value: unknown, depth: number = SAMPLE.depth): unknown {
	if (typeof value === 'string') return bare(value);
	if (typeof value === 'bigint') return String(value);
	if (typeof value !== 'object' || value === null) return value;
	if (depth === 0 || ArrayBuffer.isView(value)) return '…';
	// Dates, JavaScript's and Luxon's.
	if ('toJSON' in value && typeof value.toJSON === 'function') return value.toJSON() as unknown;
	if (Array.isArray(value)) {
		return value.slice(0, SAMPLE.entries).map((each) => sampleOf(each, depth - 1));
	}
	const entries = Object.entries(value).slice(0, SAMPLE.entries);
	return Object.fromEntries(entries.map(([name, each]) => [bare(name), sampleOf(each, depth - 1)]));
}

/** Signed addresses are long, but not endless. */
const LONGEST_ADDRESS = 2_000;

export function shortened(address: string): string {
	return beginningOf(address, LONGEST_ADDRESS);
}

export function isBlank(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}

export function rangeOf(least: number, most: number): string {
	return most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`;
}

export function sentences(...parts: Array<string | false | undefined>): string {
	return parts.filter(Boolean).join(' ');
}
