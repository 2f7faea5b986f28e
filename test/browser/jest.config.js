/** The tests in a browser, on a real n8n. */
const shared = require('../e2e/jest.config.js');

module.exports = {
	...shared,
	roots: ['<rootDir>/test/browser'],
	testEnvironment: '<rootDir>/test/browser/environment.js',
};
