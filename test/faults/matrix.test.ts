import { cleanUp } from '../integration/fixture.mts';
import { chosen, flawsOf, Matrix, type Case } from './matrix.mts';
import { shortenedLimit } from './node.mts';

jest.mock('../../nodes/shared/n8n/systemClock', () => {
	const { systemClock } = jest.requireActual('../../nodes/shared/n8n/systemClock');
	const { fastSleep } = jest.requireActual('../../testkit/clocks/fastClock.mts');
	// It reads the clock of its machine, as in production.
	return { systemClock: { now: () => systemClock.now(), sleep: fastSleep } };
});

const CASES = chosen();

let matrix: Matrix;

beforeAll(() => {
	const timeout = AbortSignal.timeout.bind(AbortSignal);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(shortenedLimit(ms)));
	matrix = new Matrix(CASES);
});
afterAll(() => {
	jest.restoreAllMocks();
	matrix.print();
	cleanUp();
});

describe.each([...new Set(CASES.map(({ row }) => row))])('$name', (row) => {
	it.each(CASES.filter((each) => each.row === row))(
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
