/** The cells of the table, how they are judged, and how their results are printed. */
import process from 'node:process';
import { toPattern } from '../../testkit/engine/sentences.mts';
import { renderText } from '../../testkit/faults/render.mts';
import {
	expectationOf,
	FORMATS,
	isNone,
	MODES,
	OPERATIONS,
	type Ending,
	type Failure,
} from '../../testkit/faults/row.mts';
import { TABLE } from '../../testkit/faults/table.mts';
import type { Cell } from './cell.mts';
import type { Verdict } from './judge.mts';

/** A cell, and what must come of it. */
export interface Case extends Cell {
	name: string;
	ending: Ending;
}

/** All cells in which the fault can happen. */
const CASES: Case[] = TABLE.flatMap((row) =>
	OPERATIONS.flatMap((operation) =>
		FORMATS.flatMap((format) => {
			const expectation = expectationOf(row, operation, format);
			if (isNone(expectation)) return [];
			return MODES.map((mode) => ({
				row,
				operation,
				format,
				mode,
				name: `${operation}, ${format}, ${mode}`,
				ending: expectation[mode],
			}));
		}),
	),
);

/** What was counted, a fault per line; ✗ marks what should be otherwise. */
export function printResults(results: ReadonlyMap<Case, Verdict>): void {
	const rows = TABLE.filter((row) => [...results.keys()].some((each) => each.row === row));
	const table = renderText(rows, (row, operation, format, mode) => {
		const found = [...results].find(
			([each]) =>
				each.row === row &&
				each.operation === operation &&
				each.format === format &&
				each.mode === mode,
		);
		if (!found) return undefined;
		const [each, verdict] = found;
		return `${verdict.counts}${flawsOf(each, verdict).length > 0 ? '✗' : ''}`;
	});
	process.stdout.write(
		`\ncharged/delivered/reported; three times where On Error: Stop, On Error: Continue and Retry On Fail differ\n${table}\n${results.size} cells\n`,
	);
}

/** Everything that is not as it should be. */
export function flawsOf({ ending }: Case, verdict: Verdict): string[] {
	const { counts, fails } = ending;
	return [
		...verdict.wrongs,
		...(verdict.counts === counts ? [] : [`${verdict.counts} instead of ${counts}`]),
		...(fails
			? flawsOfFailure(fails, verdict)
			: verdict.failures.map(({ kind }) => `fails: ${kind}`)),
	];
}

function flawsOfFailure(
	{ kinds, mayHaveStarted, reason }: Failure,
	{ failures, mayHaveStarted: unsure }: Verdict,
): string[] {
	const others = failures.filter(
		(each) =>
			!kinds.includes(each.kind) ||
			(reason !== undefined && !toPattern(reason).test(each.reason ?? '')),
	);
	return [
		...(failures.length === 0 ? [`does not fail: ${kinds.join(', ')}`] : []),
		...others.map((each) => `fails: ${each.kind} ${each.reason ?? ''}`.trim()),
		...(mayHaveStarted === 'perhaps' || (mayHaveStarted === true) === unsure.length > 0
			? []
			: [`${mayHaveStarted ? 'does not say' : 'says'} that videos may have been started`]),
	];
}

/** For development: only rows that a text fits. */
export function chosen(): Case[] {
	const { FAULTS } = process.env;
	return FAULTS ? CASES.filter(({ row, name }) => `${row.name} | ${name}`.match(FAULTS)) : CASES;
}
