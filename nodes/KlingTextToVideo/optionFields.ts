/** The Options collection: what a video may be given besides, as far as the chosen model knows it. */

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { ALL_MODELS, offeredBy } from '../shared/api/models';
import { type CameraAxis, type CameraPreset, LIMITS, type MultiShot } from '../shared/api/request';
import { showFor } from './fields';
import { perModel } from './perModel';

const CAMERA_OPTIONS: Readonly<Record<CameraAxis | CameraPreset, INodePropertyOptions>> = {
	down_back: { name: 'Down and Back', value: 'down_back', description: 'Sinks and draws back' },
	forward_up: { name: 'Forward and Up', value: 'forward_up', description: 'Advances and rises' },
	horizontal: {
		name: 'Horizontal',
		value: 'horizontal',
		description: 'Moves sideways: negative to the left, positive to the right',
	},
	left_turn_forward: {
		name: 'Left Turn Forward',
		value: 'left_turn_forward',
		description: 'Turns left and advances',
	},
	pan: {
		name: 'Pan',
		value: 'pan',
		description: 'Turns sideways: negative to the left, positive to the right',
	},
	right_turn_forward: {
		name: 'Right Turn Forward',
		value: 'right_turn_forward',
		description: 'Turns right and advances',
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

const SHOT_TYPE_OPTIONS: Readonly<Record<MultiShot['shotType'], INodePropertyOptions>> = {
	customize: {
		name: 'Custom',
		value: 'customize',
		description: 'You describe each shot; the Prompt is not used',
	},
	intelligence: {
		name: 'Automatic',
		value: 'intelligence',
		description: 'Kling splits the Prompt into shots',
	},
};

/** The Options collection of Create and of Create and Wait. */
export function videoOptions(
	operations: string[],
	further: INodeProperties[] = [],
): INodeProperties {
	const options = [
		...cameraControlFields(),
		...perModel(
			(model) => ({ values: offeredBy(model, ({ cfgScale }) => (cfgScale ? [cfgScale] : [])) }),
			({ show }): INodeProperties => ({
				displayName: 'CFG Scale',
				name: 'cfgScale',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
				default: 0.5,
				description: 'How closely the video follows the prompt: 0 is free, 1 is strict',
				displayOptions: { show: show('/') },
			}),
		),
		{
			displayName: 'External Task ID',
			name: 'externalTaskId',
			type: 'string',
			default: '',
			placeholder: 'e.g. order-4711',
			description:
				'Your own name for the task, unique in the account, by which Get Status finds it too. Kling’s own service only.',
		} satisfies INodeProperties,
		...multiShotFields(),
		...perModel(
			(model) => ({
				values: offeredBy(model, ({ negativePrompt }) => (negativePrompt ? [negativePrompt] : [])),
			}),
			({ show }): INodeProperties => ({
				displayName: 'Negative Prompt',
				name: 'negativePrompt',
				type: 'string',
				typeOptions: { rows: 2 },
				default: '',
				placeholder: 'e.g. blurry, text, watermark',
				description: `What the video should not show, up to ${LIMITS.promptLength} characters`,
				displayOptions: { show: show('/') },
			}),
		),
		...perModel(
			(model) => {
				const modes = offeredBy(model, ({ soundModes }) => soundModes);
				return { values: modes, modes };
			},
			({ show }): INodeProperties => ({
				displayName: 'Sound',
				name: 'sound',
				type: 'boolean',
				default: true,
				description: 'Whether the video has sound, which makes it dearer',
				displayOptions: { show: show('/') },
			}),
		),
		{
			displayName: 'Watermark',
			name: 'watermark',
			type: 'boolean',
			default: true,
			description:
				'Whether Kling makes a watermarked copy besides the video. Kling’s own service only.',
		} satisfies INodeProperties,
		...further,
	];
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		displayOptions: showFor(operations),
		options: options.sort((one, other) => one.displayName.localeCompare(other.displayName)),
	};
}

function cameraControlFields(): INodeProperties[] {
	return perModel(
		(model) => ({
			values: offeredBy(model, ({ camera }) => [
				...(camera?.axes ?? []),
				...(camera?.presets ?? []),
			]),
			modes: offeredBy(model, ({ camera, modes }) => (camera ? (camera.modes ?? modes) : [])),
			durations: offeredBy(model, ({ camera, durations }) =>
				camera ? (camera.durations ?? durations) : [],
			),
		}),
		({ values, show }): INodeProperties => ({
			displayName: 'Camera Control',
			name: 'cameraControl',
			type: 'fixedCollection',
			placeholder: 'Add Camera Control',
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
								'How far the camera moves: -10 to 10, not 0. A negative value reverses the direction.',
							displayOptions: {
								show: { type: values.filter((type) => !isPreset(type)) },
							},
						},
					],
				},
			],
		}),
	);
}

function isPreset(type: CameraAxis | CameraPreset): boolean {
	return ALL_MODELS.some((model) =>
		offeredBy(model, ({ camera }) => camera?.presets ?? []).some((preset) => preset === type),
	);
}

function multiShotFields(): INodeProperties[] {
	return perModel(
		(model) => ({ values: offeredBy(model, ({ multiShot }) => multiShot) }),
		({ values, show }): INodeProperties => ({
			displayName: 'Multi-Shot',
			name: 'multiShot',
			type: 'fixedCollection',
			placeholder: 'Add Multi-Shot',
			default: {},
			description: 'Several shots in one video',
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
							description: 'Who decides on the shots',
						},
						{
							displayName: 'Shots',
							name: 'shots',
							type: 'fixedCollection',
							placeholder: 'Add Shot',
							typeOptions: { multipleValues: true, sortable: true },
							default: {},
							description: `The shots in their order, at most ${LIMITS.shots}; their durations add up to that of the video`,
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
											description: `What the shot shows, up to ${LIMITS.shotPromptLength} characters`,
										},
										{
											displayName: 'Duration (Seconds)',
											name: 'duration',
											type: 'number',
											typeOptions: { minValue: 1, numberPrecision: 0 },
											default: 2,
											description: 'How long the shot is',
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
	return options.sort((one, other) => one.name.localeCompare(other.name));
}
