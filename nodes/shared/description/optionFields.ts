/** The Options collection: what else a video may be given, if the chosen model supports it. */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { modelsOf, offeredBy } from '../api/modelLookup';
import type { Capability } from '../api/routes';
import { type CameraAxis, type CameraPreset, LIMITS, type MultiShot } from '../api/request';
import { CAMERA_LABELS, LABELS, SHOT_TYPE_LABELS } from '../n8n/words/labels';
import { compareNames, withThousands } from '../utils/text';
import { optionsOf, perModel } from './perModel';
import type { VideoForm } from './videoFields';

const CAMERA_DESCRIPTIONS: Readonly<Record<CameraAxis | CameraPreset, string>> = {
	down_back: 'Moves down and back',
	forward_up: 'Moves forward and up',
	horizontal: 'Moves sideways. Negative values move left, positive values right.',
	left_turn_forward: 'Turns left while moving forward',
	pan: 'Turns sideways. Negative values turn left, positive values right.',
	right_turn_forward: 'Turns right while moving forward',
	roll: 'Rotates the picture. Negative values turn counterclockwise, positive values clockwise.',
	tilt: 'Tilts the camera. Negative values tilt down, positive values up.',
	vertical: 'Moves up or down. Negative values move down, positive values up.',
	zoom: 'Changes the field of view. Negative values narrow it, positive values widen it.',
};

const SHOT_TYPE_DESCRIPTIONS: Readonly<Record<MultiShot['shotType'], string>> = {
	customize: "You describe each shot. 'Prompt' is ignored.",
	intelligence: "Kling splits 'Prompt' into shots",
};

/** The Options collection of Create and of Create and Wait. */
export function videoOptions(
	{ capability, options: own = [] }: VideoForm,
	further: INodeProperties[] = [],
): INodeProperties {
	const options: INodeProperties[] = [
		{
			displayName: LABELS.additionalBodyFields,
			name: 'additionalBodyFields',
			type: 'json',
			default: '{}',
			placeholder: 'e.g. { "seed": 42 }',
			description:
				'A JSON object to merge into the body of the request, for fields that the node doesn’t have. It can’t change the model or the external task ID.',
		},
		...cameraControlFields(capability),
		{
			displayName: LABELS.costLimit,
			name: 'costLimit',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 10,
			description:
				'The maximum units for all videos of this run, estimated from Kling’s list prices. If the estimate is higher, nothing is sent. Only for models with a known price.',
		},
		...perModel(
			capability,
			'/',
			(offers) => ({ values: offers(({ cfgScale }) => (cfgScale ? [cfgScale] : [])) }),
			() => ({
				displayName: LABELS.cfgScale,
				name: 'cfgScale',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				default: 0.5,
				description: 'How closely the video follows the prompt, from 0 (loosely) to 1 (strictly)',
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
		},
		...multiShotFields(capability),
		...perModel(
			capability,
			'/',
			(offers) => ({
				values: offers(({ negativePrompt }) => (negativePrompt ? [negativePrompt] : [])),
			}),
			() => ({
				displayName: LABELS.negativePrompt,
				name: 'negativePrompt',
				type: 'string',
				typeOptions: { rows: 2 },
				default: '',
				placeholder: 'e.g. blurry, text, watermark',
				description: `What the video should not show (max ${withThousands(LIMITS.promptLength)} characters)`,
			}),
		),
		...perModel(
			capability,
			'/',
			(offers) => {
				const modes = offers(({ soundModes }) => soundModes);
				return { values: modes, modes };
			},
			() => ({
				displayName: LABELS.sound,
				name: 'sound',
				type: 'boolean',
				default: true,
				description: 'Whether to generate sound. Videos with sound cost more.',
			}),
		),
		{
			displayName: LABELS.watermark,
			name: 'watermark',
			type: 'boolean',
			default: true,
			description:
				'Whether to generate a watermarked copy in addition to the video. Kling AI only.',
		},
		...own,
		...further,
	];
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: options.sort((one, other) => compareNames(one.displayName, other.displayName)),
	};
}

function cameraControlFields(capability: Capability): INodeProperties[] {
	const presets = presetsOf(capability);
	return perModel(
		capability,
		'/',
		(offers) => ({
			values: offers(({ camera }) => [...(camera?.axes ?? []), ...(camera?.presets ?? [])]),
			modes: offers(({ camera, modes }) => (camera ? (camera.modes ?? modes) : [])),
			durations: offers(({ camera, durations }) => (camera ? (camera.durations ?? durations) : [])),
		}),
		(values) => ({
			displayName: LABELS.cameraControl,
			name: 'cameraControl',
			type: 'fixedCollection',
			placeholder: 'Add camera control',
			default: {},
			description: 'How the camera moves',
			options: [
				{
					displayName: 'Control',
					name: 'control',
					values: [
						{
							displayName: 'Type',
							name: 'type',
							type: 'options',
							options: sortByName(optionsOf(values, CAMERA_LABELS, CAMERA_DESCRIPTIONS)),
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
		'/',
		(offers) => ({ values: offers(({ multiShot }) => multiShot) }),
		(values) => ({
			displayName: LABELS.multiShot,
			name: 'multiShot',
			type: 'fixedCollection',
			placeholder: 'Add multi-shot',
			default: {},
			description: 'Combine several shots in one video',
			options: [
				{
					displayName: 'Settings',
					name: 'settings',
					values: [
						{
							displayName: 'Shot Type',
							name: 'shotType',
							type: 'options',
							options: sortByName(optionsOf(values, SHOT_TYPE_LABELS, SHOT_TYPE_DESCRIPTIONS)),
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
