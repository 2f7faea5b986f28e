/** A table as prettier lays it out, so that formatting the text leaves it as it is. */
export function markdownTable(header: readonly string[], rows: ReadonlyArray<readonly string[]>) {
	const cells = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
	const widths = header.map((_, column) =>
		Math.max(3, ...cells.map((row) => [...(row[column] ?? '')].length)),
	);
	const line = (row: readonly string[]) =>
		`| ${row.map((cell, column) => pad(cell, widths[column] ?? 0)).join(' | ')} |`;
	const [head = [], ...body] = cells;
	const rule = widths.map((width) => '-'.repeat(width));
	return [head, rule, ...body].map(line).join('\n');
}

/** Counts characters, not UTF-16 units as `padEnd` does. */
function pad(text: string, width: number): string {
	return text + ' '.repeat(width - [...text].length);
}
