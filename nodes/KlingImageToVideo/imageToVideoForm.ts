/** What only the form of Kling Image to Video has: the images. */

import type { INodeProperties } from 'n8n-workflow';

import { optionsOf, perModel } from '../shared/description/perModel';
import type { VideoForm } from '../shared/description/videoFields';
import { IMAGE_SOURCE_LABELS, LABELS } from '../shared/n8n/words/labels';
import { IMAGE_DEFAULTS } from '../shared/parameters/imageParameters';

const { field: defaultField, source: defaultSource } = IMAGE_DEFAULTS;

const SOURCES = optionsOf(['binary', 'url'], IMAGE_SOURCE_LABELS, {
	binary: 'A file in the input item',
	url: 'A public URL',
});

/** The fields of one image. @param names of the source, and of what it can be */
function imageFields(names: { source: string; url: string; field: string }): INodeProperties[] {
	return [
		{
			displayName: LABELS.imageUrl,
			name: names.url,
			type: 'string',
			default: '',
			placeholder: 'e.g. https://example.com/cat.png',
			description:
				'The URL of a JPEG or PNG image with at least 300 pixels on each side. Data URIs and Base64 also work.',
			displayOptions: { show: { [names.source]: ['url'] } },
		},
		{
			displayName: LABELS.imageBinaryPropertyName,
			name: names.field,
			type: 'string',
			default: defaultField,
			hint: 'The name of the input field containing the image',
			description:
				'The field of the input item that holds a JPEG or PNG image. Max 10 MB or 50 MB, depending on the model.',
			displayOptions: { show: { [names.source]: ['binary'] } },
		},
	];
}

export const imageToVideoForm: VideoForm = {
	capability: 'imageToVideo',

	sources: [
		{
			displayName: LABELS.firstFrame,
			name: 'firstFrame',
			type: 'options',
			options: SOURCES,
			default: defaultSource,
			description:
				'The source of the image that the video starts with. The image also sets the aspect ratio.',
		},
		...imageFields({ source: 'firstFrame', url: 'imageUrl', field: 'imageBinaryPropertyName' }),
	],

	options: perModel(
		'imageToVideo',
		'/',
		(offers) => {
			const modes = offers(({ lastFrame }) => lastFrame?.modes ?? []);
			return { values: modes, modes };
		},
		() => ({
			displayName: LABELS.lastFrame,
			name: 'lastFrame',
			type: 'fixedCollection',
			placeholder: 'Add last frame',
			default: {},
			description: 'The image that the video ends with',
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
							default: defaultSource,
							description: 'Where the image is',
						},
						...imageFields({ source: 'source', url: 'url', field: 'binaryPropertyName' }),
					],
				},
			],
		}),
	),
};
