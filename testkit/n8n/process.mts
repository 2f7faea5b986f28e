/** A server as a process group of its own, with everything it logs. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** One entry of n8n's log, or a line that something else printed. */
export interface LogLine {
	/** `error`, `warn`, `info`, `debug`; absent when the line did not come from n8n's logger. */
	level?: string;
	message: string;
	metadata?: Record<string, unknown>;
	/** The line as printed. */
	text: string;
}

/**
 * The shell becomes the server. Beside it, in the same process group, a guard waits for the end of a pipe
 * that this process holds: when this process dies, however it does, the guard ends the group.
 */
const GUARDED = '(read -r _ <&3; kill -KILL -$$) </dev/null >/dev/null 2>&1 & exec "$@" 3<&-';

/** Enough to say why it did not start. */
const LAST_LINES = 30;

export interface ProcessOptions {
	/** For error messages. */
	name: string;
	/** Program and arguments. */
	command: string[];
	env: NodeJS.ProcessEnv;
	cwd: string;
	/** Called for every line of the log. */
	onLine?: (line: LogLine) => void;
	/** The user it runs as; default: this process's own. */
	user?: { uid: number; gid: number };
	/** Asks it to end. Default: SIGTERM. */
	stopSignal?: NodeJS.Signals;
}

export class GuardedProcess {
	readonly log: LogLine[] = [];
	/** Set when it has ended: its exit code or the signal that ended it. */
	end?: string;
	private readonly listeners = new Set<() => void>();
	private readonly child: ChildProcessByStdio<null, Readable, Readable>;
	private readonly closed: Promise<void>;

	constructor(private readonly options: ProcessOptions) {
		const { name, command, env, cwd, onLine = () => {}, user } = options;
		this.child = spawn('sh', ['-c', GUARDED, name, ...command], {
			cwd,
			env,
			...user,
			detached: true,
			stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
		}) as ChildProcessByStdio<null, Readable, Readable>;
		for (const stream of [this.child.stdout, this.child.stderr]) {
			readLines(stream, (text) => {
				const line = parseLine(text);
				this.log.push(line);
				onLine(line);
				this.notify();
			});
		}
		this.closed = new Promise((resolve) => {
			const end = (reason: string) => {
				this.end ??= reason;
				// The guard still holds on to the group: this lets it go.
				this.child.stdio[3]?.destroy();
				this.notify();
				resolve();
			};
			this.child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
			this.child.once('error', (error) => end(error.message));
		});
	}

	/** Id of the process and of its group. */
	get pid(): number {
		const { pid } = this.child;
		if (pid === undefined) throw new Error(`${this.options.name} did not start: ${this.end}`);
		return pid;
	}

	/**
	 * Waits for a log line, also one that is there already.
	 *
	 * @throws Error when the process ends or the time is over before
	 */
	async waitForLog(matches: (line: LogLine) => boolean, timeoutMs: number): Promise<LogLine> {
		const deadline = Date.now() + timeoutMs;
		for (let seen = 0; ; ) {
			for (; seen < this.log.length; seen++) {
				const line = this.log[seen];
				if (line && matches(line)) return line;
			}
			const left = deadline - Date.now();
			if (this.end !== undefined || left <= 0) {
				const reason = this.end !== undefined ? `it ended (${this.end})` : 'the time is over';
				const { name } = this.options;
				throw new Error(
					`Waiting for the log of ${name}: ${reason}. Last output:\n${this.lastWords()}`,
				);
			}
			await this.change(left);
		}
	}

	/** Asks it to end, and ends it when it does not. */
	async stop(graceMs: number): Promise<void> {
		this.signal(this.options.stopSignal ?? 'SIGTERM');
		await Promise.race([this.closed, delay(graceMs, undefined, { ref: false })]);
		await this.kill();
	}

	/** kill -9 for it and everything it started. */
	async kill(): Promise<void> {
		this.signal('SIGKILL');
		await this.closed;
	}

	/** Resolves when it has ended. */
	async ended(): Promise<void> {
		await this.closed;
	}

	lastWords(): string {
		return this.log
			.slice(-LAST_LINES)
			.map(({ text }) => text)
			.join('\n');
	}

	private signal(name: NodeJS.Signals): void {
		if (this.child.pid === undefined) return;
		try {
			// SIGKILL is for the group; any other signal for the process alone, which ends its own children.
			process.kill(name === 'SIGKILL' ? -this.child.pid : this.child.pid, name);
		} catch {
			// It has ended already.
		}
	}

	private notify(): void {
		for (const listener of this.listeners) listener();
	}

	private async change(timeoutMs: number): Promise<void> {
		let done: () => void = () => {};
		const changed = new Promise<void>((resolve) => (done = resolve));
		const timer = setTimeout(done, timeoutMs);
		this.listeners.add(done);
		await changed;
		this.listeners.delete(done);
		clearTimeout(timer);
	}
}

/**
 * Resident memory of a process alone, without its children, in bytes. Linux only.
 *
 * @throws Error when there is no such process
 */
export async function residentMemory(pid: number): Promise<number> {
	const status = await readFile(`/proc/${pid}/status`, 'utf8');
	return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

function readLines(stream: Readable, onLine: (text: string) => void): void {
	let rest = '';
	stream.setEncoding('utf8').on('data', (text: string) => {
		const lines = (rest + text).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) if (line.trim() !== '') onLine(line);
	});
	stream.on('end', () => {
		if (rest.trim() !== '') onLine(rest);
	});
}

function parseLine(text: string): LogLine {
	try {
		const { level, message, metadata } = JSON.parse(text) as Omit<LogLine, 'text'>;
		return { level, message: String(message), metadata, text };
	} catch {
		return { message: text, text };
	}
}
