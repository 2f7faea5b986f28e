/** What only the form of Kling Text to Video has. */

import { perModel } from '../shared/description/perModel';
import type { VideoForm } from '../shared/description/videoFields';
import { LABELS } from '../shared/n8n/words/labels';

export const textToVideoForm: VideoForm = {
	capability: 'textToVideo',
	fields: perModel(
		'textToVideo',
		'',
		(offers) => ({ values: offers(({ aspectRatios }) => aspectRatios) }),
		(values) => ({
			displayName: LABELS.aspectRatio,
			name: 'aspectRatio',
			type: 'options',
			options: values.map((value) => ({ name: value, value })),
			default: '16:9',
			description:
				'The ratio of width to height. At Kling AI most models support only 16:9, 9:16 and 1:1.',
		}),
	),
};
