/** The flags of the scripts, by Node's own `parseArgs`, and how a script ends that failed. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

/** A flag that does not exist, or has a value that makes no sense. */
export class UsageError extends Error {}

/** The longest delay that a Node.js timer can count, in minutes. */
export const MAX_MINUTES = Math.floor((2 ** 31 - 1) / 60_000);

/** @throws UsageError for a flag that does not exist, or lacks its value */
export function parseFlags<Config extends ParseArgsConfig>(
	config: Config,
): ReturnType<typeof parseArgs<Config>> {
	try {
		return parseArgs(config);
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
}

interface Range {
	/** Default: 0. */
	min?: number;
	max: number;
	/** Default: false. */
	whole?: boolean;
}

/**
 * The number that was given for a flag.
 *
 * @throws UsageError when it is none, or out of range
 */
export function numberFlag(
	flag: string,
	text: string,
	{ min = 0, max, whole = false }: Range,
): number {
	const value = Number(text);
	const fits = text.trim() !== '' && value >= min && value <= max;
	if (!fits || (whole && !Number.isInteger(value))) {
		const kind = whole ? 'whole number' : 'number';
		throw new UsageError(`--${flag} must be a ${kind} from ${min} to ${max}, not "${text}"`);
	}
	return value;
}

/** Prints why a script failed. @returns its exit code */
export function printFailure(script: string, error: unknown, usage?: string): number {
	const message = error instanceof Error ? error.message : String(error);
	if (error instanceof UsageError) {
		console.error(usage === undefined ? message : `${message}\n\n${usage}`);
		return 2;
	}
	console.error(`${script}: ${message}`);
	return 1;
}
