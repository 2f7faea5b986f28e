/** A Redis on loopback that keeps nothing. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { GuardedProcess } from '../../testkit/n8n/process.mts';
import { freePort } from '../../testkit/ports.mts';
import { needProgram } from '../../testkit/programs.mts';
import { temporaryFolder } from '../../testkit/temporaryFolder.mts';

const START_TIMEOUT_MS = 60_000;
const GRACE_MS = 10_000;
const run = promisify(execFile);

export interface Redis {
	/** How n8n finds it. */
	env: NodeJS.ProcessEnv;
	/** What redis-cli answers to a command. */
	command(...words: string[]): Promise<string>;
	stop(): Promise<void>;
}

/** @throws Error when Redis is not installed, or does not start */
export async function startRedis(): Promise<Redis> {
	const server = needProgram('redis-server', 'redis-server');
	const cli = needProgram('redis-cli', 'redis-tools');
	const { path: folder, remove: removeFolder } = await temporaryFolder('redis');
	const port = await freePort();
	const process_ = new GuardedProcess({
		name: 'Redis',
		command: [
			server,
			...['--bind', '127.0.0.1', '--port', String(port), '--dir', folder],
			...['--save', '', '--appendonly', 'no'],
		],
		env: { PATH: process.env.PATH },
		cwd: folder,
	});
	const stop = async () => {
		await process_.stop(GRACE_MS);
		await removeFolder();
	};
	try {
		await process_.waitForLog(
			({ message }) => message.includes('Ready to accept connections'),
			START_TIMEOUT_MS,
		);
	} catch (error) {
		await stop();
		throw error;
	}
	return {
		env: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: String(port) },
		command: async (...words) => (await run(cli, ['-p', String(port), ...words])).stdout.trim(),
		stop,
	};
}
