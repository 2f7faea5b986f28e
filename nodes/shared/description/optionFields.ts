/** The Options collection: what else a video may be given, if the chosen model supports it. */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { modelsOf, offeredBy } from '../api/modelLookup';
import type { Capability } from '../api/routes';
import { type CameraAxis, type CameraPreset, LIMITS, type MultiShot } from '../api/request';
import { CAMERA_LABELS, LABELS, SHOT_TYPE_LABELS } from '../n8n/words/labels';
import { compareNames, withThousands } from '../utils/text';
import { perModel } from './perModel';
import { showFor } from './showFor';
import type { VideoForm } from './videoFields';

const CAMERA_OPTIONS: Readonly<Record<CameraAxis | CameraPreset, INodePropertyOptions>> = {
	down_back: {
		name: CAMERA_LABELS.down_back,
		value: 'down_back',
		description: 'Moves down and back',
	},
	forward_up: {
		name: CAMERA_LABELS.forward_up,
		value: 'forward_up',
		description: 'Moves forward and up',
	},
	horizontal: {
		name: CAMERA_LABELS.horizontal,
		value: 'horizontal',
		description: 'Moves sideways. Negative values move left, positive values right.',
	},
	left_turn_forward: {
		name: CAMERA_LABELS.left_turn_forward,
		value: 'left_turn_forward',
		description: 'Turns left while moving forward',
	},
	pan: {
		name: CAMERA_LABELS.pan,
		value: 'pan',
		description: 'Turns sideways. Negative values turn left, positive values right.',
	},
	right_turn_forward: {
		name: CAMERA_LABELS.right_turn_forward,
		value: 'right_turn_forward',
		description: 'Turns right while moving forward',
	},
	roll: {
		name: CAMERA_LABELS.roll,
		value: 'roll',
		description:
			'Rotates the picture. Negative values turn counterclockwise, positive values clockwise.',
	},
	tilt: {
		name: CAMERA_LABELS.tilt,
		value: 'tilt',
		description: 'Tilts the camera. Negative values tilt down, positive values up.',
	},
	vertical: {
		name: CAMERA_LABELS.vertical,
		value: 'vertical',
		description: 'Moves up or down. Negative values move down, positive values up.',
	},
	zoom: {
		name: CAMERA_LABELS.zoom,
		value: 'zoom',
		description: 'Changes the field of view. Negative values narrow it, positive values widen it.',
	},
};

const SHOT_TYPE_OPTIONS: Readonly<Record<MultiShot['shotType'], INodePropertyOptions>> = {
	customize: {
		name: SHOT_TYPE_LABELS.customize,
		value: 'customize',
		description: "You describe each shot. 'Prompt' is ignored.",
	},
	intelligence: {
		name: SHOT_TYPE_LABELS.intelligence,
		value: 'intelligence',
		description: "Kling splits 'Prompt' into shots",
	},
};

/** The Options collection of Create and of Create and Wait. */
export function videoOptions(
	operations: string[],
	{ capability, options: own = [] }: VideoForm,
	further: INodeProperties[] = [],
): INodeProperties {
	const options = [
		{
			displayName: LABELS.additionalBodyFields,
			name: 'additionalBodyFields',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "seed": 42 }',
			description:
				'A JSON object to merge into the body of the request, for fields that the node doesn’t have. It can’t change the model or the external task ID.',
		} satisfies INodeProperties,
		...cameraControlFields(capability),
		{
			displayName: LABELS.costLimit,
			name: 'costLimit',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 10,
			description:
				'How many units all videos of this run may cost together, estimated by Kling’s list prices. Above it, nothing is sent. Only for models with a known price.',
		} satisfies INodeProperties,
		...perModel(
			capability,
			(offers) => ({ values: offers(({ cfgScale }) => (cfgScale ? [cfgScale] : [])) }),
			({ show }): INodeProperties => ({
				displayName: LABELS.cfgScale,
				name: 'cfgScale',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				default: 0.5,
				description: 'How closely the video follows the prompt, from 0 (loosely) to 1 (strictly)',
				displayOptions: { show: show('/') },
			}),
		),
		{
			displayName: LABELS.externalTaskId,
			name: 'externalTaskId',
			type: 'string',
			default: '',
			placeholder: 'e.g. order-4711',
			description:
				'Your own ID for the task. It must be unique in your account. Get Status accepts it in place of the task ID. Kling AI only.',
		} satisfies INodeProperties,
		...multiShotFields(capability),
		...perModel(
			capability,
			(offers) => ({
				values: offers(({ negativePrompt }) => (negativePrompt ? [negativePrompt] : [])),
			}),
			({ show }): INodeProperties => ({
				displayName: LABELS.negativePrompt,
				name: 'negativePrompt',
				type: 'string',
				typeOptions: { rows: 2 },
				default: '',
				placeholder: 'e.g. blurry, text, watermark',
				description: `What the video should not show (max ${withThousands(LIMITS.promptLength)} characters)`,
				displayOptions: { show: show('/') },
			}),
		),
		...perModel(
			capability,
			(offers) => {
				const modes = offers(({ soundModes }) => soundModes);
				return { values: modes, modes };
			},
			({ show }): INodeProperties => ({
				displayName: LABELS.sound,
				name: 'sound',
				type: 'boolean',
				default: true,
				description: 'Whether to generate sound. Videos with sound cost more.',
				displayOptions: { show: show('/') },
			}),
		),
		{
			displayName: LABELS.watermark,
			name: 'watermark',
			type: 'boolean',
			default: true,
			description:
				'Whether to generate a watermarked copy in addition to the video. Kling AI only.',
		} satisfies INodeProperties,
		...own,
		...further,
	];
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: showFor(operations),
		options: options.sort((one, other) => compareNames(one.displayName, other.displayName)),
	};
}

function cameraControlFields(capability: Capability): INodeProperties[] {
	const presets = presetsOf(capability);
	return perModel(
		capability,
		(offers) => ({
			values: offers(({ camera }) => [...(camera?.axes ?? []), ...(camera?.presets ?? [])]),
			modes: offers(({ camera, modes }) => (camera ? (camera.modes ?? modes) : [])),
			durations: offers(({ camera, durations }) => (camera ? (camera.durations ?? durations) : [])),
		}),
		({ values, show }): INodeProperties => ({
			displayName: LABELS.cameraControl,
			name: 'cameraControl',
			type: 'fixedCollection',
			placeholder: 'Add camera control',
			default: {},
			description: 'How the camera moves',
			displayOptions: { show: show('/') },
			options: [
				{
					displayName: 'Control',
					name: 'control',
					values: [
						{
							displayName: 'Type',
							name: 'type',
							type: 'options',
							options: sortByName(values.map((type) => CAMERA_OPTIONS[type])),
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
								'How far the camera moves, from -10 to 10 (not 0). Negative values reverse the direction.',
							displayOptions: {
								show: { type: values.filter((type) => !presets.has(type)) },
							},
						},
					],
				},
			],
		}),
	);
}

/** The camera movements that take no value. */
function presetsOf(capability: Capability): ReadonlySet<CameraAxis | CameraPreset> {
	return new Set(
		modelsOf(capability).flatMap((model) =>
			offeredBy(model, capability, ({ camera }) => camera?.presets ?? []),
		),
	);
}

function multiShotFields(capability: Capability): INodeProperties[] {
	return perModel(
		capability,
		(offers) => ({ values: offers(({ multiShot }) => multiShot) }),
		({ values, show }): INodeProperties => ({
			displayName: LABELS.multiShot,
			name: 'multiShot',
			type: 'fixedCollection',
			placeholder: 'Add multi-shot',
			default: {},
			description: 'Combine several shots in one video',
			displayOptions: { show: show('/') },
			options: [
				{
					displayName: 'Settings',
					name: 'settings',
					values: [
						{
							displayName: 'Shot Type',
							name: 'shotType',
							type: 'options',
							options: sortByName(values.map((type) => SHOT_TYPE_OPTIONS[type])),
							default: 'customize',
							description: 'How the video is split into shots',
						},
						{
							displayName: 'Shots',
							name: 'shots',
							type: 'fixedCollection',
							placeholder: 'Add shot',
							typeOptions: { multipleValues: true, sortable: true },
							default: {},
							description: `The shots in order (max ${LIMITS.shots}). Their durations must add up to the duration of the video.`,
							displayOptions: { show: { shotType: ['customize'] } },
							options: [
								{
									displayName: 'Shot',
									name: 'shot',
									values: [
										{
											displayName: 'Prompt',
											name: 'prompt',
											type: 'string',
											typeOptions: { rows: 2 },
											default: '',
											placeholder: 'e.g. Close-up of the kitten’s eyes',
											description: `What the shot should show (max ${LIMITS.shotPromptLength} characters)`,
										},
										{
											displayName: 'Duration (Seconds)',
											name: 'duration',
											type: 'number',
											typeOptions: { minValue: 1, numberPrecision: 0 },
											default: 2,
											description: 'The length of the shot',
										},
									],
								},
							],
						},
					],
				},
			],
		}),
	);
}

function sortByName(options: INodePropertyOptions[]): INodePropertyOptions[] {
	return options.sort((one, other) => compareNames(one.name, other.name));
}
