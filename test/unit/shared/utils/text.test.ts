import { compareNames, withThousands } from '../../../../nodes/shared/utils/text';

describe('names in a form', () => {
	it('are in alphabetical order, whatever their case', () => {
		const names = ['Watermark', 'Camera Control', 'CFG Scale', 'aspect', 'Cost Limit (Units)'];
		expect([...names].sort(compareNames)).toEqual(
			[...names].sort((one, other) => one.localeCompare(other)),
		);
	});

	it('may be the same', () => {
		expect(compareNames('Sound', 'Sound')).toBe(0);
	});
});

describe('a whole number', () => {
	it.each([0, 12, 999, 1000, 2500, 26_000, 123_456, 1_234_567])(
		'%d is written as in English',
		(count) => {
			expect(withThousands(count)).toBe(count.toLocaleString('en'));
		},
	);
});
