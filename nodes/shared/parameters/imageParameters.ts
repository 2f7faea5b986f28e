/** The images a video is made from: its first frame, and perhaps its last one. */

import type { Image } from '../api/request';
import { InputError } from '../n8n/inputError';
import type { FileFacts } from '../n8n/inputFile';
import { IMAGE_SOURCE_LABELS, type Parameter } from '../n8n/labels';
import { imageWords } from '../n8n/messages';
import { imageSizeOf } from '../utils/imageSize';
import { imageTypeOf } from '../utils/imageType';
import { isOwnNetwork } from '../utils/url';
import { check, choices, fieldsOf, oneOf, text, withDefault } from './fieldTypes';
import type { ParameterReader } from './parameterReader';

/** How images are looked at, and what is allowed. */
export interface ImageRules {
	/** The most bytes that the wire format takes of one image. */
	largest: number;
	/** The service is in one's own network, and can get images from there. */
	allowsOwnNetwork: boolean;
	/** From 0. */
	itemIndex: number;
	/** @returns undefined when the item has no file in the field */
	lookAt(field: string): Promise<FileFacts | undefined>;
}

/** The parameters of one image. */
interface ImageNames {
	source: Parameter;
	url: Parameter;
	field: Parameter;
}

/** In pixels, for every model and format (docs/kling-api.md#images). */
const LEAST_SIDE = 300;

/** How many times as long as the other a side may be. */
const MOST_RATIO = 2.5;

const FIRST: ImageNames = {
	source: 'firstFrame',
	url: 'imageUrl',
	field: 'imageBinaryPropertyName',
};

const LAST: ImageNames = {
	source: 'lastFrameSource',
	url: 'lastFrameUrl',
	field: 'lastFrameField',
};

/** @throws {InputError} */
export async function readImages(
	parameters: ParameterReader,
	rules: ImageRules,
): Promise<{ firstFrame: Image; lastFrame?: Image }> {
	const last = fieldsOf(fieldsOf(parameters.raw('options')).lastFrame).image;
	const firstFrame = await readImage(FIRST, rules, {
		source: parameters.raw('firstFrame'),
		url: parameters.raw('imageUrl'),
		binaryPropertyName: parameters.raw('imageBinaryPropertyName'),
	});
	if (last === undefined || last === null) return { firstFrame };
	return { firstFrame, lastFrame: await readImage(LAST, rules, fieldsOf(last)) };
}

const SOURCES = choices(['url', 'binary'], IMAGE_SOURCE_LABELS);

async function readImage(
	names: ImageNames,
	rules: ImageRules,
	given: Readonly<Record<string, unknown>>,
): Promise<Image> {
	const source = check(
		withDefault(oneOf(names.source, SOURCES), 'url'),
		given.source,
		names.source,
	);
	if (source === 'binary') {
		const field = check(
			withDefault(text(names.field, 1), 'data'),
			given.binaryPropertyName,
			names.field,
		);
		return await readFile(names.field, field, rules);
	}
	return readAddress(names.url, check(text(names.url, 1), given.url, names.url), rules);
}

async function readFile(name: Parameter, field: string, rules: ImageRules): Promise<Image> {
	const file = await rules.lookAt(field);
	if (!file) throw new InputError(name, imageWords.noFile(name, field));
	refuseUnfit(name, file, rules);
	const { fingerprint } = file;
	return { kind: 'file', itemIndex: rules.itemIndex, field, fingerprint };
}

/** Content in the place of an address: `data:image/png;base64,…`, or the Base64 alone. */
const DATA_URI = /^data:[^,]{0,200}?;base64,/i;

/** Shorter texts are mistyped addresses. */
const LEAST_BASE64 = 64;

/** What is decoded to tell what the content is, a multiple of 4. */
const START_OF_BASE64 = 512 * 1024;

/** Looks for what must not be there: to match megabytes exceeds the stack. */
function isBase64(content: string): boolean {
	return content.length >= LEAST_BASE64 && !/[^A-Za-z0-9+/]/.test(content.replace(/={1,2}$/, ''));
}

function readAddress(name: Parameter, given: string, rules: ImageRules): Image {
	const content = given.replace(DATA_URI, '').replace(/\s/g, '');
	const isContent = isBase64(content);
	if (isContent || DATA_URI.test(given)) {
		if (!isContent) throw new InputError(name, imageWords.noImage(name));
		const start = Buffer.from(content.slice(0, START_OF_BASE64), 'base64');
		refuseUnfit(name, { start, bytes: Buffer.byteLength(content, 'base64') }, rules);
		return { kind: 'data', base64: content };
	}
	const url = URL.canParse(given) ? new URL(given) : undefined;
	if (!url || !['http:', 'https:'].includes(url.protocol)) {
		throw new InputError(name, imageWords.noUrl(name, given));
	}
	if (!rules.allowsOwnNetwork && isOwnNetwork(url.hostname)) {
		throw new InputError(name, imageWords.ownNetwork(name, url.host));
	}
	return { kind: 'url', url: given };
}

/** Rounded up, so that what is too large also looks so. */
function toMegabytes(bytes: number): number {
	return Math.ceil(bytes / 100_000) / 10;
}

/** @throws {InputError} when the service would not take the image */
function refuseUnfit(
	name: Parameter,
	{ start, bytes }: Pick<FileFacts, 'start' | 'bytes'>,
	{ largest }: ImageRules,
): void {
	if (!imageTypeOf(start)) throw new InputError(name, imageWords.noImage(name));
	if (bytes > largest)
		throw new InputError(name, imageWords.tooLarge(name, toMegabytes(bytes), toMegabytes(largest)));
	const size = imageSizeOf(start);
	if (!size) return; // the service knows better
	const [shorter, longer] = [size.width, size.height].sort((a, b) => a - b) as [number, number];
	if (shorter < LEAST_SIDE) throw new InputError(name, imageWords.tooSmall(name, size, LEAST_SIDE));
	if (longer > shorter * MOST_RATIO)
		throw new InputError(name, imageWords.tooNarrow(name, size, MOST_RATIO));
}
