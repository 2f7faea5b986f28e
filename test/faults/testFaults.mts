/**
 * Tests the cells of one wire format. Each has a test file of its own, so that jest shares them out
 * among its workers.
 */
import { cleanUp } from '../integration/fixture.mts';
import type { FormatName } from '../../nodes/shared/api/models.ts';
import { chosen, flawsOf, Matrix, type Case } from './matrix.mts';
import { shortenedLimit } from './node.mts';

jest.mock('../../nodes/shared/n8n/systemClock', () => {
	const { systemClock } = jest.requireActual('../../nodes/shared/n8n/systemClock');
	const { fastSleep } = jest.requireActual('../../testkit/clocks/fastClock.mts');
	// It reads the clock of its machine, as in production.
	return { systemClock: { now: () => systemClock.now(), sleep: fastSleep } };
});

/**
 * @param isImage the videos are made from images: what checks tasks is the same for both nodes, and is not run
 * again, except in the dialects of relays; and Retry On Fail begins like the other modes
 */
export function testFaults(format: FormatName, isImage = false): void {
	const cases = chosen()
		.filter((each) => each.format === format && (!isImage || isForImages(each)))
		.map((each) => ({ ...each, isImage }));
	let matrix: Matrix;

	beforeAll(() => {
		const timeout = AbortSignal.timeout.bind(AbortSignal);
		jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(shortenedLimit(ms)));
		matrix = new Matrix(cases);
	});
	afterAll(() => {
		jest.restoreAllMocks();
		matrix.print();
		cleanUp();
	});

	describe.each([...new Set(cases.map(({ row }) => row))])('$name', (row) => {
		it.each(cases.filter((each) => each.row === row))(
			'$name',
			async (each: Case) => {
				const verdict = await matrix.resultOf(each);
				// The words say why.
				expect({ flaws: flawsOf(each, verdict), words: verdict.words }).toEqual({
					flaws: [],
					words: verdict.words,
				});
			},
			300_000,
		);
	});
}

function isForImages({ operation, row, mode }: Case): boolean {
	const { relay = 'forwards' } = row.setting ?? {};
	const creates = operation === 'create' || operation === 'createAndWait';
	return mode === 'retry' && (creates || relay !== 'forwards');
}
