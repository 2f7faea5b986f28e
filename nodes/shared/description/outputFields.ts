/** What an operation returns: the fields of nodes and trigger alike. */

import type { INodeProperties } from 'n8n-workflow';

import { LABELS } from '../n8n/words/labels';
import { DEFAULT_OUTPUT_FIELD } from '../parameters/parameterReader';

/** Download Video and the field it goes to. */
export function downloadFields(downloadByDefault: boolean): INodeProperties[] {
	const downloadVideo: INodeProperties = {
		displayName: LABELS.downloadVideo,
		name: 'downloadVideo',
		type: 'boolean',
		default: true,
		description:
			'Whether to download the finished video as a file. Kling deletes its copy after 30 days.',
	};
	return [
		{ ...downloadVideo, default: downloadByDefault },
		{
			displayName: LABELS.binaryPropertyName,
			name: 'binaryPropertyName',
			type: 'string',
			default: DEFAULT_OUTPUT_FIELD,
			required: true,
			placeholder: 'e.g. data',
			hint: 'The name of the output binary field to put the file in',
			displayOptions: { show: { downloadVideo: [true] } },
		},
	];
}

export const simplifyField: INodeProperties = {
	displayName: LABELS.simplify,
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};
