/** The tests on a real n8n: two at a time, each with an n8n of its own that mostly waits, and with time to start it. */
const shared = require('../../jest.config.js');

module.exports = {
	...shared,
	rootDir: '../..',
	roots: ['<rootDir>/test/e2e'],
	testPathIgnorePatterns: ['/node_modules/'],
	globalSetup: '<rootDir>/test/e2e/globalSetup.ts',
	maxWorkers: 2,
	testTimeout: 180_000,
};
