const shared = require('../e2e/jest.config.js');

/** The tests on n8n in queue mode: one file, which starts everything once. */
module.exports = { ...shared, roots: ['<rootDir>/test/queue'] };
