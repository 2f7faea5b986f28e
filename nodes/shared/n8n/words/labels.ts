/**
 * What the forms call things: the display names of parameters, and the labels of options. Forms show
 * them, messages quote them.
 */

import type { Region } from '../../api/connection';
import type { CameraAxis, CameraPreset, Mode, MultiShot } from '../../api/request';
import type { TaskStatus } from '../../api/task';

/** Display names of the parameters, by their names. */
export const LABELS = {
	operation: 'Operation',
	model: 'Model',
	customModel: 'Model ID',
	firstFrame: 'First Frame',
	imageUrl: 'Image URL',
	imageBinaryPropertyName: 'Input Image Field',
	lastFrame: 'Last Frame',
	lastFrameSource: 'Last Frame > Source',
	lastFrameUrl: 'Last Frame > Image URL',
	lastFrameField: 'Last Frame > Input Image Field',
	prompt: 'Prompt',
	mode: 'Mode',
	duration: 'Duration (Seconds)',
	aspectRatio: 'Aspect Ratio',
	negativePrompt: 'Negative Prompt',
	cfgScale: 'CFG Scale',
	cameraControl: 'Camera Control',
	cameraType: 'Camera Control > Type',
	cameraValue: 'Camera Control > Value',
	sound: 'Sound',
	multiShot: 'Multi-Shot',
	shotType: 'Multi-Shot > Shot Type',
	shots: 'Multi-Shot > Shots',
	shotPrompt: 'Multi-Shot > Prompt',
	shotDuration: 'Multi-Shot > Duration (Seconds)',
	watermark: 'Watermark',
	externalTaskId: 'External Task ID',
	callbackUrl: 'Callback URL',
	costLimit: 'Cost Limit (Units)',
	additionalBodyFields: 'Additional Body Fields',
	taskId: 'Task ID',
	returnAll: 'Return All',
	limit: 'Limit',
	statusFilter: 'Filters > Status',
	createdAfter: 'Filters > Created After',
	externalTaskIdStartsWith: 'Filters > External Task ID Starts With',
	waitFor: 'Wait For',
	pollingInterval: 'Polling Interval (Seconds)',
	timeout: 'Timeout (Minutes)',
	maxConcurrency: 'Max Concurrency',
	onTimeout: 'On Timeout',
	downloadVideo: 'Download Video',
	binaryPropertyName: 'Put Output File in Field',
	simplify: 'Simplify',
	statuses: 'Trigger On',
	verifySignature: 'Verify Signature',
	fetchTask: 'Fetch Task',
	deduplicate: 'Deduplicate',
} as const;

export type Parameter = keyof typeof LABELS;

export const MODE_LABELS: Readonly<Record<Mode, string>> = {
	std: 'Standard',
	pro: 'Professional',
	'4k': '4K',
};

export const CAMERA_LABELS: Readonly<Record<CameraAxis | CameraPreset, string>> = {
	down_back: 'Down and Back',
	forward_up: 'Forward and Up',
	horizontal: 'Horizontal',
	left_turn_forward: 'Left Turn Forward',
	pan: 'Pan',
	right_turn_forward: 'Right Turn Forward',
	roll: 'Roll',
	tilt: 'Tilt',
	vertical: 'Vertical',
	zoom: 'Zoom',
};

export const SHOT_TYPE_LABELS: Readonly<Record<MultiShot['shotType'], string>> = {
	customize: 'Custom',
	intelligence: 'Automatic',
};

export const IMAGE_SOURCE_LABELS = { url: 'URL', binary: 'Binary File' } as const;

export const WAIT_FOR_LABELS = { polling: 'Polling', callback: 'Callback' } as const;

export const ON_TIMEOUT_LABELS = { continue: 'Continue', error: 'Error' } as const;

export const STATUS_LABELS: Readonly<Record<TaskStatus, string>> = {
	submitted: 'Submitted',
	processing: 'Processing',
	completed: 'Completed',
	failed: 'Failed',
};

export const REGION_LABELS: Readonly<Record<Region, string>> = {
	global: 'Global',
	china: 'China',
};

/** The services, at the beginning of a sentence. */
export const SERVICE_LABELS = {
	official: 'Kling AI',
	gateway: 'A Kling-compatible gateway',
} as const;
