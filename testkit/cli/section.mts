/** A section of a report: what was measured, and its table. */
import { markdownTable } from './markdownTable.mts';

export interface Section<Result> {
	title: string;
	/** What is measured, and how. */
	note: string;
	/** Heading, and how a result reads in it. */
	columns: ReadonlyArray<readonly [heading: string, cell: (result: Result) => string]>;
	results: readonly Result[];
}

export function toMarkdown<Result>({ title, note, columns, results }: Section<Result>): string {
	const table = markdownTable(
		columns.map(([heading]) => heading),
		results.map((result) => columns.map(([, cell]) => cell(result))),
	);
	return [`## ${title}`, '', note, '', table, ''].join('\n');
}
