/** The image that a video is to be made from, as the item of a workflow has it. */
import type { INodeExecutionData } from 'n8n-workflow';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { DemoError } from './errors.mts';

/**
 * @param path of a JPEG or PNG file; what it really is, the node looks up in its content
 * @returns an item with the file in the field `data`
 * @throws {DemoError} when it cannot be read
 */
export async function readImage(path: string): Promise<INodeExecutionData> {
	let content: Buffer;
	try {
		content = await readFile(path);
	} catch (error) {
		throw new DemoError(`Cannot read the image, check the path: ${(error as Error).message}`);
	}
	const data = content.toString('base64');
	return {
		json: {},
		binary: { data: { data, mimeType: 'application/octet-stream', fileName: basename(path) } },
	};
}
