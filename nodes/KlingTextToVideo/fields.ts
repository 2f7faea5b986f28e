/** Form fields that several operations share; what each model offers comes from the registry. */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import {
	ALL_MODELS,
	CUSTOM_MODEL,
	DEFAULT_MODEL,
	describeModel,
	offeredBy,
} from '../shared/api/models';
import { LIMITS, type Mode } from '../shared/api/request';
import { perModel } from './perModel';

/** Shows a field for these operations only; always, where there are no operations. */
export function showFor(operations?: string[]): { show: { operation?: string[] } } {
	return { show: { ...(operations && { operation: operations }) } };
}

const MODE_OPTIONS: Readonly<Record<Mode, INodePropertyOptions>> = {
	std: { name: 'Standard', value: 'std', description: 'Faster and cheaper' },
	pro: { name: 'Professional', value: 'pro', description: 'Better quality, dearer' },
	'4k': { name: '4K', value: '4k', description: 'Highest resolution, dearest' },
};

/** What a video is made from: the fields of Create and of Create and Wait. */
export function videoFields(operations: string[]): INodeProperties[] {
	const displayOptions = showFor(operations);
	return [
		{
			displayName: 'Model',
			name: 'model',
			type: 'options',
			options: ALL_MODELS.map((model) => ({
				name: model.displayName,
				value: model.value,
				description: describeModel(model),
			})),
			default: DEFAULT_MODEL,
			description: 'The Kling model that makes the video',
			displayOptions,
		},
		{
			displayName: 'Model ID',
			name: 'customModel',
			type: 'string',
			default: '',
			// Not required for n8n: with a Model by expression the field shows, and n8n would insist on it.
			placeholder: 'e.g. kling-v1-6',
			description: 'The name of the model as the service documents it',
			displayOptions: { show: { ...displayOptions.show, model: [CUSTOM_MODEL.value] } },
		},
		{
			displayName: 'Prompt',
			name: 'prompt',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			required: true,
			placeholder: 'e.g. A kitten chases butterflies in a sunny garden',
			description: `What the video shows, in any language, up to ${LIMITS.promptLength} characters`,
			displayOptions,
		},
		...perModel(
			(model) => ({ values: offeredBy(model, ({ modes }) => modes) }),
			({ values, show }): INodeProperties => ({
				displayName: 'Mode',
				name: 'mode',
				type: 'options',
				options: values.map((mode) => MODE_OPTIONS[mode]),
				default: 'std',
				description: 'The quality of the video, which decides its price',
				displayOptions: { show: { operation: operations, ...show('') } },
			}),
		),
		...perModel(
			(model) => ({ values: offeredBy(model, ({ durations }) => durations) }),
			({ values, show }): INodeProperties => ({
				displayName: 'Duration (Seconds)',
				name: 'duration',
				type: 'options',
				options: values.map((value) => ({ name: String(value), value })),
				default: 5,
				description: 'How long the video is',
				displayOptions: { show: { operation: operations, ...show('') } },
			}),
		),
		...perModel(
			(model) => ({ values: offeredBy(model, ({ aspectRatios }) => aspectRatios) }),
			({ values, show }): INodeProperties => ({
				displayName: 'Aspect Ratio',
				name: 'aspectRatio',
				type: 'options',
				options: values.map((value) => ({ name: value, value })),
				default: '16:9',
				description:
					'The shape of the picture, width to height. Kling’s own service makes 16:9, 9:16 and 1:1.',
				displayOptions: { show: { operation: operations, ...show('') } },
			}),
		),
	];
}

/** Download Video and the field it goes to. */
export function downloadFields(
	operations: string[] | undefined,
	downloadByDefault: boolean,
): INodeProperties[] {
	const downloadVideo: INodeProperties = {
		displayName: 'Download Video',
		name: 'downloadVideo',
		type: 'boolean',
		default: true,
		description:
			'Whether to download the finished video into a binary field. Kling deletes its own copy after 30 days.',
		displayOptions: showFor(operations),
	};
	return [
		{ ...downloadVideo, default: downloadByDefault },
		{
			displayName: 'Put Output File in Field',
			name: 'binaryPropertyName',
			type: 'string',
			default: 'data',
			required: true,
			placeholder: 'e.g. data',
			hint: 'The name of the output binary field to put the file in',
			displayOptions: { show: { ...showFor(operations).show, downloadVideo: [true] } },
		},
	];
}

export function simplifyField(operations?: string[]): INodeProperties {
	return {
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
		displayOptions: showFor(operations),
	};
}
