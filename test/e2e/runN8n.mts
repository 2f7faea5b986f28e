/** Runs `scripts/n8n.mts` as its users do. */
import { setTimeout as delay } from 'node:timers/promises';
import { ScriptRun } from '../../testkit/cli/runScript.mts';
import { freePort, isPortFree } from '../../testkit/ports.mts';

/** @returns when it says that n8n runs */
export async function runN8n(userFolder: string, port: number): Promise<ScriptRun> {
	const flags = {
		port,
		'emulator-port': await freePort(),
		'user-folder': userFolder,
		minutes: 5,
		'generation-seconds': 1,
	};
	const script = new ScriptRun(
		'scripts/n8n.mts',
		Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
	);
	await script.untilPrinted('Press Ctrl-C to stop');
	return script;
}

/** A word from the table that the script prints, such as the one after "Address". */
export function readLabel({ output }: ScriptRun, label: string): string {
	return new RegExp(`^ *${label} +(\\S+)$`, 'm').exec(output)?.[1] ?? '';
}

/** Whether a port becomes free within half a minute. */
export async function becomesFree(port: number): Promise<boolean> {
	for (let attempt = 0; attempt < 300; attempt++) {
		if (await isPortFree(port)) return true;
		await delay(100);
	}
	return false;
}
