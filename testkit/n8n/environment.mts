/** The environment that n8n runs in: all on loopback, nothing of the caller's, no calls to the outside. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from './install.mts';

/** What n8n may inherit. Anything else, such as `NODE_ENV=test` of jest, would change what it does. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SystemRoot'];

/** Modules of n8n's that call its makers' servers when it starts. */
const TALKATIVE_MODULES = ['mcp-registry'];

/** n8n 1 warns unless these are set, which have become the default since. */
const DEFAULTS_OF_VERSION_2: NodeJS.ProcessEnv = {
	N8N_RUNNERS_ENABLED: 'true',
	N8N_BLOCK_ENV_ACCESS_IN_NODE: 'true',
	N8N_GIT_NODE_DISABLE_BARE_REPOS: 'true',
	N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
	DB_SQLITE_POOL_SIZE: '3',
};

export interface Ports {
	n8n: number;
	/** n8n's task runners ask here for work. */
	broker: number;
}

export function n8nEnvironment(
	installation: Installation,
	userFolder: string,
	ports: Ports,
): NodeJS.ProcessEnv {
	const inherited = INHERITED.map((name) => [name, process.env[name]]).filter(([, value]) => value);
	const bin = join(installation.node, '..');
	return {
		...(Object.fromEntries(inherited) as NodeJS.ProcessEnv),
		// n8n starts its task runner with the "node" that it finds.
		PATH: `${bin}:${process.env.PATH ?? ''}`,
		NODE_ENV: 'production',
		N8N_USER_FOLDER: userFolder,
		N8N_HOST: '127.0.0.1',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(ports.n8n),
		N8N_RUNNERS_BROKER_PORT: String(ports.broker),
		// The session cookie is to travel over plain HTTP.
		N8N_SECURE_COOKIE: 'false',
		N8N_DEFAULT_BINARY_DATA_MODE: 'filesystem',
		N8N_LOG_FORMAT: 'json',
		NO_COLOR: '1',
		EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'all',
		EXECUTIONS_DATA_SAVE_ON_ERROR: 'all',
		EXECUTIONS_DATA_SAVE_MANUAL_EXECUTIONS: 'true',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_PYTHON_ENABLED: 'false',
		// The defaults of these are about to change: n8n warns unless they are set.
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_RUNNERS_TASK_TIMEOUT: '60',
		N8N_COMPRESSION_NODE_MAX_DECOMPRESSED_SIZE_BYTES: String(256 * 1024 ** 2),
		N8N_COMPRESSION_NODE_MAX_ZIP_ENTRIES: '1000',
		// The list of verified packages is fetched from n8n's servers.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DISABLED_MODULES: knownModules(installation).join(','),
		...(isVersion2(installation.version) ? {} : DEFAULTS_OF_VERSION_2),
	};
}

export function isVersion2(version: string): boolean {
	return Number(version.split('.')[0]) >= 2;
}

/** Those of the modules to be left out that this version has: it refuses to start for a name it does not know. */
function knownModules({ folder }: Installation): string[] {
	const file = join(folder, 'node_modules/@n8n/backend-common/dist/modules/modules.config.js');
	if (!existsSync(file)) return [];
	const source = readFileSync(file, 'utf8');
	return TALKATIVE_MODULES.filter((name) => source.includes(`'${name}'`));
}
