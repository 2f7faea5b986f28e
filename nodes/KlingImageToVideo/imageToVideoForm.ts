/** What only the form of Kling Image to Video has: the images. */

import type { INodeProperties } from 'n8n-workflow';

import { perModel } from '../shared/description/perModel';
import type { VideoForm } from '../shared/description/videoFields';
import { IMAGE_SOURCE_LABELS, LABELS } from '../shared/n8n/words/labels';

const SOURCES = [
	{
		name: IMAGE_SOURCE_LABELS.binary,
		value: 'binary',
		description: 'A file of the input item',
	},
	{
		name: IMAGE_SOURCE_LABELS.url,
		value: 'url',
		description: 'A public address on the internet',
	},
];

/**
 * The fields of one image.
 * @param names of the source, and of what it can be
 * @param show what else they depend on
 */
function imageFields(
	names: { source: string; url: string; field: string },
	show: Record<string, string[]> = {},
): INodeProperties[] {
	return [
		{
			displayName: LABELS.imageUrl,
			name: names.url,
			type: 'string',
			default: '',
			placeholder: 'e.g. https://example.com/cat.png',
			description:
				'The address of a JPEG or PNG image. Each side has at least 300 pixels. A data URI or Base64 is accepted as well.',
			displayOptions: { show: { ...show, [names.source]: ['url'] } },
		},
		{
			displayName: LABELS.imageBinaryPropertyName,
			name: names.field,
			type: 'string',
			default: 'data',
			hint: 'The name of the input field containing the image',
			description:
				'The field of the input item that holds a JPEG or PNG image. How large it may be depends on the model: 10 MB, or 50 MB.',
			displayOptions: { show: { ...show, [names.source]: ['binary'] } },
		},
	];
}

export const imageToVideoForm: VideoForm = {
	capability: 'imageToVideo',

	sources: (operations) => [
		{
			displayName: LABELS.firstFrame,
			name: 'firstFrame',
			type: 'options',
			options: SOURCES,
			default: 'url',
			description: 'Where the image is that the video begins with. It also sets the aspect ratio.',
			displayOptions: { show: { operation: operations } },
		},
		...imageFields(
			{ source: 'firstFrame', url: 'imageUrl', field: 'imageBinaryPropertyName' },
			{ operation: operations },
		),
	],

	options: perModel(
		'imageToVideo',
		(offers) => {
			const modes = offers(({ lastFrame }) => lastFrame?.modes ?? []);
			return { values: modes, modes };
		},
		({ show }): INodeProperties => ({
			displayName: LABELS.lastFrame,
			name: 'lastFrame',
			type: 'fixedCollection',
			placeholder: 'Add last frame',
			default: {},
			description: 'The image that the video ends with',
			displayOptions: { show: show('/') },
			options: [
				{
					displayName: 'Image',
					name: 'image',
					values: [
						{
							displayName: 'Source',
							name: 'source',
							type: 'options',
							options: SOURCES,
							default: 'url',
							description: 'Where the image is',
						},
						...imageFields({ source: 'source', url: 'url', field: 'binaryPropertyName' }),
					],
				},
			],
		}),
	),
};
