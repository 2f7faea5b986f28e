/** `npm run emulator`: the Kling API on loopback, to build workflows against without paying. */
import { parseArgs } from 'node:util';
import {
	EMULATOR_ACCESS_KEY,
	EMULATOR_API_KEY,
	EMULATOR_SECRET_KEY,
	startEmulator,
	type RecordedRequest,
} from '../emulator/index.mts';

const USAGE = `Usage: npm run emulator -- [options]

  --port <n>                 port on 127.0.0.1, 0 for any free one (default 8787)
  --generation-seconds <n>   how long a video takes (default 10)
  --slots <n>                tasks at once per model (default 20)
  --models current|classic   which models are alive: today's, or also the retired ones (default current)
  --faults                   allow fault injection under /__emulator
  --minutes <n>              stop by itself after so long (default 120)
  --help                     this text
`;

/** The queue takes this part of a task's time. */
const QUEUE_SHARE = 0.2;
/** Longest delay a Node timer can count, in minutes. */
const MAX_MINUTES = Math.floor((2 ** 31 - 1) / 60_000);

class UsageError extends Error {}

interface Settings {
	port: number;
	generationSeconds: number;
	slots: number;
	models: 'current' | 'classic';
	faults: boolean;
	minutes: number;
	help: boolean;
}

/** @throws UsageError for a flag that does not exist or has a value that makes no sense */
function readFlags(): Settings {
	const { values } = parse();
	const models = values.models;
	if (models !== 'current' && models !== 'classic') {
		throw new UsageError(`--models must be current or classic, not "${models}"`);
	}
	return {
		port: number('port', values.port, { max: 65_535, whole: true }),
		generationSeconds: number('generation-seconds', values['generation-seconds'], { max: 86_400 }),
		slots: number('slots', values.slots, { max: 10_000, whole: true }),
		minutes: number('minutes', values.minutes, { max: MAX_MINUTES }),
		models,
		faults: values.faults,
		help: values.help,
	};
}

function parse() {
	try {
		return parseArgs({
			options: {
				port: { type: 'string', default: '8787' },
				'generation-seconds': { type: 'string', default: '10' },
				slots: { type: 'string', default: '20' },
				models: { type: 'string', default: 'current' },
				faults: { type: 'boolean', default: false },
				minutes: { type: 'string', default: '120' },
				help: { type: 'boolean', default: false },
			},
		});
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
}

function number(
	flag: string,
	text: string,
	{ max, whole = false }: { max: number; whole?: boolean },
) {
	const value = Number(text);
	if (text.trim() === '' || !(value >= 0 && value <= max) || (whole && !Number.isInteger(value))) {
		throw new UsageError(
			`--${flag} must be a ${whole ? 'whole number' : 'number'} from 0 to ${max}, not "${text}"`,
		);
	}
	return value;
}

/** A line per request, without headers and bodies: those hold keys and prompts. */
function logLine(request: RecordedRequest): void {
	const { method, path, status, outcome, account, taskIds, fault } = request;
	const facts = [
		new Date().toISOString().slice(11, 23),
		method.padEnd(4),
		path,
		status ?? '-',
		outcome === 'replied' ? '' : outcome,
		account ?? '',
		taskIds.join(','),
		fault ? `fault:${fault}` : '',
	];
	console.log(facts.filter((fact) => fact !== '').join(' '));
}

async function run(settings: Settings): Promise<void> {
	const generationMs = settings.generationSeconds * 1000;
	const emulator = await startEmulator({
		port: settings.port,
		queueMs: generationMs * QUEUE_SHARE,
		generationMs,
		models: settings.models,
		faults: settings.faults,
		accounts: [
			{
				name: 'emulator',
				apiKey: EMULATOR_API_KEY,
				accessKey: EMULATOR_ACCESS_KEY,
				secretKey: EMULATOR_SECRET_KEY,
				concurrency: settings.slots,
			},
		],
		onRequest: logLine,
	});
	const timer = setTimeout(() => void stop('time is up'), settings.minutes * 60_000);
	process.once('SIGINT', () => void stop('interrupted'));
	process.once('SIGTERM', () => void stop('terminated'));

	console.log(`Kling emulator: a video takes ${settings.generationSeconds} s, ${settings.slots} at once per model.

  Kling's own API    ${emulator.url}
  Flat gateway       ${emulator.gatewayUrl}

In n8n, create a "Kling API" credential:

  Service: Kling AI, Region: Custom, Base URL: ${emulator.url}
    API Key: ${EMULATOR_API_KEY}
    or Access Key: ${EMULATOR_ACCESS_KEY}, Secret Key: ${EMULATOR_SECRET_KEY}
  Service: Kling-Compatible Gateway, Base URL: ${emulator.gatewayUrl}
    API Key: ${EMULATOR_API_KEY}
${settings.faults ? `\nFaults: POST ${emulator.url}/__emulator/faults (see emulator/README.md)\n` : ''}
Stops after ${settings.minutes} minutes, or with Ctrl+C.
`);

	async function stop(reason: string): Promise<void> {
		clearTimeout(timer);
		console.log(`Stopping: ${reason}.`);
		await emulator.close();
	}
}

try {
	const settings = readFlags();
	if (settings.help) console.log(USAGE);
	else await run(settings);
} catch (error) {
	const message = error instanceof Error ? error.message : String(error);
	console.error(error instanceof UsageError ? `${message}\n\n${USAGE}` : `Emulator: ${message}`);
	process.exitCode = error instanceof UsageError ? 2 : 1;
}
