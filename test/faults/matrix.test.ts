import { cleanUp } from '../integration/fixture.mts';
import { chosen, flawsOf, Matrix, type Case } from './matrix.mts';

jest.mock('../../nodes/shared/n8n/clock', () => {
	const { hurry } = jest.requireActual('./time.mts');
	return hurry(jest.requireActual('../../nodes/shared/n8n/clock'));
});

const CASES = chosen();

let matrix: Matrix;

beforeAll(() => {
	matrix = new Matrix(CASES);
});
afterAll(() => {
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
