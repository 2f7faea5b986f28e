/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	// All cores: nobody works beside the tests.
	maxWorkers: '100%',
	roots: ['<rootDir>/emulator', '<rootDir>/test', '<rootDir>/testkit'],
	testMatch: ['**/*.test.ts'],
	// On a real n8n: npm run test:e2e, test:browser and test:queue.
	testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(e2e|browser|queue)/'],
	// For what hangs; no test is judged by how long it takes.
	testTimeout: 120_000,
	testSequencer: '<rootDir>/test/longestFirst.cjs',
	moduleFileExtensions: ['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'node'],
	moduleNameMapper: { '^n8n-workflow$': '<rootDir>/testkit/jest/n8nWorkflow.cjs' },
	// jose ships ES modules only, jest runs CommonJS: compile it along with our own TypeScript.
	transformIgnorePatterns: ['/node_modules/(?!jose/)'],
	transform: {
		'^.+\\.(m?ts|js)$': [
			'@swc/jest',
			{
				jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
				module: { type: 'commonjs' },
			},
		],
	},
	collectCoverageFrom: ['nodes/**/*.ts', 'credentials/**/*.ts'],
	coverageThreshold: { global: { statements: 98, branches: 95, functions: 99, lines: 99 } },
	coverageReporters: ['text', 'lcovonly'],
};
