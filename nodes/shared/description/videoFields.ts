/** What a video is created from: the fields of Create and of Create and Wait. What each model offers comes from the registry. */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { describeModel, modelsOf } from '../api/modelLookup';
import { CUSTOM_MODEL, DEFAULT_MODEL } from '../api/models';
import { type Capability } from '../api/routes';
import { LIMITS, type Mode } from '../api/request';
import { LABELS, MODE_LABELS } from '../n8n/words/labels';
import { withThousands } from '../utils/text';
import { perModel } from './perModel';
import { showFor } from './showFor';

const MODE_OPTIONS: Readonly<Record<Mode, INodePropertyOptions>> = {
	std: { name: MODE_LABELS.std, value: 'std', description: 'Faster and cheaper' },
	pro: { name: MODE_LABELS.pro, value: 'pro', description: 'Better quality, higher price' },
	'4k': { name: MODE_LABELS['4k'], value: '4k', description: 'Highest resolution, highest price' },
};

/** What only one node's form has. */
export interface VideoForm {
	/** What the videos are made from. */
	capability: Capability;
	/** Fields that come before the prompt: what the video is made from. */
	sources?(operations: string[]): INodeProperties[];
	/** Fields that come after Duration. */
	fields?(operations: string[]): INodeProperties[];
	/** Of the Options collection. */
	options?: INodeProperties[];
}

export function videoFields(operations: string[], form: VideoForm): INodeProperties[] {
	const displayOptions = showFor(operations);
	return [
		{
			displayName: LABELS.model,
			name: 'model',
			type: 'options',
			options: modelsOf(form.capability).map((model) => ({
				name: model.displayName,
				value: model.value,
				description: describeModel(model),
			})),
			default: DEFAULT_MODEL,
			description: 'The Kling model to use',
			displayOptions,
		},
		{
			displayName: LABELS.customModel,
			name: 'customModel',
			type: 'string',
			default: '',
			// Not required for n8n: with a Model by expression the field shows, and n8n would insist on it.
			placeholder: 'e.g. kling-v1-6',
			description: 'The model ID from the service’s documentation',
			displayOptions: { show: { ...displayOptions.show, model: [CUSTOM_MODEL.value] } },
		},
		...(form.sources?.(operations) ?? []),
		{
			displayName: LABELS.prompt,
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. A kitten chases butterflies in a sunny garden',
			description: `What the video should show, in any language (max ${withThousands(LIMITS.promptLength)} characters, more with some models)`,
			displayOptions,
		},
		...perModel(
			form.capability,
			(offers) => ({ values: offers(({ modes }) => modes) }),
			({ values, show }): INodeProperties => ({
				displayName: LABELS.mode,
				name: 'mode',
				type: 'options',
				options: values.map((mode) => MODE_OPTIONS[mode]),
				default: 'std',
				description: 'The quality of the video. Higher quality costs more.',
				displayOptions: { show: { operation: operations, ...show('') } },
			}),
		),
		...perModel(
			form.capability,
			(offers) => ({ values: offers(({ durations }) => durations) }),
			({ values, show }): INodeProperties => ({
				displayName: LABELS.duration,
				name: 'duration',
				type: 'options',
				options: values.map((value) => ({ name: String(value), value })),
				default: 5,
				description: 'The length of the video',
				displayOptions: { show: { operation: operations, ...show('') } },
			}),
		),
		...(form.fields?.(operations) ?? []),
	];
}
