/** Files of input items: looked at when the parameters are read, read when they are sent. */

import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';

import type { Image, VideoRequest } from '../../api/request';
import { FILE_READ } from '../../engine/policies';
import { retry } from '../../engine/retry';
import { attempt } from '../../utils/attempt';
import { normalBase64 } from '../../utils/base64';
import { imageSizeOf, imageTypeOf } from '../../utils/images';
import { digestOf, piecesOf } from '../../utils/pieces';
import { cancelSignalOf } from '../http/send';
import { InputFileError } from '../words/errorClasses';
import type { Parameter } from '../words/labels';
import { systemClock } from '../systemClock';

/** What n8n takes for a file: the name of an item's field, a path into its JSON, or the file's own object. */
export type FileReference = string | object;

/** What can be told of a file without reading all of it. */
export interface FileFacts {
	/** Its size. */
	bytes: number;
	/** Its first bytes: as many as tell what it is and, of an image, how large. */
	start: Uint8Array;
	/** The same for the same file only, also when the execution is retried. Takes its time for a large file. */
	fingerprint(): Promise<string>;
}

/** Why there is no file: nothing is there, or something that is none as n8n keeps it. */
export interface NoFile {
	isThere: boolean;
	/** The names or paths of the files that the item has. */
	others: string[];
}

/** Of one read: enough for most images. */
const START_BYTES = 64 * 1024;

/** As many tell what a file is. */
const LEAST_START_BYTES = 512;

/** Cameras put a preview and a profile before the size. */
const MOST_START_BYTES = 512 * 1024;

/** @throws {InputFileError} when n8n's store does not give it out */
export async function inspectFile(
	context: IExecuteFunctions,
	itemIndex: number,
	reference: FileReference,
	parameter: Parameter,
): Promise<FileFacts | NoFile> {
	const found = findFile(context, itemIndex, reference);
	if (!isFile(found)) {
		return { isThere: found !== undefined, others: fileNames(context, itemIndex) };
	}
	return await fromStore(context, parameter, async () => await lookAt(context, found));
}

/** A file as n8n keeps it: in its store, or in the item as Base64. */
type StoredFile = Pick<IBinaryData, 'id' | 'data' | 'fileSize'>;

function isFile(value: unknown): value is StoredFile {
	if (typeof value !== 'object' || value === null) return false;
	const { id, data } = value as Partial<Record<string, unknown>>;
	return (typeof id === 'string' && id !== '') || (typeof data === 'string' && data !== '');
}

/** In the place of n8n's own helpers: older ones know names only, and none says what is there instead. */
function findFile(context: IExecuteFunctions, itemIndex: number, given: FileReference): unknown {
	if (typeof given === 'object') return given;
	const { binary, json } = context.getInputData()[itemIndex] ?? {};
	return (
		own(binary, given) ??
		given
			.split(/[.[\]"']+/)
			.filter(Boolean)
			.reduce(own, json as unknown)
	);
}

/** What an object has itself: a prototype has no files. */
function own(value: unknown, name: string): unknown {
	return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
		? (value as Record<string, unknown>)[name]
		: undefined;
}

/** How many fields are looked through for files. */
const MOST_FIELDS = 100;

function fileNames(context: IExecuteFunctions, itemIndex: number): string[] {
	const { binary = {}, json = {} } = context.getInputData()[itemIndex] ?? {};
	const inJson = entriesOf(json).flatMap(([name, value]) => [
		[name, value] as const,
		...entriesOf(value).map(([inner, each]) => [`${name}.${inner}`, each] as const),
	]);
	return [...entriesOf(binary), ...inJson.filter(([, value]) => own(value, 'mimeType'))].flatMap(
		([name, value]) => (isFile(value) ? [name] : []),
	);
}

function entriesOf(value: unknown): Array<[string, unknown]> {
	return typeof value === 'object' && value !== null
		? Object.entries(value).slice(0, MOST_FIELDS)
		: [];
}

async function lookAt(context: IExecuteFunctions, file: StoredFile): Promise<FileFacts> {
	return file.id ? await inspectStored(context, file, file.id) : inspectInline(file);
}

/** In n8n's binary store, of which only the beginning is read. */
async function inspectStored(
	{ helpers }: IExecuteFunctions,
	{ fileSize }: StoredFile,
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
	const fingerprint = async () => await hash(`${id} ${fileSize ?? ''}`);
	return { bytes, start, fingerprint };
}

/** In the item itself, as Base64. */
function inspectInline({ data }: StoredFile): FileFacts {
	return {
		bytes: Buffer.byteLength(data, 'base64'),
		start: Buffer.from(data.slice(0, MOST_START_BYTES), 'base64'),
		fingerprint: async () => await hash(data),
	};
}

async function hash(content: string): Promise<string> {
	return (await digestOf(piecesOf(content))).toString('hex').slice(0, 20);
}

/** @throws {InputFileError} */
async function fromStore<Result>(
	context: IExecuteFunctions,
	parameter: Parameter,
	work: () => Promise<Result>,
): Promise<Result> {
	return await retry(
		async () => {
			const tried = await attempt(work);
			if (tried.ok) return tried.value;
			throw new InputFileError(parameter, tried.error);
		},
		{
			clock: systemClock,
			signal: cancelSignalOf(context),
			...FILE_READ,
			isWorthRetrying: (error) => error instanceof InputFileError && !error.isGone,
		},
	);
}

/**
 * The images of a request, with the content of those that are files.
 * @throws {InputFileError} when n8n's store does not give a file out: nothing was sent
 */
export async function loadImages(
	context: IExecuteFunctions,
	{ firstFrame, lastFrame }: VideoRequest,
): Promise<Pick<VideoRequest, 'firstFrame' | 'lastFrame'>> {
	return {
		firstFrame: firstFrame && (await load(context, firstFrame, 'imageBinaryPropertyName')),
		lastFrame: lastFrame && (await load(context, lastFrame, 'lastFrameField')),
	};
}

async function load(
	context: IExecuteFunctions,
	image: Image,
	parameter: Parameter,
): Promise<Image> {
	if (image.kind !== 'file') return image;
	const base64 = await fromStore(context, parameter, async () => {
		const file = findFile(context, image.itemIndex, image.field);
		if (!isFile(file)) throw new Error('The item has no such file any more');
		return file.id ? await readAsBase64(context, file.id) : await normalBase64(file.data);
	});
	return { kind: 'data', base64: base64 ?? '' };
}

/** Of one read, in bytes: encoded in a few milliseconds. */
const READ_BYTES = 1_500_000;

/** Piece by piece, so that a file is in memory as its Base64 only. */
async function readAsBase64({ helpers }: IExecuteFunctions, id: string): Promise<string> {
	let base64 = '';
	let rest = Buffer.alloc(0);
	for await (const chunk of await helpers.getBinaryStream(id, READ_BYTES)) {
		const bytes = Buffer.concat([rest, chunk as Uint8Array]);
		// Three bytes make four characters.
		const whole = bytes.length - (bytes.length % 3);
		base64 += bytes.toString('base64', 0, whole);
		rest = bytes.subarray(whole);
	}
	return base64 + rest.toString('base64');
}
