/** The images a video is made from: its first frame, and perhaps its last one. */

import type { Image } from '../api/request';
import { InputError } from '../n8n/words/errorClasses';
import type { FileFacts, FileReference, NoFile } from '../n8n/files/inputFile';
import { IMAGE_SOURCE_LABELS, type Parameter } from '../n8n/words/labels';
import { imageWords, parameterWords } from '../n8n/words/parameters';
import type { Words } from '../n8n/words/phrases';
import { normalBase64 } from '../utils/base64';
import {
	holdsSeveral,
	imageSizeOf,
	imageTypeOf,
	otherEndingOf,
	otherFileOf,
	sharePageOf,
	spellingOf,
	toImageUrl,
} from '../utils/images';
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
	lookAt(reference: FileReference, parameter: Parameter): Promise<FileFacts | NoFile>;
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

/** Where the form looks for an image when nobody says otherwise. */
export const IMAGE_DEFAULTS = { source: 'url', field: 'data' } as const;

const SOURCES = choices(['url', 'binary'], IMAGE_SOURCE_LABELS);

async function readImage(
	names: ImageNames,
	rules: ImageRules,
	given: Readonly<Record<string, unknown>>,
): Promise<Image> {
	const source = check(
		withDefault(oneOf(names.source, SOURCES), IMAGE_DEFAULTS.source),
		given.source,
		names.source,
	);
	return source === 'binary'
		? await readFile(names.field, given.binaryPropertyName, rules)
		: await readAddress(names, given.url, rules);
}

async function readFile(name: Parameter, given: unknown, rules: ImageRules): Promise<Image> {
	const reference =
		typeof given === 'object' && given !== null
			? given
			: check(withDefault(text(name, 1), IMAGE_DEFAULTS.field), given, name);
	const file = await rules.lookAt(reference, name);
	if (!('bytes' in file)) {
		throw new InputError(
			name,
			file.isThere ? imageWords.malformed(name) : imageWords.noFile(name, reference, file.others),
		);
	}
	refuseUnfit(name, file, rules);
	return {
		kind: 'file',
		itemIndex: rules.itemIndex,
		field: reference,
		fingerprint: await file.fingerprint(),
		bytes: file.bytes,
	};
}

/** Around a value that was copied or written as JSON. */
const AROUND = String.raw`[\s\p{Cf}"'\x60<>]`;
const IN_FRONT = new RegExp(`^${AROUND}{0,1000}`, 'u');
const BEHIND = new RegExp(`${AROUND}{1,1000}$`, 'u');

/** Of a text that may be an image of megabytes; characters. */
const HEAD = 1000;

/** Content in the place of an address: `data:image/png;base64,…`, also without `data:`. */
const BASE64_LABEL = /^(?:data:)?[^,]{0,200}?\bbase64,/i;

/** The Base64 alone. Shorter texts are mistyped addresses. */
const BASE64 = /^[\w+/=\-\s\\%]{64}/;

/** Bytes one by one: the JSON of a buffer, or a list of numbers. */
const BYTES = /^\{?\s*"?type"?\s*:\s*"Buffer"|^\[?(?:\s*\d{1,3}\s*,){8}/;

async function readAddress(names: ImageNames, given: unknown, rules: ImageRules): Promise<Image> {
	const name = names.url;
	if (typeof given !== 'string') throw new InputError(name, wordsOnOther(names, given));
	const whole = withoutFrame(given);
	const head = whole.slice(0, HEAD);
	if (head === '') throw new InputError(name, parameterWords.empty(name));
	if (BYTES.test(head)) throw new InputError(name, imageWords.bytes(name, names.source));
	const label = BASE64_LABEL.exec(head)?.[0] ?? '';
	if (label !== '' || BASE64.test(head)) {
		return await readContent(name, whole.slice(label.length), rules);
	}
	return { kind: 'url', url: readUrl(names, whole, rules) };
}

function withoutFrame(given: string): string {
	const start = IN_FRONT.exec(given.slice(0, HEAD))?.[0].length ?? 0;
	const end = BEHIND.exec(given.slice(-HEAD))?.[0].length ?? 0;
	return given.slice(start, Math.max(start, given.length - end));
}

/** What is no text: perhaps what n8n or JavaScript have of a file. */
function wordsOnOther({ url, source }: ImageNames, given: unknown): Words {
	if (given === undefined || given === null) return parameterWords.empty(url);
	const fields = fieldsOf(given);
	if ('mimeType' in fields) return imageWords.isFile(url, source);
	const isBytes =
		ArrayBuffer.isView(given) ||
		fields.type === 'Buffer' ||
		(Array.isArray(given) && typeof given[0] === 'number');
	return isBytes ? imageWords.bytes(url, source) : parameterWords.notText(url);
}

/** What is decoded to tell what the content is, a multiple of 4; in characters. */
const START_OF_BASE64 = 512 * 1024;

/** Line breaks make Base64 longer, but not by so much. */
const MOST_LONGER = 1.5;

async function readContent(name: Parameter, content: string, rules: ImageRules): Promise<Image> {
	const roughly = Math.floor((content.length / 4) * 3);
	if (roughly > rules.largest * MOST_LONGER) {
		throw new InputError(
			name,
			imageWords.tooLarge(name, toMegabytes(roughly), toMegabytes(rules.largest)),
		);
	}
	const base64 = await normalBase64(content);
	if (base64 === undefined) throw new InputError(name, imageWords.noImage(name));
	const start = Buffer.from(base64.slice(0, START_OF_BASE64), 'base64');
	refuseUnfit(name, { start, bytes: Buffer.byteLength(base64, 'base64') }, rules);
	return { kind: 'data', base64 };
}

/** @throws {InputError} for what leads to no image that the service can get */
function readUrl({ url: name, source }: ImageNames, given: string, rules: ImageRules): string {
	if (holdsSeveral(given)) throw new InputError(name, imageWords.severalUrls(name));
	const url = toImageUrl(given);
	if (!url) throw new InputError(name, imageWords.noUrl(name, given, source));
	if (!rules.allowsOwnNetwork && isOwnNetwork(url.hostname)) {
		throw new InputError(name, imageWords.ownNetwork(name, url.host, source));
	}
	const page = sharePageOf(url);
	if (page) throw new InputError(name, imageWords.sharePage(name, source, page.direct));
	const other = otherEndingOf(url);
	if (other) throw new InputError(name, imageWords.noImage(name, other));
	return spellingOf(url, given);
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
	if (!imageTypeOf(start)) throw new InputError(name, imageWords.noImage(name, otherFileOf(start)));
	if (bytes > largest)
		throw new InputError(name, imageWords.tooLarge(name, toMegabytes(bytes), toMegabytes(largest)));
	const size = imageSizeOf(start);
	if (!size) return; // the service knows better
	const [shorter, longer] = [size.width, size.height].sort((a, b) => a - b) as [number, number];
	if (shorter < LEAST_SIDE) throw new InputError(name, imageWords.tooSmall(name, size, LEAST_SIDE));
	if (longer > shorter * MOST_RATIO)
		throw new InputError(name, imageWords.tooNarrow(name, size, MOST_RATIO));
}
