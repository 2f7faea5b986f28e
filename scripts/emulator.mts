/** `npm run emulator`: the Kling API on loopback, to build workflows against without paying. */
import {
	EMULATOR_ACCESS_KEY,
	EMULATOR_API_KEY,
	EMULATOR_SECRET_KEY,
	startEmulator,
	type RecordedRequest,
} from '../emulator/index.mts';
import {
	MAX_MINUTES,
	numberFlag,
	parseFlags,
	printFailure,
	UsageError,
} from '../testkit/cli/flags.mts';
import { watchForInterrupt } from '../testkit/cli/interrupt.mts';

const USAGE = `Usage: npm run emulator -- [options]

  --port <n>                 port on 127.0.0.1, 0 for any free one (default 8787)
  --generation-seconds <n>   generation time of a video (default 10)
  --concurrency <n>          concurrency limit per model (default 20)
  --models current|classic   "classic" includes the retired models (default current)
  --faults                   allow fault injection under /__emulator
  --minutes <n>              stop automatically after this time (default 120)
  --help                     show this text
`;

/** The part of a task's time that it spends in the queue. */
const QUEUE_SHARE = 0.2;
interface Settings {
	port: number;
	generationSeconds: number;
	concurrency: number;
	models: 'current' | 'classic';
	faults: boolean;
	minutes: number;
	help: boolean;
}

/** @throws UsageError for a flag that does not exist or has a value that makes no sense */
function readFlags(): Settings {
	const { values } = parseFlags({
		options: {
			port: { type: 'string', default: '8787' },
			'generation-seconds': { type: 'string', default: '10' },
			concurrency: { type: 'string', default: '20' },
			models: { type: 'string', default: 'current' },
			faults: { type: 'boolean', default: false },
			minutes: { type: 'string', default: '120' },
			help: { type: 'boolean', default: false },
		},
	});
	const models = values.models;
	if (models !== 'current' && models !== 'classic') {
		throw new UsageError(`--models must be current or classic, not "${models}"`);
	}
	return {
		port: numberFlag('port', values.port, { max: 65_535, whole: true }),
		generationSeconds: numberFlag('generation-seconds', values['generation-seconds'], {
			max: 86_400,
		}),
		concurrency: numberFlag('concurrency', values.concurrency, { max: 10_000, whole: true }),
		minutes: numberFlag('minutes', values.minutes, { max: MAX_MINUTES }),
		models,
		faults: values.faults,
		help: values.help,
	};
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
				concurrency: settings.concurrency,
			},
		],
		onRequest: logLine,
	});
	const timer = setTimeout(() => void stop('time is up'), settings.minutes * 60_000);
	const interrupt = watchForInterrupt();
	interrupt.addEventListener('abort', () => void stop('interrupted'), { once: true });

	console.log(`Kling emulator: a video takes ${settings.generationSeconds} seconds. Concurrency limit: ${settings.concurrency} per model.

  Kling AI                 ${emulator.url}
  Kling-compatible gateway ${emulator.gatewayUrl}

In n8n, create a "Kling API" credential:

  Service: Kling AI, Region: Custom, Base URL: ${emulator.url}
    API Key: ${EMULATOR_API_KEY}
    or Access Key: ${EMULATOR_ACCESS_KEY}, Secret Key: ${EMULATOR_SECRET_KEY}
  Service: Kling-Compatible Gateway, Base URL: ${emulator.gatewayUrl}
    API Key: ${EMULATOR_API_KEY}
${settings.faults ? `\nFaults: POST ${emulator.url}/__emulator/faults (see emulator/README.md)\n` : ''}
Press Ctrl-C to stop. Stops automatically after ${settings.minutes} minutes.
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
	process.exitCode = printFailure('Emulator', error, USAGE);
}
