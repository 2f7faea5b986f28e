/** What a video is created from: the fields of Create and of Create and Wait. What each model offers comes from the registry. */

import type { INodeProperties } from 'n8n-workflow';

import { describeModel, modelsOf } from '../api/modelLookup';
import { CUSTOM_MODEL, DEFAULT_MODEL } from '../api/models';
import { type Capability } from '../api/routes';
import { LIMITS, type Mode } from '../api/request';
import { LABELS, MODE_LABELS } from '../n8n/words/labels';
import { withThousands } from '../utils/text';
import { optionsOf, perModel } from './perModel';

const MODE_DESCRIPTIONS: Readonly<Record<Mode, string>> = {
	std: 'Faster and cheaper',
	pro: 'Better quality, higher price',
	'4k': 'Highest resolution, highest price',
};

/** What only one node's form has. */
export interface VideoForm {
	/** What the videos are made from. */
	capability: Capability;
	/** Fields that come before the prompt: what the video is made from. */
	sources?: INodeProperties[];
	/** Fields that come after Duration. */
	fields?: INodeProperties[];
	/** Of the Options collection. */
	options?: INodeProperties[];
}

export function videoFields({
	capability,
	sources = [],
	fields = [],
}: VideoForm): INodeProperties[] {
	return [
		{
			displayName: LABELS.model,
			name: 'model',
			type: 'options',
			options: modelsOf(capability).map((model) => ({
				name: model.displayName,
				value: model.value,
				description: describeModel(model),
			})),
			default: DEFAULT_MODEL,
			description: 'The Kling model to use',
		},
		{
			displayName: LABELS.customModel,
			name: 'customModel',
			type: 'string',
			default: '',
			// Not required for n8n: with a Model by expression the field shows, and n8n would insist on it.
			placeholder: 'e.g. kling-v1-6',
			description: 'The model ID from the service’s documentation',
			displayOptions: { show: { model: [CUSTOM_MODEL.value] } },
		},
		...sources,
		{
			displayName: LABELS.prompt,
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. A kitten chases butterflies in a sunny garden',
			description: `What the video should show, in any language (max ${withThousands(LIMITS.promptLength)} characters, more with some models)`,
		},
		...perModel(
			capability,
			'',
			(offers) => ({ values: offers(({ modes }) => modes) }),
			(values) => ({
				displayName: LABELS.mode,
				name: 'mode',
				type: 'options',
				options: optionsOf(values, MODE_LABELS, MODE_DESCRIPTIONS),
				default: 'std',
				description: 'The quality of the video. Higher quality costs more.',
			}),
		),
		...perModel(
			capability,
			'',
			(offers) => ({ values: offers(({ durations }) => durations) }),
			(values) => ({
				displayName: LABELS.duration,
				name: 'duration',
				type: 'options',
				options: values.map((value) => ({ name: String(value), value })),
				default: 5,
				description: 'The length of the video',
			}),
		),
		...fields,
	];
}
