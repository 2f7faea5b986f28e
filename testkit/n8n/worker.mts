/** A worker of an n8n in queue mode, in a user folder of its own, as on another machine. */
import { freePorts } from '../ports.mts';
import { temporaryFolder, type TemporaryFolder } from '../temporaryFolder.mts';
import { n8nEnvironment } from './environment.mts';
import type { Installation } from './install.mts';
import { installPackage } from './package.mts';
import { GuardedProcess, residentMemory, type LogLine } from './process.mts';

const START_TIMEOUT_MS = 180_000;
const GRACE_MS = 5000;

export interface WorkerOptions {
	/** Executions at once. */
	concurrency: number;
}

export class Worker {
	/** Of this start and all earlier ones. */
	readonly log: LogLine[] = [];
	private n8n?: GuardedProcess;
	/** Where the log of this start begins. */
	private begin = 0;

	private constructor(
		private readonly installation: Installation,
		private readonly userFolder: TemporaryFolder,
		private readonly env: NodeJS.ProcessEnv,
		private readonly options: WorkerOptions,
	) {}

	/** Makes the user folder with the package in it; `restart` starts the worker. */
	static async prepare(
		installation: Installation,
		ownEnv: NodeJS.ProcessEnv,
		options: WorkerOptions,
	): Promise<Worker> {
		const folder = await temporaryFolder('worker');
		await installPackage(folder.path);
		// A worker listens to its task runners alone; the other port stays unused.
		const [n8n, broker] = (await freePorts(2)) as [number, number];
		const env = { ...n8nEnvironment(installation, folder.path, { n8n, broker }), ...ownEnv };
		return new Worker(installation, folder, env, options);
	}

	/** Ends the worker if it runs, and starts it in the same user folder. */
	async restart(): Promise<void> {
		await this.stop();
		this.begin = this.log.length;
		const { node, bin } = this.installation;
		this.n8n = new GuardedProcess({
			name: 'n8n worker',
			command: [node, bin, 'worker', `--concurrency=${this.options.concurrency}`],
			env: this.env,
			cwd: this.userFolder.path,
			onLine: (line) => this.log.push(line),
		});
		await this.n8n.waitForLog(
			({ message }) => message.includes('worker is now ready'),
			START_TIMEOUT_MS,
		);
	}

	/** kill -9 for the worker and its task runner. */
	async kill9(): Promise<void> {
		await this.n8n?.kill();
	}

	async stop(): Promise<void> {
		await this.n8n?.stop(GRACE_MS);
	}

	/** Ends the worker and removes its user folder. */
	async remove(): Promise<void> {
		await this.kill9();
		await this.userFolder.remove();
	}

	/** Resident memory of the worker without its task runner, in bytes. Linux only. */
	async rss(): Promise<number> {
		if (!this.n8n) throw new Error('The worker was not started');
		return await residentMemory(this.n8n.pid);
	}

	/** Ids of the executions that the worker has begun in any start; a resumed one counts again. */
	startedExecutions(): string[] {
		return executionsIn(this.log, STARTED);
	}

	/** Ids of the executions that the worker has begun in this start, and neither finished nor given up. */
	runningExecutions(): string[] {
		const log = this.log.slice(this.begin);
		const ended = executionsIn(log, ENDED);
		return executionsIn(log, STARTED).filter((id) => {
			const index = ended.indexOf(id);
			if (index >= 0) ended.splice(index, 1);
			return index < 0;
		});
	}
}

const STARTED = /^Worker started execution (\d+) /;
const ENDED = /^Worker (?:finished|errored while running) execution (\d+) /;

function executionsIn(log: LogLine[], pattern: RegExp): string[] {
	return log.flatMap(({ message }) => pattern.exec(message)?.[1] ?? []);
}
