/** The fault matrix for readers: as Markdown for the README, and as text at the end of a run. */
import { markdownTable } from '../cli/markdownTable.mts';
import {
	expectationOf,
	FORMATS,
	isNone,
	MODES,
	OPERATIONS,
	type Expectation,
	type Format,
	type Mode,
	type Operation,
	type Row,
} from './row.mts';
import { TABLE } from './table.mts';

const NAMES: Readonly<Record<Operation, string>> = {
	create: 'Create',
	createAndWait: 'Create and Wait',
	getStatus: 'Get Status',
	getMany: 'Get Many',
};

const NOWHERE = '–';

/** One number triple if On Error makes no difference, else those of all three settings. */
function summary(countsOf: (mode: Mode) => string): string {
	const all = MODES.map(countsOf);
	return new Set(all).size === 1 ? (all[0] ?? '') : all.join(' ');
}

function summaryOf(expectation: Expectation): string {
	return isNone(expectation) ? NOWHERE : summary((mode) => expectation[mode].counts);
}

/** The whole matrix, a row per fault and a column per operation; formats apart where they differ. */
export function renderMarkdown(): string {
	return markdownTable(
		['Fault', ...OPERATIONS.map((operation) => NAMES[operation])],
		TABLE.map((row) => [row.name, ...OPERATIONS.map((operation) => markdownCell(row, operation))]),
	);
}

function markdownCell(row: Row, operation: Operation): string {
	const formats = new Map<string, Format[]>();
	for (const format of FORMATS) {
		const text = summaryOf(expectationOf(row, operation, format));
		if (text !== NOWHERE) formats.set(text, [...(formats.get(text) ?? []), format]);
	}
	const applicable = FORMATS.filter((format) => operation !== 'getMany' || format !== 'gateway');
	if (formats.size === 0) return NOWHERE;
	return [...formats]
		.map(([text, its]) => (its.length === applicable.length ? text : `${its.join(', ')}: ${text}`))
		.join('<br>');
}

/** @param countsOf what a run counted, and a mark if that is wrong; undefined where nothing ran */
export function renderText(
	rows: readonly Row[],
	countsOf: (row: Row, operation: Operation, format: Format, mode: Mode) => string | undefined,
): string {
	const columns = OPERATIONS.flatMap((operation) =>
		FORMATS.map((format) => ({ operation, format })),
	);
	const used = columns.filter(
		({ operation, format }) => operation !== 'getMany' || format !== 'gateway',
	);
	const lines = rows.map((row) => [
		row.name,
		...used.map(({ operation, format }) =>
			isNone(expectationOf(row, operation, format))
				? NOWHERE
				: summary((mode) => countsOf(row, operation, format, mode) ?? '?'),
		),
	]);
	const header = ['', ...used.map(({ operation, format }) => `${operation} ${format}`)];
	const widths = header.map((title, column) =>
		Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
	);
	return [header, ...lines]
		.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
		.join('\n');
}
