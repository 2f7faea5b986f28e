/** Child processes of the benchmarks, fresh ones, so that nothing but what is measured is in them; and the memory of one. */
import { fork, type ChildProcess } from 'node:child_process';

/** How long a child may take; milliseconds. */
const TIMEOUT = 180_000;

/** Time between two looks at the memory; milliseconds. */
const SAMPLING_INTERVAL = 5;

interface Child<Message> {
	/** The first message it sends. @throws when it ends without one */
	message: Promise<Message>;
	stop(): void;
}

/**
 * Starts a script of this folder in a process of its own.
 * @param task handed over as JSON
 */
export function startChild<Message>(script: string, task: unknown): Child<Message> {
	const child: ChildProcess = fork(`bench/${script}`, [JSON.stringify(task)], {
		execArgv: ['--expose-gc', '--import', 'tsx'],
		stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
		timeout: TIMEOUT,
	});
	const message = new Promise<Message>((resolve, reject) => {
		child.once('message', (received) => resolve(received as Message));
		child.once('error', reject);
		child.once('exit', (code, signal) =>
			reject(new Error(`bench/${script} ended without a result (${signal ?? code})`)),
		);
	});
	return { message, stop: () => void (child.connected && child.disconnect()) };
}

/** Runs a script of this folder to its end. @returns the message it sends */
export async function runChild<Result>(script: string, task: unknown): Promise<Result> {
	const { message, stop } = startChild<Result>(script, task);
	try {
		return await message;
	} finally {
		stop();
	}
}

/** In a child: what it was started with. Sees to it that it does not outlive its parent. */
export function receiveTask<Task>(): Task {
	process.once('disconnect', () => process.exit());
	return JSON.parse(process.argv[2] ?? 'null') as Task;
}

/** In a child: sends the parent its message. */
export function sendToParent(message: unknown): void {
	process.send?.(message);
}

/** Resident memory in bytes, before and at most during the work, and the difference; it took so many milliseconds. */
export interface MemoryReading {
	before: number;
	peak: number;
	growth: number;
	duration: number;
}

/** In a child: resident memory while something is done. */
export async function measure(work: () => Promise<void>): Promise<MemoryReading> {
	global.gc?.();
	const before = process.memoryUsage().rss;
	let peak = before;
	const sample = () => {
		peak = Math.max(peak, process.memoryUsage().rss);
	};
	const sampler = setInterval(sample, SAMPLING_INTERVAL);
	const startedAt = performance.now();
	await work();
	sample();
	clearInterval(sampler);
	return { before, peak, growth: peak - before, duration: performance.now() - startedAt };
}
