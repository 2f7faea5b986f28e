/**
 * The model registry: what each model can do, in each wire format that serves it. The form's
 * fields and the validation both come from here; no other file knows a fact about a model.
 *
 * Sources: seed document (format `gateway`); kling-api.md, section 5 (official formats).
 */

import type { AspectRatio, CameraAxis, Mode } from './request';

export type FormatName = 'gateway';

export interface Capabilities {
	modes: readonly Mode[];
	/** Seconds. */
	durations: readonly number[];
	aspectRatios: readonly AspectRatio[];
	negativePrompt: boolean;
	cfgScale: boolean;
	/** Empty: no camera control. */
	cameraAxes: readonly CameraAxis[];
}

export interface ServedModel extends Capabilities {
	/** The model's name on the wire. */
	id: string;
}

export interface Model {
	/** The Model option's value; part of the public contract. */
	value: string;
	displayName: string;
	description?: string;
	/** What the model can do in each wire format that serves it. */
	formats: Readonly<Partial<Record<FormatName, ServedModel>>>;
}

/** Every model of the seed document can do everything that document describes. */
const SEED: Capabilities = {
	modes: ['std', 'pro'],
	durations: [5, 10],
	aspectRatios: ['16:9', '9:16', '1:1', '3:2', '2:3', '3:4', '4:3'],
	negativePrompt: true,
	cfgScale: true,
	cameraAxes: ['horizontal', 'pan', 'roll', 'tilt', 'vertical', 'zoom'],
};

export const MODELS: readonly Model[] = [
	{
		value: 'kling-v2-1-master',
		displayName: 'Kling 2.1 Master',
		formats: { gateway: { id: 'kling-v2-1-master', ...SEED } },
	},
	{
		value: 'kling-v2-1',
		displayName: 'Kling 2.1',
		formats: { gateway: { id: 'kling-v2-1', ...SEED } },
	},
	{
		value: 'kling-v2-master',
		displayName: 'Kling 2 Master',
		formats: { gateway: { id: 'kling-v2-master', ...SEED } },
	},
	{
		value: 'kling-v1-6',
		displayName: 'Kling 1.6',
		formats: { gateway: { id: 'kling-v1-6', ...SEED } },
	},
];

export const DEFAULT_MODEL = 'kling-v1-6';

/** A model this package does not know: its ID comes from the user, its limits from the format. */
export const CUSTOM_MODEL = {
	value: 'custom',
	displayName: 'Custom',
	description: 'Another model that the service offers, by its ID',
	formats: { gateway: SEED } satisfies Record<FormatName, Capabilities>,
};

/**
 * What is offered for a model in any of its formats, without repetitions.
 * @param keyOf what makes two offers the same
 */
export function offeredBy<Offer>(
	model: { formats: Readonly<Partial<Record<FormatName, Capabilities>>> },
	offersOf: (capabilities: Capabilities) => Offer[],
	keyOf: (offer: Offer) => unknown,
): Offer[] {
	const offers = Object.values(model.formats).flatMap(offersOf);
	return [...new Map(offers.map((offer) => [keyOf(offer), offer])).values()];
}
