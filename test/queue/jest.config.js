/** The tests on n8n in queue mode: one file, which starts everything once. */
const shared = require('../e2e/jest.config.js');

module.exports = { ...shared, roots: ['<rootDir>/test/queue'] };
