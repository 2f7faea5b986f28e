/** What only the form of Kling Text to Video has. */

import { offeredBy } from '../shared/api/models';
import { perModel } from '../shared/description/perModel';
import type { VideoForm } from '../shared/description/videoFields';
import { LABELS } from '../shared/n8n/labels';

export const textToVideoForm: VideoForm = {
	fields: (operations) => [
		...perModel(
			(model) => ({ values: offeredBy(model, ({ aspectRatios }) => aspectRatios) }),
			({ values, show }) => ({
				displayName: LABELS.aspectRatio,
				name: 'aspectRatio',
				type: 'options',
				options: values.map((value) => ({ name: value, value })),
				default: '16:9',
				description:
					'The ratio of width to height. At Kling AI most models support only 16:9, 9:16 and 1:1.',
				displayOptions: { show: { operation: operations, ...show('') } },
			}),
		),
	],
};
