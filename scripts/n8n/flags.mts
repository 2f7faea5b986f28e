/** The flags of `npm run n8n`. */
import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run n8n -- [options]

  --port <n>                 n8n's port on 127.0.0.1, or the next free one (default 5678)
  --emulator-port <n>        the emulator's (default 8787)
  --generation-seconds <n>   how long a video takes (default 8)
  --user-folder <path>       where n8n keeps workflows and credentials (default: in the user's cache)
  --minutes <n>              stop by itself after so long (default 120)
  --help                     this text
`;

/** Longest delay a Node timer can count, in minutes. */
const MAX_MINUTES = Math.floor((2 ** 31 - 1) / 60_000);

export class UsageError extends Error {}

export interface Flags {
	port: number;
	emulatorPort: number;
	generationSeconds: number;
	userFolder?: string;
	minutes: number;
	help: boolean;
}

/** @throws UsageError for a flag that does not exist or has a value that makes no sense */
export function readFlags(args: string[]): Flags {
	const values = parse(args);
	return {
		port: number('port', values.port, { min: 1, max: 65_535, whole: true }),
		emulatorPort: number('emulator-port', values['emulator-port'], {
			min: 1,
			max: 65_535,
			whole: true,
		}),
		generationSeconds: number('generation-seconds', values['generation-seconds'], { max: 86_400 }),
		userFolder: values['user-folder'],
		minutes: number('minutes', values.minutes, { max: MAX_MINUTES }),
		help: values.help,
	};
}

function parse(args: string[]) {
	try {
		const { values } = parseArgs({
			args,
			options: {
				port: { type: 'string', default: '5678' },
				'emulator-port': { type: 'string', default: '8787' },
				'generation-seconds': { type: 'string', default: '8' },
				'user-folder': { type: 'string' },
				minutes: { type: 'string', default: '120' },
				help: { type: 'boolean', default: false },
			},
		});
		return values;
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
}

function number(
	flag: string,
	text: string,
	{ min = 0, max, whole = false }: { min?: number; max: number; whole?: boolean },
): number {
	const value = Number(text);
	const fits = text.trim() !== '' && value >= min && value <= max;
	if (!fits || (whole && !Number.isInteger(value))) {
		const kind = whole ? 'whole number' : 'number';
		throw new UsageError(`--${flag} must be a ${kind} from ${min} to ${max}, not "${text}"`);
	}
	return value;
}
