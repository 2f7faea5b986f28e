const shared = require('../e2e/jest.config.js');

/** The tests in a browser, on a real n8n. */
module.exports = {
	...shared,
	roots: ['<rootDir>/test/browser'],
	testEnvironment: '<rootDir>/test/browser/environment.js',
};
