/**
 * `npm run n8n`: a real n8n on this computer with the freshly built package, the emulator instead of
 * Kling, credentials for it and the example workflows. Installs n8n into the user's cache the first
 * time. Ctrl-C stops everything.
 */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { printFailure } from '../testkit/cli/flags.mts';
import { INTERRUPTED, watchForInterrupt } from '../testkit/cli/interrupt.mts';
import { cacheFolder } from '../testkit/npm/cacheFolder.mts';
import { OWNER, startHost, type Host, type LogLine } from '../testkit/n8n/index.mts';
import { N8N_VERSION } from '../testkit/n8n/versions.mts';
import { isPortFree } from '../testkit/ports.mts';
import { claimFolder } from './n8n/claim.mts';
import { readFlags, USAGE, type Flags } from './n8n/flags.mts';
import { ACCOUNT, furnish, type Furnished } from './n8n/furnish.mts';

/** The emulator's part of a task's time in the queue. */
const QUEUE_SHARE = 0.2;
/** How far from the wished port the next free one is looked for. */
const PORTS_TRIED = 50;

class InterruptedError extends Error {}

const interrupt = watchForInterrupt();
try {
	const flags = readFlags(process.argv.slice(2));
	if (flags.help) console.log(USAGE);
	else await main(flags);
} catch (error) {
	if (error instanceof InterruptedError) {
		console.log('Interrupted.');
		// What is still starting ends with this process.
		process.exit(INTERRUPTED);
	}
	process.exit(printFailure('n8n', error, USAGE));
}

async function main(flags: Flags): Promise<void> {
	const userFolder = flags.userFolder ?? join(cacheFolder(), `user-${N8N_VERSION}`);
	await mkdir(userFolder, { recursive: true });
	const release = await claimFolder(userFolder);
	try {
		const host = await unlessInterrupted(start(flags, userFolder));
		try {
			await runUntilEnd(host, flags.minutes);
		} finally {
			await host.stop();
		}
	} finally {
		await release();
	}
}

async function start(flags: Flags, userFolder: string): Promise<Host> {
	const port = await nextFreePort(flags.port);
	const emulatorPort = await nextFreePort(flags.emulatorPort, [port]);
	const generationMs = flags.generationSeconds * 1000;
	console.log(`Starting n8n ${N8N_VERSION} …`);
	const host = await startHost({
		port,
		userFolder,
		emulator: {
			port: emulatorPort,
			queueMs: generationMs * QUEUE_SHARE,
			generationMs,
			// The models of the examples are alive whatever day it is.
			models: 'classic',
			accounts: [ACCOUNT],
		},
		onProgress: (line) => console.log(line),
		signal: interrupt,
		onLog: logTo(userFolder),
	});
	const furnished = await furnish(host);
	console.log(welcome(host, furnished, flags));
	return host;
}

/** @returns when the user presses Ctrl-C, or the time is up */
async function runUntilEnd(host: Host, minutes: number): Promise<void> {
	let timer: NodeJS.Timeout | undefined;
	const reason = await Promise.race([
		host.waitForEnd().then(() => 'n8n'),
		new Promise<string>((resolve) => {
			timer = setTimeout(() => resolve('time is up'), minutes * 60_000);
			if (interrupt.aborted) resolve('interrupted');
			interrupt.addEventListener('abort', () => resolve('interrupted'), { once: true });
		}),
	]);
	clearTimeout(timer);
	if (reason === 'n8n') {
		throw new Error(`n8n ended unexpectedly. Last output:\n${host.logText()}`);
	}
	console.log(`\nStopping: ${reason}.`);
}

/** Everything goes into a file, onto the screen only what is of interest while trying things out. */
function logTo(userFolder: string): (line: LogLine) => void {
	const file = createWriteStream(join(userFolder, 'n8n.log'));
	return ({ level, message, text }) => {
		file.write(`${text}\n`);
		if (level === 'error' || message.startsWith('Kling: ')) console.log(`n8n: ${message}`);
	};
}

function welcome(host: Host, { workflows }: Furnished, flags: Flags): string {
	const [first] = workflows;
	const links = workflows.map(({ name, id }) => `  ${host.url}/workflow/${id}  ${name}`);
	return `
n8n ${host.version} is running with this package and with the emulator instead of Kling AI. Nothing costs money.

  Address   ${host.url}
  E-mail    ${OWNER.email}
  Password  ${OWNER.password}

1. Open ${first ? `${host.url}/workflow/${first.id}` : host.url} and sign in.
2. Click "Execute workflow". Generating the video takes ${flags.generationSeconds} seconds.
3. Open the Kling node and choose "Binary" in its output to see the video.

Example workflows:
${links.join('\n')}

The credentials "Kling account" and "Kling gateway" are for the emulator at ${host.emulator.url}
Faults: POST ${host.emulator.url}/__emulator/faults (see emulator/README.md)
Log: ${join(host.userFolder, 'n8n.log')}

Press Ctrl-C to stop. Stops automatically after ${flags.minutes} minutes. Your workflows are kept for the next start.
`;
}

async function nextFreePort(wished: number, taken: number[] = []): Promise<number> {
	for (let port = wished; port < wished + PORTS_TRIED; port++) {
		if (!taken.includes(port) && (await isPortFree(port))) return port;
	}
	throw new Error(`No free port found from ${wished} upward`);
}

async function unlessInterrupted<Result>(work: Promise<Result>): Promise<Result> {
	const interrupted = new Promise<never>((_resolve, reject) => {
		const give = () => reject(new InterruptedError());
		if (interrupt.aborted) give();
		interrupt.addEventListener('abort', give, { once: true });
	});
	// Whoever loses the race must not end the process with an unhandled rejection.
	interrupted.catch(() => {});
	work.catch(() => {});
	return await Promise.race([interrupted, work]);
}
