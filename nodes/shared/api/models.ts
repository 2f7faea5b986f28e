/**
 * The model registry: what each model can do in each wire format that serves it, and its list price. The
 * form's fields, the validation and the tables of docs/models.md come from here, in the order of the form;
 * no other file knows a fact about a model.
 *
 * Sources: docs/kling-api.md#models; for prices https://kling.ai/document-api/pricing/base/video, as of
 * 2026-10-04 (docs/kling-api.md#prices).
 */

import type {
	AspectRatio,
	CameraAxis,
	CameraPreset,
	Mode,
	MultiShot,
	RequestFeature,
} from './request';
import type { FormatName } from './routes';

export interface CameraSupport {
	axes: readonly CameraAxis[];
	presets: readonly CameraPreset[];
	/** Absent: in every mode. */
	modes?: readonly Mode[];
	/** Absent: for every duration. */
	durations?: readonly number[];
}

export interface LastFrameSupport {
	modes: readonly Mode[];
	/** Only without sound. */
	isSilent?: true;
	/** Only without multi-shot. */
	isSingleShot?: true;
}

export interface Capabilities {
	modes: readonly Mode[];
	/** Seconds. */
	durations: readonly number[];
	aspectRatios: readonly AspectRatio[];
	negativePrompt: boolean;
	cfgScale: boolean;
	/** Absent: no camera control. */
	camera?: CameraSupport;
	/** The modes in which sound can be chosen; empty: there is nothing to choose. */
	soundModes: readonly Mode[];
	/** Empty: no multi-shot. */
	multiShot: ReadonlyArray<MultiShot['shotType']>;
	/** Of the prompt, in code points; absent: LIMITS.promptLength. */
	promptLength?: number | PromptLengths;
	/** Image to video: whether a last frame can be given, too; absent: never. */
	lastFrame?: LastFrameSupport;
	/** What the format has but this model refuses. */
	lacks?: readonly RequestFeature[];
	/** What the format has but this model is not known to heed: it may ignore it silently. */
	unproven?: readonly RequestFeature[];
}

/** Where the length of a prompt depends on its language. */
export interface PromptLengths {
	english: number;
	other: number;
}

export interface ServedModel extends Capabilities {
	/** The model's name on the wire: `model_name`, or the path segment. */
	id: string;
}

/** Units per second of video, by mode. */
type Rates = Readonly<Partial<Record<Mode, number>>>;

export interface ListPrice {
	/** Also of models whose sound cannot be chosen. */
	silent: Rates;
	withSound?: Rates;
}

export interface Model {
	/** The Model option's value; part of the public contract. */
	value: string;
	displayName: string;
	/** Day on which Kling AI stopped serving the model, as far as known. */
	retired?: string;
	/** What else a reader of the model list should know. */
	note?: string;
	/** Kling AI's list price, from which costs are estimated; absent: not known. */
	price?: ListPrice;
	/** What the model can do in each wire format that serves or served it. */
	formats: Readonly<Partial<Record<FormatName, ServedModel>>>;
}

const SECONDS_5_10 = [5, 10] as const;
const SECONDS_3_TO_15 = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] as const;
const SECONDS_3_TO_20 = [...SECONDS_3_TO_15, 16, 17, 18, 19, 20] as const;
const SECONDS_3_TO_30 = [...SECONDS_3_TO_20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30] as const;
const AXES = ['horizontal', 'pan', 'roll', 'tilt', 'vertical', 'zoom'] as const;
const PRESETS = ['down_back', 'forward_up', 'left_turn_forward', 'right_turn_forward'] as const;

/** In the gateway format every model can do everything. */
const GATEWAY: Capabilities = {
	modes: ['std', 'pro'],
	durations: SECONDS_5_10,
	aspectRatios: ['16:9', '9:16', '1:1', '3:2', '2:3', '3:4', '4:3'],
	negativePrompt: true,
	cfgScale: true,
	camera: { axes: AXES, presets: [] },
	soundModes: [],
	multiShot: [],
};

/** What the first-generation models have in common at Kling AI. */
const FIRST_GENERATION: Capabilities = {
	modes: ['std', 'pro'],
	durations: SECONDS_5_10,
	aspectRatios: ['16:9', '9:16', '1:1'],
	negativePrompt: true,
	cfgScale: false,
	soundModes: [],
	multiShot: [],
};

/** Kling 3.0, whose modes all come with or without sound. */
const V3: Capabilities = {
	...FIRST_GENERATION,
	modes: ['std', 'pro', '4k'],
	durations: SECONDS_3_TO_15,
	soundModes: ['std', 'pro', '4k'],
	multiShot: ['intelligence', 'customize'],
};

/** The format with the model in the path has neither field. */
const NO_NEGATIVE_PROMPT_NO_CFG = { negativePrompt: false, cfgScale: false } as const;

/** Of Kling 3.0 and 3.0 Turbo in that format. */
const LONG_PROMPT = { promptLength: 3072 } as const;

/** Kling 4.0, of which Kling itself has published nothing yet (docs/kling-api.md#kling-40). */
const V4: Capabilities = {
	...FIRST_GENERATION,
	...NO_NEGATIVE_PROMPT_NO_CFG,
	durations: SECONDS_3_TO_30,
	aspectRatios: ['16:9', '9:16', '1:1', '21:9', '4:3', '3:4'],
	promptLength: { english: 26_000, other: 11_000 },
	// A schema for a sibling of these models says that they have neither (docs/kling-api.md#kling-40).
	unproven: ['externalTaskId', 'callbackUrl'],
};

/** An image gives the video its ratio. */
const FROM_IMAGE = { aspectRatios: [], camera: undefined } as const;

const PREVIEW = 'Preview. Limits as published by third parties.';

export const MODELS: readonly Model[] = [
	{
		value: 'kling-v3',
		displayName: 'Kling 3.0',
		price: {
			silent: { std: 0.6, pro: 0.8, '4k': 3 },
			withSound: { std: 0.9, pro: 1.2, '4k': 3 },
		},
		formats: {
			v1: { id: 'kling-v3', ...V3, cfgScale: true },
			path: { id: 'kling-3.0', ...V3, ...NO_NEGATIVE_PROMPT_NO_CFG, ...LONG_PROMPT },
			'v1-image': {
				id: 'kling-v3',
				...V3,
				...FROM_IMAGE,
				cfgScale: true,
				lastFrame: { modes: ['std', 'pro', '4k'], isSingleShot: true },
			},
			'path-image': {
				id: 'kling-3.0',
				...V3,
				...FROM_IMAGE,
				...NO_NEGATIVE_PROMPT_NO_CFG,
				...LONG_PROMPT,
				lastFrame: { modes: ['std', 'pro', '4k'] },
			},
		},
	},
	{
		value: 'kling-3.0-turbo',
		displayName: 'Kling 3.0 Turbo',
		note: 'Always generates sound',
		price: { silent: { std: 0.8, pro: 1 } },
		formats: {
			path: {
				id: 'kling-3.0-turbo',
				...FIRST_GENERATION,
				...NO_NEGATIVE_PROMPT_NO_CFG,
				durations: SECONDS_3_TO_15,
				multiShot: ['customize'],
				...LONG_PROMPT,
			},
			'path-image': {
				id: 'kling-3.0-turbo',
				...FIRST_GENERATION,
				...FROM_IMAGE,
				...NO_NEGATIVE_PROMPT_NO_CFG,
				durations: SECONDS_3_TO_15,
				multiShot: ['customize'],
			},
		},
	},
	{
		value: 'kling-v2-6',
		displayName: 'Kling 2.6',
		price: { silent: { std: 0.3, pro: 0.5 }, withSound: { pro: 1 } },
		formats: {
			v1: { id: 'kling-v2-6', ...FIRST_GENERATION, soundModes: ['pro'] },
			path: {
				id: 'kling-2.6',
				...FIRST_GENERATION,
				...NO_NEGATIVE_PROMPT_NO_CFG,
				soundModes: ['pro'],
			},
			'v1-image': {
				id: 'kling-v2-6',
				...FIRST_GENERATION,
				...FROM_IMAGE,
				soundModes: ['pro'],
				lastFrame: { modes: ['pro'], isSilent: true },
			},
			'path-image': {
				id: 'kling-2.6',
				...FIRST_GENERATION,
				...FROM_IMAGE,
				...NO_NEGATIVE_PROMPT_NO_CFG,
				soundModes: ['pro'],
				lastFrame: { modes: ['pro'], isSilent: true },
			},
		},
	},
	{
		value: 'kling-v2-5-turbo',
		displayName: 'Kling 2.5 Turbo',
		price: { silent: { std: 0.3, pro: 0.5 } },
		formats: {
			v1: { id: 'kling-v2-5-turbo', ...FIRST_GENERATION },
			path: { id: 'kling-2.5-turbo', ...FIRST_GENERATION, ...NO_NEGATIVE_PROMPT_NO_CFG },
			'v1-image': {
				id: 'kling-v2-5-turbo',
				...FIRST_GENERATION,
				...FROM_IMAGE,
				lastFrame: { modes: ['pro'] },
			},
			'path-image': {
				id: 'kling-2.5-turbo',
				...FIRST_GENERATION,
				...FROM_IMAGE,
				...NO_NEGATIVE_PROMPT_NO_CFG,
				lastFrame: { modes: ['pro'] },
			},
		},
	},
	{
		value: 'kling-4.0',
		displayName: 'Kling 4.0',
		note: PREVIEW,
		formats: {
			path: { id: 'kling-4.0', ...V4 },
			'path-image': {
				id: 'kling-4.0',
				...V4,
				...FROM_IMAGE,
				lastFrame: { modes: ['std', 'pro'] },
			},
		},
	},
	{
		value: 'kling-4.0-flash',
		displayName: 'Kling 4.0 Flash',
		note: PREVIEW,
		formats: {
			path: { id: 'kling-4.0-flash', ...V4, modes: ['std'], durations: SECONDS_3_TO_20 },
			'path-image': {
				id: 'kling-4.0-flash',
				...V4,
				...FROM_IMAGE,
				modes: ['std'],
				durations: SECONDS_3_TO_20,
			},
		},
	},
	{
		value: 'kling-v2-1-master',
		displayName: 'Kling 2.1 Master',
		retired: '2026-09-15',
		formats: {
			gateway: { id: 'kling-v2-1-master', ...GATEWAY },
			v1: { id: 'kling-v2-1-master', ...FIRST_GENERATION },
		},
	},
	{
		value: 'kling-v2-1',
		displayName: 'Kling 2.1',
		note: 'Only for gateways. Kling AI doesn’t offer this model for text to video.',
		formats: { gateway: { id: 'kling-v2-1', ...GATEWAY } },
	},
	{
		value: 'kling-v2-master',
		displayName: 'Kling 2.0 Master',
		retired: '2026-10-01',
		formats: {
			gateway: { id: 'kling-v2-master', ...GATEWAY },
			v1: { id: 'kling-v2-master', ...FIRST_GENERATION },
		},
	},
	{
		value: 'kling-v1-6',
		displayName: 'Kling 1.6',
		retired: '2026-09-15',
		formats: {
			gateway: { id: 'kling-v1-6', ...GATEWAY },
			v1: { id: 'kling-v1-6', ...FIRST_GENERATION, cfgScale: true },
		},
	},
	{
		value: 'kling-v1',
		displayName: 'Kling 1.0',
		retired: '2026-10-01',
		formats: {
			v1: {
				id: 'kling-v1',
				...FIRST_GENERATION,
				cfgScale: true,
				camera: { axes: AXES, presets: PRESETS, modes: ['std'], durations: [5] },
			},
		},
	},
];

export const DEFAULT_MODEL = 'kling-v2-6';

/** A model of which nobody here knows anything. */
const NEW = { unproven: ['externalTaskId'] } as const;

/** A model this package does not know: its ID comes from the user, its limits from the format. */
export const CUSTOM_MODEL: {
	value: string;
	displayName: string;
	note: string;
	formats: Readonly<Record<FormatName, Capabilities>>;
} = {
	value: 'custom',
	displayName: 'Custom',
	note: 'Enter the ID of any other model',
	formats: {
		gateway: GATEWAY,
		v1: { ...V3, ...NEW, cfgScale: true, camera: { axes: AXES, presets: PRESETS } },
		path: { ...V3, ...NEW, ...NO_NEGATIVE_PROMPT_NO_CFG },
		'v1-image': {
			...V3,
			...NEW,
			...FROM_IMAGE,
			cfgScale: true,
			lastFrame: { modes: ['std', 'pro', '4k'] },
		},
		'path-image': {
			...V3,
			...NEW,
			...FROM_IMAGE,
			...NO_NEGATIVE_PROMPT_NO_CFG,
			lastFrame: { modes: ['std', 'pro', '4k'] },
		},
	},
};

export type AnyModel = Model | typeof CUSTOM_MODEL;

export const ALL_MODELS: readonly AnyModel[] = [...MODELS, CUSTOM_MODEL];
