/** The settings of the demo: environment variables, and one flag. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { numberFlag, parseFlags } from '../../testkit/cli/flags.mts';
import { DemoError } from './errors.mts';

export interface Settings {
	costsMoney: boolean;
	/** Data of the `klingApi` credential; undefined: use the emulator. */
	credential?: ICredentialDataDecryptedObject;
	/** The service, as users read it. */
	serviceName: string;
	/** Never to be printed. */
	secret?: string;
	/** Instead of the example's. */
	prompt?: string;
	/** Instead of the example's; the value of the node's Model field. */
	model?: string;
	/** Path of a JPEG or PNG file to make the video from. */
	image?: string;
	/** How long the emulator takes for a video, in milliseconds. */
	generationMs: number;
}

/** Long enough to watch a task's progress. */
const GENERATION_SECONDS = 12;

/** Gateways don't have the example's model, which is the newest generation's. */
const GATEWAY_MODEL = 'kling-v1-6';

/**
 * Reads the settings from
 * - `KLING_API_KEY`: use the real service, which costs money;
 * - `KLING_SERVICE`: `official` (default) or `gateway`, as in the credential's Service;
 * - `KLING_BASE_URL`: the credential's Base URL; needed for a gateway;
 * - `KLING_PROMPT`, `KLING_MODEL`: instead of the example's; also for the emulator;
 *
 * and from the flags `--image <file>`, to make the video from an image, and
 * `--generation-seconds <n>`, how long the emulator takes for it.
 * @throws {DemoError} when they contradict each other
 * @throws {UsageError} for a flag that does not exist or has a value that makes no sense
 */
export function readSettings(env: NodeJS.ProcessEnv, args: string[]): Settings {
	const read = (name: string) => env[name]?.trim() || undefined;
	const secret = read('KLING_API_KEY');
	const service = read('KLING_SERVICE');
	const baseUrl = read('KLING_BASE_URL');
	const { image, generationSeconds } = readFlags(args);
	if (image !== undefined && service === 'gateway') {
		throw new DemoError('Kling-compatible gateways make no videos from images: leave out --image.');
	}
	const wishes = { prompt: read('KLING_PROMPT'), model: read('KLING_MODEL'), image };
	const generationMs = generationSeconds * 1000;

	if (secret === undefined) {
		if (service ?? baseUrl) {
			throw new DemoError(
				'KLING_SERVICE and KLING_BASE_URL require KLING_API_KEY. Set it, or unset them to use the emulator.',
			);
		}
		const serviceName = 'emulator on this computer (nothing is charged)';
		return { costsMoney: false, serviceName, ...wishes, generationMs };
	}
	return {
		costsMoney: true,
		secret,
		generationMs,
		...(service === 'gateway'
			? gateway(secret, baseUrl)
			: official(secret, baseUrl, service ?? 'official')),
		...wishes,
		model: wishes.model ?? (service === 'gateway' ? GATEWAY_MODEL : undefined),
	};
}

type Account = Required<Pick<Settings, 'credential' | 'serviceName'>>;

function gateway(apiKey: string, baseUrl: string | undefined): Account {
	if (baseUrl === undefined) {
		throw new DemoError(
			'KLING_SERVICE=gateway requires the address of the gateway in KLING_BASE_URL.',
		);
	}
	return {
		credential: { service: 'gateway', baseUrl, apiKey },
		serviceName: `Kling-compatible gateway at ${baseUrl}`,
	};
}

function official(apiKey: string, baseUrl: string | undefined, service: string): Account {
	if (service !== 'official') {
		throw new DemoError(`KLING_SERVICE must be official or gateway, not "${service}".`);
	}
	const credential = { service, authentication: 'apiKey', apiKey };
	return baseUrl === undefined
		? { credential: { ...credential, region: 'global' }, serviceName: 'Kling AI' }
		: {
				credential: { ...credential, region: 'custom', baseUrl },
				serviceName: `Kling AI at ${baseUrl}`,
			};
}

function readFlags(args: string[]): { image?: string; generationSeconds: number } {
	const { values } = parseFlags({
		args,
		options: {
			image: { type: 'string' },
			'generation-seconds': { type: 'string', default: String(GENERATION_SECONDS) },
		},
	});
	const seconds = numberFlag('generation-seconds', values['generation-seconds'], { max: 3600 });
	return { image: values.image, generationSeconds: seconds };
}
