/** The flags of `npm run n8n`. */
import { MAX_MINUTES, numberFlag, parseFlags } from '../../testkit/cli/flags.mts';

export const USAGE = `Usage: npm run n8n -- [options]

  --port <n>                 n8n's port on 127.0.0.1 (default 5678; if taken, the next free one)
  --emulator-port <n>        the emulator's port (default 8787; if taken, the next free one)
  --generation-seconds <n>   generation time of a video (default 8)
  --user-folder <path>       where n8n keeps workflows and credentials (default: in the user's cache)
  --minutes <n>              stop automatically after this time (default 120)
  --help                     show this text
`;

const PORTS = { min: 1, max: 65_535, whole: true };

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
	const { values } = parseFlags({
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
	return {
		port: numberFlag('port', values.port, PORTS),
		emulatorPort: numberFlag('emulator-port', values['emulator-port'], PORTS),
		generationSeconds: numberFlag('generation-seconds', values['generation-seconds'], {
			max: 86_400,
		}),
		userFolder: values['user-folder'],
		minutes: numberFlag('minutes', values.minutes, { max: MAX_MINUTES }),
		help: values.help,
	};
}
