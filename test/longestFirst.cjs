/**
 * Runs the fault matrix first: on a fresh machine jest knows no durations and begins with the largest
 * files. The matrix's are the smallest and take longest, so that one worker would idle at the end.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

module.exports = class LongestFirst extends Sequencer {
	sort(tests) {
		const isLong = ({ path }) => /[\\/]test[\\/]faults[\\/]/.test(path);
		const sorted = super.sort(tests);
		return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
	}
};
