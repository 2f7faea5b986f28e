/** Form fields that several operations share; what each model offers comes from the registry. */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import {
	type Capabilities,
	CUSTOM_MODEL,
	DEFAULT_MODEL,
	MODELS,
	offeredBy,
} from '../shared/api/models';
import { LIMITS, type CameraAxis, type Mode } from '../shared/api/request';

/** Shows a field for these operations only. */
export function showFor(operations: string[]): { show: { operation: string[] } } {
	return { show: { operation: operations } };
}

const MODE_OPTIONS: Readonly<Record<Mode, INodePropertyOptions>> = {
	std: { name: 'Standard', value: 'std', description: 'Faster and cheaper' },
	pro: { name: 'Professional', value: 'pro', description: 'Better quality, dearer' },
	'4k': { name: '4K', value: '4k', description: 'Highest resolution, dearest' },
};

const CAMERA_OPTIONS: Readonly<Record<CameraAxis, INodePropertyOptions>> = {
	horizontal: {
		name: 'Horizontal',
		value: 'horizontal',
		description: 'Moves sideways: negative to the left, positive to the right',
	},
	pan: {
		name: 'Pan',
		value: 'pan',
		description: 'Turns sideways: negative to the left, positive to the right',
	},
	roll: {
		name: 'Roll',
		value: 'roll',
		description: 'Rolls: negative counter-clockwise, positive clockwise',
	},
	tilt: { name: 'Tilt', value: 'tilt', description: 'Tilts: negative down, positive up' },
	vertical: {
		name: 'Vertical',
		value: 'vertical',
		description: 'Moves up and down: negative down, positive up',
	},
	zoom: {
		name: 'Zoom',
		value: 'zoom',
		description: 'Changes the view: negative narrower, positive wider',
	},
};

/** What a video is made from: the fields of Create and of Create and Wait. */
export function videoFields(operations: string[]): INodeProperties[] {
	const displayOptions = showFor(operations);
	return [
		{
			displayName: 'Model',
			name: 'model',
			type: 'options',
			options: [...MODELS, CUSTOM_MODEL].map(({ displayName, value, description }) => ({
				name: displayName,
				value,
				description,
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
			required: true,
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
		...perModel(operations, ({ modes }) => modes.map((mode) => MODE_OPTIONS[mode])).map(
			({ options, displayOptions }): INodeProperties => ({
				displayName: 'Mode',
				name: 'mode',
				type: 'options',
				options,
				default: 'std',
				description: 'The quality of the video, which decides its price',
				displayOptions,
			}),
		),
		...perModel(operations, ({ durations }) => durations.map(toOption)).map(
			({ options, displayOptions }): INodeProperties => ({
				displayName: 'Duration (Seconds)',
				name: 'duration',
				type: 'options',
				options,
				default: 5,
				description: 'How long the video is',
				displayOptions,
			}),
		),
		...perModel(operations, ({ aspectRatios }) => aspectRatios.map(toOption)).map(
			({ options, displayOptions }): INodeProperties => ({
				displayName: 'Aspect Ratio',
				name: 'aspectRatio',
				type: 'options',
				options,
				default: '16:9',
				description: 'The shape of the picture, width to height',
				displayOptions,
			}),
		),
	];
}

/** The Options collection of Create and of Create and Wait. */
export function videoOptions(operations: string[]): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: showFor(operations),
		options: [
			{
				displayName: 'Camera Control',
				name: 'cameraControl',
				type: 'fixedCollection',
				placeholder: 'Add Camera Control',
				default: {},
				description: 'How the camera moves',
				displayOptions: showForModels(({ cameraAxes }) => cameraAxes.length > 0),
				options: [
					{
						displayName: 'Control',
						name: 'control',
						values: [
							{
								displayName: 'Type',
								name: 'type',
								type: 'options',
								options: Object.values(CAMERA_OPTIONS),
								default: 'zoom',
								description: 'The kind of movement',
							},
							{
								displayName: 'Value',
								name: 'value',
								type: 'number',
								typeOptions: {
									minValue: -LIMITS.cameraValue,
									maxValue: LIMITS.cameraValue,
									numberPrecision: 2,
								},
								default: 5,
								description:
									'How far the camera moves: -10 to 10, not 0. A negative value reverses the direction.',
							},
						],
					},
				],
			},
			{
				displayName: 'CFG Scale',
				name: 'cfgScale',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				default: 0.5,
				description: 'How closely the video follows the prompt: 0 is free, 1 is strict',
				displayOptions: showForModels(({ cfgScale }) => cfgScale),
			},
			{
				displayName: 'Negative Prompt',
				name: 'negativePrompt',
				type: 'string',
				typeOptions: { rows: 2 },
				default: '',
				placeholder: 'e.g. blurry, text, watermark',
				description: `What the video should not show, up to ${LIMITS.promptLength} characters`,
				displayOptions: showForModels(({ negativePrompt }) => negativePrompt),
			},
		],
	};
}

/** Download Video and the field it goes to. */
export function downloadFields(
	operations: string[],
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
			displayOptions: { show: { operation: operations, downloadVideo: [true] } },
		},
	];
}

export function simplifyField(operations: string[]): INodeProperties {
	return {
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
		displayOptions: showFor(operations),
	};
}

/** One variant of a field per distinct list of options, shown for the models that offer just these. */
function perModel(
	operations: string[],
	optionsOf: (capabilities: Capabilities) => INodePropertyOptions[],
): Array<Required<Pick<INodeProperties, 'displayOptions'>> & { options: INodePropertyOptions[] }> {
	const variants = new Map<string, { options: INodePropertyOptions[]; models: string[] }>();
	for (const model of [...MODELS, CUSTOM_MODEL]) {
		const options = offeredBy(model, optionsOf, ({ value }) => value);
		const key = JSON.stringify(options);
		const variant = variants.get(key) ?? { options, models: [] };
		variant.models.push(model.value);
		variants.set(key, variant);
	}
	return [...variants.values()].map(({ options, models }) => ({
		options,
		displayOptions: { show: { operation: operations, model: models } },
	}));
}

function toOption(value: string | number): INodePropertyOptions {
	return { name: String(value), value };
}

/** Shows an option for the models that have the ability in any of their formats. */
function showForModels(
	isAble: (capabilities: Capabilities) => boolean,
): INodeProperties['displayOptions'] {
	const models = [...MODELS, CUSTOM_MODEL]
		.filter(({ formats }) => Object.values(formats).some(isAble))
		.map(({ value }) => value);
	return { show: { '/model': models } };
}
