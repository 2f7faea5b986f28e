/** What an emulator can be started with, and the defaults. */
import { resolve } from 'node:path';
import type { RecordedRequest } from './log.mts';
import type { Phase } from './phase.mts';

export const EMULATOR_API_KEY = 'emulator-api-key';
export const EMULATOR_ACCESS_KEY = 'emulator-access-key';
export const EMULATOR_SECRET_KEY = 'emulator-secret-key';

/** The MP4 that is served unless told otherwise; its path from the repository's root. */
export const SAMPLE_VIDEO = 'emulator/sample.mp4';

/** A prepaid pack of video units, as `GET /account/costs` shows it (docs/kling-api.md#account). Times in ms. */
export interface ResourcePack {
	name: string;
	id: string;
	type: 'decreasing_total' | 'constant_period';
	/** Units of the pack, and units left when the emulator starts. */
	total: number;
	remaining: number;
	purchaseTime: number;
	effectiveTime: number;
	invalidTime: number;
}

export interface AccountOptions {
	/** How `requests()` and `tasks()` call the account. Default: `account-1`, `account-2` … */
	name?: string;
	apiKey: string;
	/** Both or none: without them the account knows no JWT. */
	accessKey?: string;
	secretKey?: string;
	/** Concurrency limit: tasks that may run at once per model. Default 20, that of Kling's standard packs. */
	concurrency?: number;
	/** `whsec_…`: callbacks are signed with it. Without it they are not signed. */
	webhookSecret?: string;
	/** `abnormal` 1100, `arrears` 1101 (both on create only), `ipDenied` 1304 (on every call). Default `good`. */
	standing?: 'good' | 'abnormal' | 'arrears' | 'ipDenied';
	/** v1 model ids or path segments this account may not use: 1103. */
	deniedModels?: readonly string[];
	/** `[]` is an empty account: 1102. Default: one pack that never runs dry in a test. */
	resourcePacks?: ReadonlyArray<Partial<ResourcePack>>;
}

/** What becomes of one callback on its way. */
export interface CallbackJourney {
	/** How late it comes, ms. */
	delayMs?: number;
	/** Whether the first copy is lost. */
	isLost?: boolean;
	/** How often it comes; default once. */
	copies?: number;
}

export interface EmulatorOptions {
	/** 0 takes a free port. The emulator listens on 127.0.0.1 only, whatever the port. */
	port: number;
	/** The emulator's clock in ms. Task states are derived from it, so a test may run hours in no time. */
	now: () => number;
	/** How long a task stays `submitted`, in ms. */
	queueMs: number;
	/** From creation to the end of a task, in ms; at least `queueMs`. */
	generationMs: number;
	/** By how much the task with this number, from 1, and this request body takes longer, in ms. Default: not at all. */
	generationJitterMs: (seq: number, body: unknown) => number;
	/** `current`: retired models answer 404/1203. `classic`: every text-to-video model ever listed is alive. */
	models: 'current' | 'classic';
	accounts: readonly AccountOptions[];
	/** Model ids the gateway knows in addition to the format's four. */
	extraGatewayModels: readonly string[];
	/** The MP4 served for every task; relative paths count from the repository root. */
	video: string;
	/** Whether faults can be injected, by `addFault` and under `/__emulator`. */
	faults: boolean;
	/** Least time between two calls of `GET /account/costs`, in ms ("QPS <= 1"). 0 lifts the limit. */
	accountIntervalMs: number;
	/** How a callback travels, for tests of bad days. Default: at once, once, and safely. */
	callbackJourney: (taskId: string, phase: Phase) => CallbackJourney;
	/** Pauses in ms before a callback that was lost or not accepted is sent again. Kling documents no such repetition: default none. */
	callbackRetriesMs: readonly number[];
	/** Called when an exchange is over, with its outcome. */
	onRequest: (request: RecordedRequest) => void;
}

const DEFAULT_CONCURRENCY = 20;
/** Units of the default pack: about a million seconds of video. */
const PLENTY = 1_000_000;
const YEAR_MS = 365 * 24 * 3600 * 1000;

/**
 * Completes the options and makes sure that they can be meant.
 *
 * @throws RangeError when the times contradict each other or a concurrency limit makes no sense
 */
export function resolveOptions(options: Partial<EmulatorOptions>): EmulatorOptions {
	const resolved: EmulatorOptions = {
		port: 0,
		now: Date.now,
		queueMs: Math.min(50, options.generationMs ?? 50),
		generationMs: Math.max(200, options.queueMs ?? 0),
		models: 'current',
		extraGatewayModels: ['kling-v9-preview'],
		faults: true,
		accountIntervalMs: 1000,
		generationJitterMs: () => 0,
		callbackJourney: () => ({}),
		callbackRetriesMs: [],
		onRequest: () => {},
		...options,
		// Resolved here and not at import: jest and the npm scripts run at the root, and a module has no say in that.
		video: resolve(process.cwd(), options.video ?? SAMPLE_VIDEO),
		accounts: options.accounts ?? [
			{
				name: 'emulator',
				apiKey: EMULATOR_API_KEY,
				accessKey: EMULATOR_ACCESS_KEY,
				secretKey: EMULATOR_SECRET_KEY,
			},
		],
	};
	if (!(resolved.queueMs >= 0 && resolved.generationMs >= resolved.queueMs)) {
		throw new RangeError(
			`generationMs (${resolved.generationMs}) must be at least queueMs (${resolved.queueMs}), and both at least 0`,
		);
	}
	for (const { concurrency = DEFAULT_CONCURRENCY, name } of resolved.accounts) {
		if (!Number.isInteger(concurrency) || concurrency < 0) {
			throw new RangeError(
				`concurrency of account ${name ?? ''} must be a whole number, 0 or more`,
			);
		}
	}
	return resolved;
}

/** An account with nothing left open. */
export type ResolvedAccount = Omit<AccountOptions, 'resourcePacks'> &
	Required<Pick<AccountOptions, 'name' | 'concurrency' | 'standing' | 'deniedModels'>> & {
		resourcePacks: ResourcePack[];
	};

/** Completes one account; packs start and end relative to `now` (ms). */
export function resolveAccount(
	account: AccountOptions,
	index: number,
	now: number,
): ResolvedAccount {
	const packs = account.resourcePacks ?? [{}];
	return {
		...account,
		name: account.name ?? `account-${index + 1}`,
		concurrency: account.concurrency ?? DEFAULT_CONCURRENCY,
		standing: account.standing ?? 'good',
		deniedModels: account.deniedModels ?? [],
		resourcePacks: packs.map((pack, number) => ({
			name: 'Emulator Video Pack',
			id: `emulator-pack-${index + 1}-${number + 1}`,
			type: 'decreasing_total',
			total: pack.remaining ?? PLENTY,
			remaining: pack.total ?? PLENTY,
			purchaseTime: now,
			effectiveTime: now,
			invalidTime: now + YEAR_MS,
			...pack,
		})),
	};
}
