/** n8n as a process group of its own, with everything it logs. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
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
 * The shell becomes n8n. Beside it, in the same process group, a guard waits for the end of a pipe
 * that this process holds: when this process dies, however it does, the guard ends the group.
 */
const GUARDED = '(read -r _ <&3; kill -KILL -$$) </dev/null >/dev/null 2>&1 & exec "$@" 3<&-';

/** Enough to say why n8n did not start. */
const LAST_LINES = 30;

export class N8nProcess {
	readonly log: LogLine[] = [];
	/** Set when n8n has ended: its exit code or the signal that ended it. */
	end?: string;
	private readonly listeners = new Set<() => void>();
	private readonly child: ChildProcessByStdio<null, Readable, Readable>;
	private readonly closed: Promise<void>;

	/** @param onLine called for every line */
	constructor(
		command: string[],
		env: NodeJS.ProcessEnv,
		cwd: string,
		onLine: (line: LogLine) => void = () => {},
	) {
		this.child = spawn('sh', ['-c', GUARDED, 'n8n', ...command], {
			cwd,
			env,
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

	/** Id of n8n's process and of its group. */
	get pid(): number {
		if (this.child.pid === undefined) throw new Error(`n8n did not start: ${this.end}`);
		return this.child.pid;
	}

	/**
	 * Waits for a log line, also one that is there already.
	 *
	 * @throws Error when n8n ends or the time is over before
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
				const reason = this.end !== undefined ? `n8n ended (${this.end})` : 'the time is over';
				throw new Error(`Waiting for n8n's log: ${reason}. It said:\n${this.lastWords()}`);
			}
			await this.change(left);
		}
	}

	/** Asks n8n to end, and ends it when it does not. */
	async stop(graceMs: number): Promise<void> {
		this.signal('SIGTERM');
		await Promise.race([this.closed, delay(graceMs, undefined, { ref: false })]);
		await this.kill();
	}

	/** kill -9 for n8n and everything it started. */
	async kill(): Promise<void> {
		this.signal('SIGKILL');
		await this.closed;
	}

	/** Resolves when n8n has ended. */
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
			// SIGTERM is for n8n alone, which ends its own children; SIGKILL for the group.
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
