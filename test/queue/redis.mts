/** A Redis on loopback that keeps nothing. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../../testkit/n8n/folders.mts';
import { GuardedProcess } from '../../testkit/n8n/process.mts';
import { needProgram } from './programs.mts';

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
	const folder = await mkdtemp(join(tmpdir(), 'n8n-nodes-kling-redis-'));
	const [port] = (await freePorts(1)) as [number];
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
		await rm(folder, { recursive: true, force: true });
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
