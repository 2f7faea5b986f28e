/** What users read about values that are refused before anything is sent. */

import type { Service } from '../../api/connection';
import { maskKeys } from '../../api/mask';
import type { ImageSize, OtherFile } from '../../utils/images';
import { withThousands } from '../../utils/text';
import { IMAGE_SOURCE_LABELS, LABELS, type Parameter, SERVICE_LABELS } from './labels';
import { bare, either, isBlank, quote, rangeOf, sentences, type Words } from './phrases';

/** What is wrong with the value of a parameter. */
export const parameterWords = {
	empty: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' is empty`,
		description: `Enter a value for '${LABELS[name]}'.`,
	}),
	notText: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' must be text`,
		description: `Change the expression of '${LABELS[name]}' so that it returns text.`,
	}),
	tooLong: (name: Parameter, length: number, most: number): Words => ({
		message: `'${LABELS[name]}' has ${length} characters (max ${most})`,
		description: 'Shorten the text.',
	}),
	outOfRange: (name: Parameter, value: unknown, least: number, most: number): Words => ({
		message: `'${LABELS[name]}' must be a number ${rangeOf(least, most)}, but is ${quote(value)}`,
		description: `Enter a number ${rangeOf(least, most)}.`,
	}),
	notWhole: (name: Parameter, value: unknown): Words => ({
		message: `'${LABELS[name]}' must be a whole number, but is ${quote(value)}`,
		description: 'Enter a number without decimals.',
	}),
	notBoolean: (name: Parameter, value: unknown): Words => ({
		message: `'${LABELS[name]}' must be true or false, but is ${quote(value)}`,
		description: 'Change the expression so that it returns true or false.',
	}),
	notSupported: (
		name: Parameter,
		value: unknown,
		user: string,
		labels: readonly string[],
	): Words => ({
		message: isBlank(value)
			? `'${LABELS[name]}' is empty`
			: `${user} doesn’t support '${LABELS[name]}' ${typeof value === 'string' ? bare(value) : quote(value)}`,
		description: `Choose ${either(labels)}.`,
	}),
	notAChoice: (name: Parameter, value: unknown, labels: readonly string[]): Words => ({
		message: `'${LABELS[name]}' can’t be ${quote(value)}`,
		description: `Choose ${either(labels)}.`,
	}),
	noId: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' isn’t a valid ID`,
		description: `Enter the ID as the service returned it. Check the expression of '${LABELS[name]}' if it has one.`,
	}),
	noUrl: (name: Parameter, value: unknown): Words => ({
		message: `'${LABELS[name]}' must be an address that starts with https://, but is ${quote(value)}`,
		description: 'Enter the whole address, e.g. https://n8n.example.com/webhook/kling.',
	}),
	noSuchOption: (name: Parameter, user: string): Words => ({
		message: `${user} doesn’t support '${LABELS[name]}'`,
		description: 'Remove the option.',
	}),
	onlyWith: (
		name: Parameter,
		user: string,
		other: Parameter,
		labels: readonly string[],
	): Words => ({
		message: `${user} supports '${LABELS[name]}' only with '${LABELS[other]}' ${either(labels)}`,
		description: `Change '${LABELS[other]}', or remove '${LABELS[name]}'.`,
	}),
	notTogether: (name: Parameter, other: Parameter, user: string): Words => ({
		message: `${user} doesn’t support '${LABELS[name]}' together with '${LABELS[other]}'`,
		description: 'Remove one of the two options.',
	}),
	zeroMovement: (name: Parameter, most: number): Words => ({
		message: `'${LABELS[name]}' must be between -${most} and ${most}, and not 0`,
		description: 'Enter another number, or remove the option.',
	}),
	tooManyShots: (most: number): Words => ({
		message: `'${LABELS.shots}' can have at most ${most} shots`,
		description: 'Remove some of the shots.',
	}),
	noShots: (): Words => ({
		message: `'${LABELS.shots}' is empty`,
		description: `Add a shot, or set '${LABELS.shotType}' to Automatic.`,
	}),
	shotsDontAddUp: (seconds: number, duration: number): Words => ({
		message: `The shots in '${LABELS.shots}' add up to ${seconds} seconds, but '${LABELS.duration}' is ${duration}`,
		description: `Change the durations of the shots, or '${LABELS.duration}'.`,
	}),
	shotsTooLong: (length: number, most: number): Words => ({
		message: `The shots in '${LABELS.shots}' have ${length} characters in total (max ${most})`,
		description: 'Shorten the prompts of the shots.',
	}),
	unreadable: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' couldn’t be read`,
		description: `Check the value or expression of '${LABELS[name]}'.`,
	}),
	needsApiKey: (model: string): Words => ({
		message: `${model} can’t be used with an access key and secret key`,
		description: `Set 'Authentication' in the Kling API credential to 'API Key', or choose another '${LABELS.model}'.`,
	}),
	modelNotAvailable: (value: unknown, service: Service, models: readonly string[]): Words => ({
		message: `${SERVICE_LABELS[service]} doesn’t support '${LABELS.model}' ${quote(value)}`,
		description: `Choose ${either(models)}, or choose 'Custom' and enter a '${LABELS.customModel}'.`,
	}),
	noList: (): Words => ({
		message: 'Kling-compatible gateways don’t support Get Many',
		description: `Use Get Status with the '${LABELS.taskId}', or a credential for Kling AI.`,
	}),
	repeatedId: (id: string, one: number, other: number): Words => ({
		message: `Items ${one} and ${other} have the same '${LABELS.externalTaskId}' ${quote(id)}`,
		description: 'Use an expression that differs for every item, or remove the option.',
	}),
};

const DIRECT = 'The address must open the image itself, without log-in.';

/** The other way to give an image. @param source the parameter that chooses it */
function useFile(source: Parameter): string {
	return `set '${LABELS[source]}' to '${IMAGE_SOURCE_LABELS.binary}'`;
}

const DROPPED =
	'Nodes in between may have dropped them. To use the file of an earlier node, drag it from that node’s output into the field.';

/** What is wrong with an image. */
export const imageWords = {
	noFile: (name: Parameter, field: unknown, others: readonly string[] = []): Words => ({
		message: `The item has no file in the field ${quote(field)} ('${LABELS[name]}')`,
		description:
			others.length > 0
				? `Choose a field that holds a file: ${either(others.slice(0, MOST_FIELDS).map(quote))}.`
				: `The item has no files. ${DROPPED}`,
	}),
	malformed: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' holds no file as n8n keeps it`,
		description:
			'Create the file with a node such as Convert to File, or the way that n8n’s documentation of the Code node describes.',
	}),
	noImage: (name: Parameter, found: OtherFile = { is: 'unknown' }): Words => {
		switch (found.is) {
			case 'empty':
				return {
					message: `'${LABELS[name]}' holds an empty file`,
					description: 'Check the node that the file comes from.',
				};
			case 'picture':
				return {
					message: `'${LABELS[name]}' holds ${found.name}, but Kling takes only JPEG and PNG`,
					description:
						'Convert the image to JPEG or PNG first, e.g. with n8n’s Edit Image node. The file’s content counts, not its name.',
				};
			case 'file':
				return {
					message: `'${LABELS[name]}' holds ${found.name} instead of an image`,
					description: 'Use a JPEG or PNG image.',
				};
			case 'webPage':
				return {
					message: `'${LABELS[name]}' holds a web page instead of an image`,
					description: `Check the address that the file comes from. ${DIRECT}`,
				};
			case 'text':
				return {
					message: `'${LABELS[name]}' holds text instead of an image: ${maskKeys(quote(found.text))}`,
					description:
						'Check the node that the file comes from. It may have received an error in place of the image.',
				};
			case 'unknown':
				return {
					message: `'${LABELS[name]}' doesn’t hold a JPEG or PNG image`,
					description:
						'Convert the image to JPEG or PNG first. The file’s content counts, not its name.',
				};
		}
	},
	isFile: (name: Parameter, source: Parameter): Words => ({
		message: `'${LABELS[name]}' holds a file instead of an address`,
		description: `To send the file, ${useFile(source)}.`,
	}),
	bytes: (name: Parameter, source: Parameter): Words => ({
		message: `'${LABELS[name]}' holds the bytes of a file as a list of numbers`,
		description: `Turn them into Base64 text first, or into a file and ${useFile(source)}.`,
	}),
	severalUrls: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' holds more than one address`,
		description: 'Enter one address. To generate several videos, use one item for each.',
	}),
	sharePage: (name: Parameter, source: Parameter, direct?: string): Words => ({
		message: `'${LABELS[name]}' leads to a page about the image, not to the image itself`,
		description: sentences(
			DIRECT,
			direct !== undefined && direct.length <= LONGEST_DIRECT
				? `Use ${direct} instead, if the file is shared with everyone.`
				: `Use another address, or download the image and ${useFile(source)}.`,
		),
	}),
	tooLarge: (name: Parameter, megabytes: number, most: number): Words => ({
		message: `The image in '${LABELS[name]}' is ${megabytes} MB (max ${most} MB)`,
		description: 'Use a smaller image, or give its address as a URL.',
	}),
	tooSmall: (name: Parameter, { width, height }: ImageSize, least: number): Words => ({
		message: `The image in '${LABELS[name]}' is ${width} × ${height} pixels (min ${least} on each side)`,
		description: 'Use a larger image.',
	}),
	tooNarrow: (name: Parameter, { width, height }: ImageSize, most: number): Words => ({
		message: `The image in '${LABELS[name]}' is ${width} × ${height} pixels (aspect ratio must be between 1:${most} and ${most}:1)`,
		description: 'Crop the image.',
	}),
	noUrl: (name: Parameter, value: unknown, source: Parameter = 'firstFrame'): Words => ({
		...parameterWords.noUrl(name, value),
		description: `Enter the address of a JPEG or PNG image, or ${useFile(source)}.`,
	}),
	ownNetwork: (name: Parameter, host: string, source: Parameter = 'firstFrame'): Words => ({
		message: `'${LABELS[name]}' is an address on your own network (${bare(host)}), which the service can’t reach`,
		description: `Use a public address, or download the image and ${useFile(source)}.`,
	}),
};

/** Of the fields that are there, so many are named. */
const MOST_FIELDS = 10;

/** A longer address helps nobody; characters. */
const LONGEST_DIRECT = 300;

export const USE_POLLING = `set '${LABELS.waitFor}' to 'Polling'`;

/** What tells n8n its own address. */
export const ADDRESS_VARIABLE = 'WEBHOOK_URL (N8N_WEBHOOK_URL in newer versions of n8n)';

/** Why an execution can't wait for a callback. */
export const callbackWords = {
	gateway: {
		message: 'Kling-compatible gateways don’t support waiting for a callback',
		description: `Set '${LABELS.waitFor}' to 'Polling'.`,
	},
	agent: {
		message: `'${LABELS.waitFor}' can’t be 'Callback' when an AI agent runs the node as a tool`,
		description: `Set '${LABELS.waitFor}' to 'Polling'.`,
	},
	unsaved: {
		message: `'${LABELS.waitFor}' can’t be 'Callback' in an unsaved workflow`,
		description: `Save the workflow, or ${USE_POLLING}.`,
	},
	noUrl: {
		message: 'n8n’s public URL isn’t valid',
		description: `Set the environment variable ${ADDRESS_VARIABLE} to n8n’s public address, such as https://n8n.example.com/.`,
	},
	unsigned: {
		message: 'This version of n8n can’t sign callback URLs',
		description: `Update n8n to 2.14 or later, or ${USE_POLLING}.`,
	},
} as const satisfies Record<string, Words>;

/** What only some services and models can do. */
export const supportWords = {
	noBalance: (service: 'gateway' | 'relay'): Words => ({
		message: `${service === 'gateway' ? 'Kling-compatible gateways don’t' : "The service at 'Base URL' doesn’t"} support Get Balance`,
		description: 'Check the balance at the provider of the key, or use a credential for Kling AI.',
	}),
	noImages: (): Words => ({
		message: 'Kling-compatible gateways don’t support image to video',
		description:
			"Use a credential for Kling AI. If yours is for a relay of Kling’s API, set its 'Service' to Kling AI and its 'Region' to Custom.",
	}),
	noCallback: (model: string): Words => ({
		message: `${model} doesn’t support waiting for a callback`,
		description: `Set '${LABELS.waitFor}' to 'Polling'.`,
	}),
};

/** What is wrong with what is merged into a request's body. */
export const bodyWords = {
	noJson: (name: Parameter, line: number, column: number): Words => ({
		message: `'${LABELS[name]}' isn’t valid JSON (line ${line}, column ${column})`,
		description:
			'Correct the text at that place. Names and texts need double quotes, and no comma may follow the last entry.',
	}),
	noObject: (name: Parameter): Words => ({
		message: `'${LABELS[name]}' must be a JSON object`,
		description: 'Enter the fields in braces, e.g. {"seed": 42}.',
	}),
	tooLarge: (name: Parameter, most: number): Words => ({
		message: `'${LABELS[name]}' is too large (max ${most} MB)`,
		description: 'Remove what the service doesn’t need. Give large files as URLs.',
	}),
	tooMany: (name: Parameter, most: number): Words => ({
		message: `'${LABELS[name]}' has too many values (max ${withThousands(most)})`,
		description: 'Check the expression. It may return more than the fields that you meant.',
	}),
	tooDeep: (name: Parameter, most: number): Words => ({
		message: `'${LABELS[name]}' is nested too deeply (max ${most} levels)`,
		description: 'Check the expression. It may return more than the fields that you meant.',
	}),
	changes: (name: Parameter, field: string, own?: Parameter): Words => ({
		message: `'${LABELS[name]}' can’t change "${field}"`,
		description: own ? `Remove the field, and use '${LABELS[own]}' instead.` : 'Remove the field.',
	}),
	changesCallback: (name: Parameter, field: string): Words => ({
		message: `'${LABELS[name]}' can’t change "${field}" while the execution waits for a callback`,
		description: `Remove the field, or ${USE_POLLING}.`,
	}),
};

/** What is wrong with a filter. */
export const filterWords = {
	noTime: (name: Parameter, value: unknown): Words => ({
		message: `'${LABELS[name]}' must be a date and time, but is ${quote(value)}`,
		description: 'Enter e.g. 2026-11-26T09:00:00, or an expression that returns a date.',
	}),
};

/** What is wrong with a limit of the costs. */
export const costWords = {
	overLimit: (sum: number, limit: number, videos: number): Words => ({
		message: `The estimated cost of ${sum} units for ${videos === 1 ? 'the video' : `all ${videos} videos`} exceeds '${LABELS.costLimit}' ${limit}`,
		description: `Nothing was sent. Increase '${LABELS.costLimit}', or create fewer, shorter or lower-quality videos.`,
	}),
	noPrice: (model: string): Words => ({
		message: `'${LABELS.costLimit}' can’t be checked because the price of ${model} isn’t known`,
		description: `Choose another '${LABELS.model}', or remove '${LABELS.costLimit}' from all items.`,
	}),
	priceChanged: (field: string): Words => ({
		message: `'${LABELS.costLimit}' can’t be checked because '${LABELS.additionalBodyFields}' sets "${field}"`,
		description: `Use the node’s own option for it, or remove '${LABELS.costLimit}' from all items.`,
	}),
};
