/**
 * Runs what takes longest first: on a fresh machine jest knows no durations and begins with the largest
 * files. Those of the fault matrix are the smallest, so that one worker would idle at the end.
 */
const { default: Sequencer } = require('@jest/test-sequencer');

const LONG = /[\\/]test[\\/](faults[\\/]|e2e[\\/](callback|examples)\.)/;

module.exports = class LongestFirst extends Sequencer {
	sort(tests) {
		const isLong = ({ path }) => LONG.test(path);
		const sorted = super.sort(tests);
		return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
	}
};
