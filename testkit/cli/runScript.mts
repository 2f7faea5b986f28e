/** Runs the scripts of `scripts/` as npm does, each in a process of its own. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export class ScriptRun {
	/** What it has printed so far. */
	stdout = '';
	stderr = '';
	/** Both, in the order of their arrival. */
	output = '';
	/** Its exit code, when it has ended. */
	readonly ended: Promise<number | null>;
	private readonly child: ChildProcessByStdio<null, Readable, Readable>;
	private onOutput = () => {};

	/**
	 * @param script such as `scripts/demo.mts`
	 * @param env its environment; default: that of this process
	 */
	constructor(script: string, args: string[] = [], env: NodeJS.ProcessEnv = process.env) {
		this.child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
			env,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		for (const name of ['stdout', 'stderr'] as const) {
			this.child[name].setEncoding('utf8').on('data', (text: string) => {
				this[name] += text;
				this.output += text;
				this.onOutput();
			});
		}
		this.ended = once(this.child, 'close').then(([code]) => code as number | null);
	}

	/**
	 * Waits until it has printed a text.
	 *
	 * @throws Error when it ends before
	 */
	async untilPrinted(text: string): Promise<void> {
		const printed = new Promise<'printed'>((resolve) => {
			this.onOutput = () => {
				if (this.output.includes(text)) resolve('printed');
			};
			this.onOutput();
		});
		const end = await Promise.race([printed, this.ended]);
		if (end !== 'printed') {
			throw new Error(`The script ended with exit code ${end}:\n${this.output}`);
		}
	}

	/** Presses Ctrl-C, or sends another signal. @returns its exit code */
	async end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' = 'SIGINT'): Promise<number | null> {
		this.child.kill(signal);
		return await this.ended;
	}
}
