/** Runs `scripts/n8n.mts` as `npm run n8n` does, in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePorts, isPortFree } from '../n8n/folders.mts';

export interface ScriptRun {
	/** What it has printed so far. */
	output: () => string;
	/** A word from the table that it prints, such as the one after "Address". */
	read: (label: string) => string;
	/** Presses Ctrl-C, or ends it without a chance to clean up. */
	end: (signal?: 'SIGINT' | 'SIGKILL') => Promise<number | null>;
}

/** @returns when it says that n8n runs */
export async function runScript(userFolder: string, port: number): Promise<ScriptRun> {
	const [emulatorPort] = await freePorts(1);
	const flags = { port, 'emulator-port': emulatorPort, 'user-folder': userFolder };
	const child = spawn(
		process.execPath,
		[
			...['--import', 'tsx', 'scripts/n8n.mts', '--minutes', '5', '--generation-seconds', '1'],
			...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
		],
		{ stdio: ['ignore', 'pipe', 'pipe'] },
	);
	let output = '';
	const closed = once(child, 'close') as Promise<[number | null]>;
	const ready = new Promise<void>((resolve) => {
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (text: string) => {
				output += text;
				if (output.includes('Ctrl-C ends everything')) resolve();
			});
		}
	});
	const early = closed.then(([code]) => {
		throw new Error(`The script ended with exit code ${code}:\n${output}`);
	});
	// It ends at some time; that is an error only while it is waited for.
	early.catch(() => {});
	await Promise.race([ready, early]);
	return {
		output: () => output,
		read: (label) => new RegExp(`^ *${label} +(\\S+)$`, 'm').exec(output)?.[1] ?? '',
		end: async (signal = 'SIGINT') => {
			child.kill(signal);
			const [code] = await closed;
			return code;
		},
	};
}

export async function temporaryFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
	const path = await mkdtemp(join(tmpdir(), 'n8n-nodes-kling-'));
	return { path, remove: async () => await rm(path, { recursive: true, force: true }) };
}

/** Whether a port becomes free within five seconds. */
export async function becomesFree(port: number): Promise<boolean> {
	for (let attempt = 0; attempt < 50; attempt++) {
		if (await isPortFree(port)) return true;
		await delay(100);
	}
	return false;
}

export async function freePort(): Promise<number> {
	const [port] = (await freePorts(1)) as [number];
	return port;
}
