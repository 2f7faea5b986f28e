/** Runs last what otherwise runs first: no test file may rest on what another one leaves behind. */
const LongestFirst = require('./longestFirst.cjs');

module.exports = class Reversed extends LongestFirst {
	sort(tests) {
		return super.sort(tests).reverse();
	}
};
