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

export function toMarkdown<Result>(section: Section<Result>): string {
	const { title, note } = section;
	return [`## ${title}`, '', note, '', sectionTable(section), ''].join('\n');
}

/** Its table alone. */
export function sectionTable<Result>({
	columns,
	results,
}: Pick<Section<Result>, 'columns' | 'results'>): string {
	return markdownTable(
		columns.map(([heading]) => heading),
		results.map((result) => columns.map(([, cell]) => cell(result))),
	);
}
