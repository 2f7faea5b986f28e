/** jest's Node environment, which has a picture taken of the page as soon as a test has failed. */

const { TestEnvironment } = require('jest-environment-node');

const FAILURES = ['test_fn_failure', 'hook_failure'];

module.exports = class BrowserEnvironment extends TestEnvironment {
	async handleTestEvent({ name, test }) {
		if (!FAILURES.includes(name) || !test) return;
		// From session.mts.
		await this.global.takePicture?.(test.name);
	}
};
