/** Runs npm. */
import { spawn } from 'node:child_process';

const PROGRESS_MS = 15_000;

export interface NpmOptions {
	onProgress: (line: string) => void;
	/** Ends npm. */
	signal?: AbortSignal;
}

/** For `onProgress`. */
export function printProgress(line: string): void {
	console.log(line);
}

/**
 * Runs npm, the one that runs this process if there is one, and says from time to time that it is still running.
 *
 * @throws Error when it fails; its own words are in the message
 */
export async function npm(
	args: string[],
	cwd: string,
	what: string,
	{ onProgress, signal }: NpmOptions,
	env: NodeJS.ProcessEnv = {},
): Promise<void> {
	onProgress(what);
	const startedAt = Date.now();
	const seconds = () => Math.round((Date.now() - startedAt) / 1000);
	const progress = setInterval(() => onProgress(`  … ${seconds()} s, still running`), PROGRESS_MS);
	const said: string[] = [];
	try {
		const code = await new Promise<number | null>((resolve, reject) => {
			const { command, first } = npmCommand();
			const child = spawn(command, [...first, ...args], {
				cwd,
				env: { ...process.env, ...env },
				signal,
				stdio: ['ignore', 'pipe', 'pipe'],
			});
			child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text));
			child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
			child.once('error', reject).once('close', resolve);
		});
		if (code !== 0) {
			const words = said.join('').trim().split('\n').slice(-40).join('\n');
			throw new Error(`${what} failed with exit code ${code}:\n${words}`);
		}
		onProgress(`  done in ${seconds()} s`);
	} finally {
		clearInterval(progress);
	}
}

/** How to run npm without a shell. */
export function npmCommand(): { command: string; first: string[] } {
	const script = process.env.npm_execpath;
	// Other package managers set the variable, too.
	return script?.endsWith('npm-cli.js')
		? { command: process.execPath, first: [script] }
		: { command: 'npm', first: [] };
}
