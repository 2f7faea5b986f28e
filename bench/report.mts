/** What a benchmark hands to the printer, and the printer. */

export interface Section<Result> {
	title: string;
	/** What is measured, and how. */
	note: string;
	/** Heading, and how a result reads in it. */
	columns: ReadonlyArray<readonly [heading: string, cell: (result: Result) => string]>;
	results: readonly Result[];
}

export function toMarkdown<Result>({ title, note, columns, results }: Section<Result>): string {
	const rows = [
		columns.map(([heading]) => heading),
		...results.map((result) => columns.map(([, cell]) => cell(result))),
	];
	const widths = columns.map((_, column) =>
		Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
	);
	const line = (row: readonly string[]) =>
		`| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
	const [head = [], ...body] = rows;
	const rule = widths.map((width) => '-'.repeat(width));
	return [`## ${title}`, '', note, '', line(head), line(rule), ...body.map(line), ''].join('\n');
}

/** @param ms milliseconds */
export function seconds(ms: number): string {
	return `${(ms / 1000).toFixed(1)} s`;
}

/** @param ms milliseconds */
export function milliseconds(ms: number): string {
	return `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
}

export function ratio(value: number): string {
	return `${value.toFixed(2)} ×`;
}

export function count(value: number): string {
	return value.toFixed(2);
}

const MEBIBYTE = 2 ** 20;

export function mebibytes(bytes: number): string {
	return `${(bytes / MEBIBYTE).toFixed(0)} MiB`;
}

export function kibibytes(bytes: number): string {
	return `${(bytes / 1024).toFixed(1)} KiB`;
}

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((one, other) => one - other);
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle] ?? NaN;
	return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2;
}
