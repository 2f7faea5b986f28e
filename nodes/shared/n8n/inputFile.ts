/** Files of input items: looked at when the parameters are read, read when they are sent. */

import { createHash } from 'node:crypto';

import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import type { VideoRequest } from '../api/request';
import { imageSizeOf } from '../utils/imageSize';
import { imageTypeOf } from '../utils/imageType';

/** What can be told of a file without reading it. */
export interface FileFacts {
	/** Its size. */
	bytes: number;
	/** Its first bytes: as many as tell what it is and, of an image, how large. */
	start: Uint8Array;
	/** The same for the same file only, also when the execution is retried. */
	fingerprint: string;
}

/** Of one read: enough for most images. */
const START_BYTES = 64 * 1024;

/** As many tell what a file is. */
const LEAST_START_BYTES = 32;

/** Cameras put a preview and a profile before the size. */
const MOST_START_BYTES = 512 * 1024;

/** @returns undefined when the item has no file in the field */
export async function lookAtFile(
	context: IExecuteFunctions,
	itemIndex: number,
	field: string,
): Promise<FileFacts | undefined> {
	const file = context.getInputData()[itemIndex]?.binary?.[field];
	if (!file) return undefined;
	return file.id ? await lookAtStored(context, file, file.id) : lookAtKept(file);
}

/** In n8n's binary store, of which only the beginning is read. */
async function lookAtStored(
	{ helpers }: IExecuteFunctions,
	{ fileSize }: IBinaryData,
	id: string,
): Promise<FileFacts> {
	const { fileSize: bytes } = await helpers.getBinaryMetadata(id);
	const stream = await helpers.getBinaryStream(id, START_BYTES);
	let start = Buffer.alloc(0);
	for await (const chunk of stream) {
		start = Buffer.concat([start, chunk as Uint8Array]);
		if (start.length < LEAST_START_BYTES) continue;
		const isEnough = !imageTypeOf(start) || imageSizeOf(start) !== undefined;
		if (isEnough || start.length >= MOST_START_BYTES) break;
	}
	stream.destroy();
	return { bytes, start, fingerprint: hash(`${id} ${fileSize ?? ''}`) };
}

/** In the item itself, as Base64. */
function lookAtKept({ data }: IBinaryData): FileFacts {
	return {
		bytes: Buffer.byteLength(data, 'base64'),
		start: Buffer.from(data.slice(0, MOST_START_BYTES), 'base64'),
		fingerprint: hash(data),
	};
}

function hash(content: string): string {
	return createHash('sha256').update(content).digest('hex').slice(0, 20);
}

/** The images of a request, with the content of those that are files. */
export async function loadImages(
	{ helpers }: IExecuteFunctions,
	{ firstFrame, lastFrame }: VideoRequest,
): Promise<Pick<VideoRequest, 'firstFrame' | 'lastFrame'>> {
	const load = async (image: VideoRequest['firstFrame']): Promise<typeof image> => {
		if (image?.kind !== 'file') return image;
		const content = await helpers.getBinaryDataBuffer(image.itemIndex, image.field);
		return { kind: 'data', base64: content.toString('base64') };
	};
	return { firstFrame: await load(firstFrame), lastFrame: await load(lastFrame) };
}

/** Whether a request has files that are read when it is sent. */
export function hasFiles({ firstFrame, lastFrame }: VideoRequest): boolean {
	return [firstFrame, lastFrame].some((image) => image?.kind === 'file');
}
