/**
 * What Kling's text-to-video models can do: the emulator's only source of model rules, written from Kling's documents
 * (docs/kling-api.md#models) and on purpose not shared with `nodes/`, because the emulator is there to judge the node.
 */

export type Mode = 'std' | 'pro' | '4k';
export type Resolution = '720p' | '1080p' | '4k';

/** The path format names the picture size where v1 names a quality tier. */
export const MODE_OF_RESOLUTION: Readonly<Record<Resolution, Mode>> = {
	'720p': 'std',
	'1080p': 'pro',
	'4k': '4k',
};

/** Units per second. A missing price means that the model cannot do it: no audio in that mode, or audio always on. */
export interface Prices {
	silent?: number;
	audio?: number;
}

/** What a model makes of images; the rest is as for text. */
export interface ImageRules {
	/** Absent: it takes no last frame. */
	lastFrame?: { modes: readonly Mode[]; isSilent?: true };
	/** Characters of a prompt in the path format, if not as for text. */
	promptLength?: number;
}

export interface ModelRules {
	/** Absent: it makes nothing of images, or Kling no longer serves it for that. */
	imageToVideo?: ImageRules;
	/** The model version that the concurrency limit counts by, whatever format names it. */
	version: string;
	/** `model_name` on the v1 routes; absent where v1 does not have the model. */
	v1?: string;
	/** Path segment of the path format; absent where it does not have the model. */
	path?: string;
	/** `never`: listed somewhere, but image-to-video only. */
	textToVideo: 'current' | 'retired' | 'never';
	/** The modes the model has, each with its prices. */
	modes: Readonly<Partial<Record<Mode, Prices>>>;
	/** Seconds. */
	durations: readonly number[];
	/** `declared`: fields and prompt syntax; `syntax`: prompt syntax of the path format only. */
	multiShot: 'none' | 'declared' | 'syntax';
	cfgScale: boolean;
	/** Those that this model has in addition to the three of all. */
	moreAspectRatios?: readonly string[];
	/** Characters of a prompt in the path format; 2,500 otherwise. */
	promptLength?: { english: number; other: number };
}

const FIVE_OR_TEN = [5, 10] as const;
const upTo = (seconds: number) => Array.from({ length: seconds - 2 }, (_, index) => index + 3);

/** Kling 4.0, by what third parties publish of it (docs/kling-api.md#kling-40). Its prices are made up. */
const FOUR = {
	textToVideo: 'current',
	multiShot: 'none',
	cfgScale: false,
	moreAspectRatios: ['21:9', '4:3', '3:4'],
	promptLength: { english: 26_000, other: 11_000 },
} as const;

const THREE_TO_FIFTEEN = upTo(15);

/** See docs/kling-api.md#prices. */
export const MODELS: readonly ModelRules[] = [
	{
		version: 'Kling 3.0',
		v1: 'kling-v3',
		path: 'kling-3.0',
		promptLength: { english: 3072, other: 3072 },
		textToVideo: 'current',
		modes: {
			std: { silent: 0.6, audio: 0.9 },
			pro: { silent: 0.8, audio: 1.2 },
			'4k': { silent: 3, audio: 3 },
		},
		durations: THREE_TO_FIFTEEN,
		multiShot: 'declared',
		cfgScale: true,
		imageToVideo: { lastFrame: { modes: ['std', 'pro', '4k'] } },
	},
	{
		version: 'Kling 3.0 Turbo',
		path: 'kling-3.0-turbo',
		promptLength: { english: 3072, other: 3072 },
		textToVideo: 'current',
		modes: { std: { audio: 0.8 }, pro: { audio: 1 } },
		durations: THREE_TO_FIFTEEN,
		multiShot: 'syntax',
		cfgScale: false,
		imageToVideo: { promptLength: 2500 },
	},
	{
		version: 'Kling 2.6',
		v1: 'kling-v2-6',
		path: 'kling-2.6',
		textToVideo: 'current',
		modes: { std: { silent: 0.3 }, pro: { silent: 0.5, audio: 1 } },
		imageToVideo: { lastFrame: { modes: ['pro'], isSilent: true } },
		durations: FIVE_OR_TEN,
		multiShot: 'none',
		cfgScale: false,
	},
	{
		version: 'Kling 2.5 Turbo',
		v1: 'kling-v2-5-turbo',
		path: 'kling-2.5-turbo',
		textToVideo: 'current',
		modes: { std: { silent: 0.3 }, pro: { silent: 0.5 } },
		imageToVideo: { lastFrame: { modes: ['pro'] } },
		durations: FIVE_OR_TEN,
		multiShot: 'none',
		cfgScale: false,
	},
	{
		...FOUR,
		version: 'Kling 4.0',
		path: 'kling-4.0',
		modes: { std: { audio: 1.2 }, pro: { audio: 1.8 } },
		imageToVideo: { lastFrame: { modes: ['std', 'pro'] } },
		durations: upTo(30),
	},
	{
		...FOUR,
		version: 'Kling 4.0 Flash',
		path: 'kling-4.0-flash',
		modes: { std: { audio: 0.7 } },
		imageToVideo: {},
		durations: upTo(20),
	},
	{
		version: 'Kling 2.1 Master',
		v1: 'kling-v2-1-master',
		textToVideo: 'retired',
		// One tier, which either mode names.
		modes: { std: { silent: 2 }, pro: { silent: 2 } },
		durations: FIVE_OR_TEN,
		multiShot: 'none',
		cfgScale: false,
	},
	{
		version: 'Kling 2.1',
		v1: 'kling-v2-1',
		textToVideo: 'never',
		modes: {},
		durations: [],
		multiShot: 'none',
		cfgScale: false,
	},
	{
		version: 'Kling 2.0 Master',
		v1: 'kling-v2-master',
		textToVideo: 'retired',
		modes: { std: { silent: 2 }, pro: { silent: 2 } },
		durations: FIVE_OR_TEN,
		multiShot: 'none',
		cfgScale: false,
	},
	{
		version: 'Kling 1.6',
		v1: 'kling-v1-6',
		textToVideo: 'retired',
		modes: { std: { silent: 0.4 }, pro: { silent: 0.7 } },
		durations: FIVE_OR_TEN,
		multiShot: 'none',
		cfgScale: true,
	},
	{
		version: 'Kling 1.5',
		v1: 'kling-v1-5',
		textToVideo: 'never',
		modes: {},
		durations: [],
		multiShot: 'none',
		cfgScale: true,
	},
	{
		version: 'Kling 1.0',
		v1: 'kling-v1',
		textToVideo: 'retired',
		modes: { std: { silent: 0.2 }, pro: { silent: 0.7 } },
		durations: FIVE_OR_TEN,
		multiShot: 'none',
		cfgScale: true,
	},
];

/** The models of the gateway format, which describes no difference between them. */
export const GATEWAY_MODELS: readonly string[] = [
	'kling-v1-6',
	'kling-v2-master',
	'kling-v2-1',
	'kling-v2-1-master',
];

/** Whether some mode of the model can be had both with and without sound, so that there is something to choose. */
export function hasAudioChoice(model: ModelRules): boolean {
	return Object.values(model.modes).some(
		({ silent, audio }) => silent !== undefined && audio !== undefined,
	);
}
