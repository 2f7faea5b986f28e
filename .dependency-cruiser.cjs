/**
 * The layers of the house (docs/architecture.md): a room may import only from the rooms below it.
 * Type-only imports count: they tie rooms together just as well.
 */

/** From the top down. */
const ROOMS = [
	'nodes/Kling(TextToVideo|ImageToVideo|Trigger)',
	'nodes/shared/operations',
	'nodes/shared/suspension',
	'nodes/shared/batch',
	'nodes/shared/description',
	'nodes/shared/parameters',
	'nodes/shared/items',
	'nodes/shared/n8n',
	'credentials',
	'nodes/shared/engine',
	'nodes/shared/api',
	'nodes/shared/utils',
];

const pathOf = (room) => `^${room}/`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		...ROOMS.slice(1).map((room, index) => ({
			name: `${room.split('/').at(-1)}-climbs`,
			comment: `${room} must not import from a room above it`,
			severity: 'error',
			from: { path: pathOf(room) },
			to: { path: ROOMS.slice(0, index + 1).map(pathOf) },
		})),
		{
			name: 'wire-formats-stay-in-api',
			comment: 'The rooms above ask the client, the model registry or formatLookup.ts',
			severity: 'error',
			from: { path: '^(nodes|credentials)/', pathNot: '^nodes/shared/api/' },
			to: { path: '^nodes/shared/api/formats/(index|v1|path|gateway|format)' },
		},
		{
			name: 'node-imports-node',
			comment: 'Nodes share code by nodes/shared only',
			severity: 'error',
			from: { path: '^nodes/(Kling[^/]+)/' },
			to: { path: '^nodes/Kling', pathNot: '^nodes/$1/' },
		},
		{
			name: 'no-circle',
			comment: 'Type-only imports included',
			severity: 'error',
			from: {},
			to: { circular: true },
		},
		{
			name: 'no-circle-of-rooms',
			severity: 'error',
			scope: 'folder',
			from: { path: '^(nodes|credentials)' },
			to: { circular: true, pathNot: '^nodes/shared/api' },
		},
		{
			name: 'shipped-imports-only-n8n',
			comment: 'The package has no run-time dependencies but what n8n brings along',
			severity: 'error',
			from: { path: '^(nodes|credentials)/' },
			to: {
				pathNot: ['^(nodes|credentials)/', '^node_modules/(n8n-workflow|luxon|zod)/'],
				dependencyTypesNot: ['core'],
			},
		},
		{
			name: 'emulator-stands-alone',
			comment: 'It judges the node: no code and no table in common',
			severity: 'error',
			from: { path: '^emulator/' },
			to: { path: '^(nodes|credentials|test|bench|scripts)/' },
		},
		{
			name: 'emulator-needs-no-testkit',
			comment: 'Its tests may use the helpers of all tests, it may not',
			severity: 'error',
			from: { path: '^emulator/', pathNot: '(\\.test\\.ts|/testing\\.mts)$' },
			to: { path: '^testkit/' },
		},
		{
			name: 'nobody-imports-tests',
			severity: 'error',
			from: { path: '^(nodes|credentials|emulator|testkit|bench|scripts)/' },
			to: { path: '^test/' },
		},
		{
			name: 'not-resolvable',
			severity: 'error',
			from: {},
			to: { couldNotResolve: true },
		},
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		exclude: { path: '^(dist|coverage|demo-output)/' },
		tsPreCompilationDeps: true,
		tsConfig: { fileName: 'tsconfig.dev.json' },
		enhancedResolveOptions: { extensions: ['.ts', '.mts', '.js', '.mjs', '.cjs', '.json'] },
	},
};
