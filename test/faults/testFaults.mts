/**
 * Tests the cells of one wire format. Each has a test file of its own, so that jest shares them out
 * among its workers.
 */
import type { FormatName } from '../../nodes/shared/api/routes.ts';
import { Bench } from './bench.mts';
import { runCell } from './cell.mts';
import type { Verdict } from './judge.mts';
import { chosen, flawsOf, printResults, type Case } from './matrix.mts';

/**
 * @param isImage the videos are made from images: what checks tasks is the same for both nodes, and is not run
 * again, except in the dialects of relays; and Retry On Fail begins like the other modes
 */
export function testFaults(format: FormatName, isImage = false): void {
	const cases = chosen()
		.filter((each) => each.format === format && (!isImage || isForImages(each)))
		.map((each) => ({ ...each, isImage }));
	const results = new Map<Case, Verdict>();
	let bench: Bench;

	beforeAll(async () => {
		bench = await Bench.start();
	});
	afterAll(async () => {
		printResults(results);
		await bench.close();
	});

	describe.each([...new Set(cases.map(({ row }) => row))])('$name', (row) => {
		it.each(cases.filter((each) => each.row === row))('$name', async (each: Case) => {
			const verdict = await runCell(each, bench);
			results.set(each, verdict);
			// The words say why.
			expect({ flaws: flawsOf(each, verdict), words: verdict.words }).toEqual({
				flaws: [],
				words: verdict.words,
			});
		});
	});
}

function isForImages({ operation, row, mode }: Case): boolean {
	const { relay = 'forwards' } = row.setting ?? {};
	const creates = operation === 'create' || operation === 'createAndWait';
	return mode === 'retry' && (creates || relay !== 'forwards');
}
