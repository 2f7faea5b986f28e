/** A PostgreSQL on loopback with an empty database in a temporary folder. */
import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GuardedProcess } from '../../testkit/n8n/process.mts';
import { freePort } from '../../testkit/ports.mts';
import { needProgram } from '../../testkit/programs.mts';
import { temporaryFolder } from '../../testkit/temporaryFolder.mts';

const DEBIAN_PACKAGE = 'postgresql';
const USER = 'n8n';
const DATABASE = 'postgres';
const START_TIMEOUT_MS = 60_000;
const GRACE_MS = 10_000;
const run = promisify(execFile);

export interface Postgres {
	/** How n8n finds it. */
	env: NodeJS.ProcessEnv;
	/** Ends it and removes its data. */
	stop(): Promise<void>;
}

/** @throws Error when PostgreSQL is not installed, or does not start */
export async function startPostgres(): Promise<Postgres> {
	const initdb = needProgram('initdb', DEBIAN_PACKAGE);
	const server = needProgram('postgres', DEBIAN_PACKAGE);
	const user = await unprivilegedUser();
	const { path: folder, remove: removeFolder } = await temporaryFolder('postgres');
	try {
		if (user) await chown(folder, user.uid, user.gid);
		const data = join(folder, 'data');
		const init = ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
		await run(initdb, init, { cwd: folder, ...user });
		const port = await freePort();
		const settings = {
			listen_addresses: '127.0.0.1',
			port,
			unix_socket_directories: folder,
			// Nothing of it is to outlive the test, not even shared memory.
			dynamic_shared_memory_type: 'mmap',
			fsync: 'off',
			synchronous_commit: 'off',
			full_page_writes: 'off',
		};
		const process_ = new GuardedProcess({
			name: 'PostgreSQL',
			command: [
				server,
				...['-D', data],
				...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
			],
			env: { PATH: process.env.PATH, LC_ALL: 'C' },
			cwd: folder,
			user,
			// "Fast shutdown": it does not wait for its clients.
			stopSignal: 'SIGINT',
		});
		await process_.waitForLog(
			({ message }) => message.includes('ready to accept connections'),
			START_TIMEOUT_MS,
		);
		return {
			env: {
				DB_TYPE: 'postgresdb',
				DB_POSTGRESDB_HOST: '127.0.0.1',
				DB_POSTGRESDB_PORT: String(port),
				DB_POSTGRESDB_USER: USER,
				DB_POSTGRESDB_DATABASE: DATABASE,
			},
			stop: async () => {
				await process_.stop(GRACE_MS);
				await removeFolder();
			},
		};
	} catch (error) {
		await removeFolder();
		throw error;
	}
}

/** PostgreSQL refuses to run as root: then it runs as its own user, or as nobody. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
	if (process.getuid?.() !== 0) return undefined;
	for (const name of ['postgres', 'nobody']) {
		try {
			const [uid, gid] = await Promise.all(
				['-u', '-g'].map(async (flag) => Number((await run('id', [flag, name])).stdout)),
			);
			return { uid, gid } as { uid: number; gid: number };
		} catch {
			// There is no such user.
		}
	}
	throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody"');
}
