import { OPERATIONS, shown, shownOption, valuesOf } from '../description/form.mts';

describe('how to wait', () => {
	it('is asked in Create and Wait only', () => {
		for (const name of ['waitFor', 'waitOptions']) {
			const operations = [...OPERATIONS, 'getStatus', 'getMany'];
			expect(operations.filter((operation) => shown(name, { operation }).length > 0)).toEqual([
				'createAndWait',
			]);
		}
	});

	it('is polling by default', () => {
		const field = shown('waitFor', { operation: 'createAndWait' });
		expect(valuesOf(field)).toEqual(['polling', 'callback']);
		expect(field[0]?.default).toBe('polling');
	});

	it('has only a time limit where a callback is waited for', () => {
		const names = ['maxConcurrency', 'onTimeout', 'pollingInterval', 'timeout'];
		const shownFor = (waitFor: string) =>
			names.filter(
				(name) =>
					shownOption(name, { operation: 'createAndWait', waitFor }, 'waitOptions').length > 0,
			);
		expect(shownFor('polling')).toEqual(names);
		expect(shownFor('callback')).toEqual(['timeout']);
	});
});
