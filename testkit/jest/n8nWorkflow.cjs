/**
 * n8n-workflow for jest, which loads all modules again for each test file: what nodes and tests use of
 * it comes from its own modules, and the package as a whole is loaded only for the rest. Nothing differs
 * but the time it takes. What is not found here any more is found in the package.
 */
const { dirname, join } = require('node:path');

const MODULES = {
	NodeApiError: 'errors/node-api.error',
	NodeOperationError: 'errors/node-operation.error',
	NodeConnectionTypes: 'interfaces',
	sleep: 'utils',
};

const main = require.resolve('../../node_modules/n8n-workflow');
const whole = () => require(main);

function find(name) {
	const path = MODULES[name];
	return (path && require(join(dirname(main), path))[name]) ?? whole()[name];
}

module.exports = new Proxy(
	{},
	{
		get: (_none, name) => (name === '__esModule' ? true : find(name)),
		has: (_none, name) => name in whole(),
		ownKeys: () => Reflect.ownKeys(whole()),
		getOwnPropertyDescriptor: (_none, name) => {
			const descriptor = Reflect.getOwnPropertyDescriptor(whole(), name);
			return descriptor && { ...descriptor, configurable: true };
		},
	},
);
