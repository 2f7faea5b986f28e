/** The browser: Chromium as it is installed on this computer. */
import process from 'node:process';
import { chromium, type Browser } from 'playwright-core';
import { findProgram, isExecutable } from '../programs.mts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const USUAL_PLACES = [
	'/usr/bin',
	'/usr/local/bin',
	'/snap/bin',
	'/Applications/Chromium.app/Contents/MacOS',
	'/Applications/Google Chrome.app/Contents/MacOS',
];

/** On macOS the programs are named like their applications. */
const MAC_NAMES = ['Chromium', 'Google Chrome'];

const FLAGS = [
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/**
 * Starts Chromium without a window. It ends with this process, however this one ends.
 *
 * @throws Error when there is no Chromium; the message says how to get it
 */
export async function launchChromium(): Promise<Browser> {
	return await chromium.launch({
		executablePath: findChromium(),
		// Chromium's sandbox refuses to work for root.
		args: [...FLAGS, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
	});
}

/**
 * The environment variable CHROMIUM, or else the first Chromium or Chrome on the PATH and in the usual places.
 *
 * @throws Error when there is none
 */
export function findChromium(
	env: NodeJS.ProcessEnv = process.env,
	places: string[] = USUAL_PLACES,
): string {
	const { CHROMIUM: chosen, PATH } = env;
	if (chosen) {
		if (isExecutable(chosen)) return chosen;
		throw new Error(`The environment variable CHROMIUM names no program: ${chosen}`);
	}
	const found = findProgram([...NAMES, ...MAC_NAMES], places, PATH);
	if (found === undefined) {
		throw new Error(
			'The browser tests need Chromium or Chrome, and found none. Install it, on Debian with "apt-get install chromium", or name it in the environment variable CHROMIUM.',
		);
	}
	return found;
}
