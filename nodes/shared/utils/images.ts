/**
 * What is an image, and which one: by a file's first bytes, because no name or type that somebody gave it is to
 * be relied on; and by an address, as people copy it from browsers, mails, chats and documents.
 */

import { LONGEST_URL, toUrl } from './url';

const STARTS = {
	jpeg: [0xff, 0xd8, 0xff],
	png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
} as const;

export type ImageType = keyof typeof STARTS;

/** @param start the first bytes of a file, eight of them are enough */
export function imageTypeOf(start: Uint8Array): ImageType | undefined {
	const types = Object.keys(STARTS) as ImageType[];
	return types.find((type) => STARTS[type].every((byte, index) => start[index] === byte));
}

/** What a file is that is no JPEG or PNG. */
export type OtherFile =
	| NamedFile
	| { is: 'empty' | 'webPage' | 'unknown' }
	| { is: 'text'; text: string };

/** `name` with its article, as a sentence needs it. */
interface NamedFile {
	is: 'picture' | 'file';
	name: string;
}

const picture = (name: string): NamedFile => ({ is: 'picture', name });
const file = (name: string): NamedFile => ({ is: 'file', name });

/** What stands where in other files, in Latin-1. Of several that fit the first counts. */
const MARKS: ReadonlyArray<readonly [at: number, mark: string, found: NamedFile]> = [
	[0, 'GIF8', picture('a GIF image')],
	[8, 'WEBP', picture('a WebP image')],
	[4, 'ftypavi', picture('an AVIF image')],
	[4, 'ftyphe', picture('a HEIC image')],
	[4, 'ftypmif1', picture('a HEIC image')],
	[4, 'ftypmsf1', picture('a HEIC image')],
	[4, 'JXL ', picture('a JPEG XL image')],
	[0, '\xff\x0a', picture('a JPEG XL image')],
	[4, 'jP  ', picture('a JPEG 2000 image')],
	[0, 'BM', picture('a BMP image')],
	[0, 'II*\0', picture('a TIFF image')],
	[0, 'MM\0*', picture('a TIFF image')],
	[0, '\0\0\x01\0', picture('an icon')],
	[0, '8BPS', picture('a Photoshop image')],
	[0, '%PDF', file('a PDF file')],
	[4, 'ftypM4A', file('an audio file')],
	[4, 'ftyp', file('an MP4 video')],
	[0, '\x1aE\xdf\xa3', file('a WebM video')],
	[8, 'AVI ', file('an AVI video')],
	[8, 'WAVE', file('an audio file')],
	[0, 'ID3', file('an audio file')],
	[0, '\xff\xfb', file('an audio file')],
	[0, 'OggS', file('an audio file')],
	[0, 'PK\x03\x04', file('a ZIP file or Office document')],
	[0, '\x1f\x8b', file('a gzip file')],
];

/** Of a text, in bytes. */
const TEXT_BYTES = 500;

/** @param start the first bytes of a file that is no JPEG or PNG; all there are, if it is shorter */
export function otherFileOf(start: Uint8Array): OtherFile {
	if (start.length === 0) return { is: 'empty' };
	const text = textOf(start);
	if (text === undefined || text.startsWith('%PDF')) {
		const head = String.fromCharCode(...start.subarray(0, 12));
		return MARKS.find(([at, mark]) => head.startsWith(mark, at))?.[2] ?? { is: 'unknown' };
	}
	if (/<svg[\s>]/i.test(text)) return picture('an SVG image');
	return text.startsWith('<') ? { is: 'webPage' } : { is: 'text', text };
}

/** @returns the beginning of a text; undefined for anything else */
function textOf(start: Uint8Array): string | undefined {
	// What is cut through at the end is left out.
	const text = new TextDecoder().decode(start.subarray(0, TEXT_BYTES), { stream: true }).trim();
	return text === '' || /[^\P{Cc}\s]|\uFFFD/u.test(text) ? undefined : text;
}

/** In pixels. */
export interface ImageSize {
	width: number;
	height: number;
}

/**
 * How large an image is, by its header alone.
 * @param start the first bytes of a JPEG or PNG file
 * @returns undefined when they do not say it, or not yet
 */
export function imageSizeOf(start: Uint8Array): ImageSize | undefined {
	const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
	const type = imageTypeOf(start);
	if (type === 'png') return sizeOfPng(view);
	return type === 'jpeg' ? sizeOfJpeg(view) : undefined;
}

/** The first chunk, "IHDR", begins with the two sides (https://www.w3.org/TR/png-3/#11IHDR). */
function sizeOfPng(view: DataView): ImageSize | undefined {
	const IHDR = 0x49484452;
	if (view.byteLength < 24 || view.getUint32(12) !== IHDR) return undefined;
	return { width: view.getUint32(16), height: view.getUint32(20) };
}

/**
 * Segments follow each other until a "start of frame", which has the two sides
 * (https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1 and B.2.2).
 */
function sizeOfJpeg(view: DataView): ImageSize | undefined {
	let at = 2;
	while (at + 9 <= view.byteLength) {
		if (view.getUint8(at) !== 0xff) return undefined;
		const marker = view.getUint8(at + 1);
		if (isStartOfFrame(marker)) {
			const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
			// A height of 0 is only said after the image.
			return height > 0 ? { width, height } : undefined;
		}
		// Before a marker there may be any number of 0xff; some markers stand alone.
		if (marker === 0xff) at += 1;
		else if (isAlone(marker)) at += 2;
		else at += 2 + Math.max(2, view.getUint16(at + 2));
	}
	return undefined;
}

/** All from SOF0 to SOF15, but for the tables (DHT, DAC) and the extension among them. */
function isStartOfFrame(marker: number): boolean {
	return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function isAlone(marker: number): boolean {
	return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

const ADDRESS_START = /https?:[/\\]{2}/gi;

/** In front of an address that is a part of another one, such as a parameter. */
const INSIDE = /[=/?&:#]/;

/** Control characters, line ends, and what no font shows. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** What addresses consist of: it is left as it is, because signatures may depend on it. */
const CLEAN = /^https?:\/\/[\w!#$%&'()*+,\-./:;=?@[\]~]+$/i;

/** Whether a text holds several addresses. */
export function holdsSeveral(text: string): boolean {
	if (text.length > 10 * LONGEST_URL) return false;
	const [, ...others] = text.matchAll(ADDRESS_START);
	return others.some(({ index }) => !INSIDE.test(text[index - 1] ?? ''));
}

/** @returns the http(s) address that is meant, percent-encoded; undefined when it is none */
export function toImageUrl(text: string): URL | undefined {
	if (text.length > LONGEST_URL) return undefined;
	const visible = text
		.replace(INVISIBLE, '')
		.trim()
		.replace(/&(amp|#38|#x26);/gi, '&')
		.replace(/%(?![0-9A-F]{2})/gi, '%25');
	return /^https?:/i.test(visible) ? toUrl(visible) : undefined;
}

/** The address as it is sent. @param url of `toImageUrl` @param text as it was given */
export function spellingOf(url: URL, text: string): string {
	return CLEAN.test(text) && !/&amp;|%(?![0-9A-F]{2})/i.test(text) ? text : url.href;
}

/** Services whose links lead to a page, and the address of the image on it, where it follows from the link. */
const SHARE_PAGES: ReadonlyArray<
	readonly [page: RegExp, direct?: (url: URL, parts: RegExpExecArray) => string]
> = [
	[
		/^drive\.google\.com\/(?:file\/(?:u\/\d+\/)?d\/|open\?(?:.*&)?id=)([\w-]+)/,
		(_url, [, id]) => `https://drive.google.com/uc?export=download&id=${id}`,
	],
	[
		/^(?:www\.)?dropbox\.com\/(?:s|scl)\/(?!.*[?&](?:raw|dl)=1)/,
		(url) => {
			const direct = new URL(url);
			direct.searchParams.delete('dl');
			direct.searchParams.set('raw', '1');
			return direct.href;
		},
	],
	[
		/^github\.com\/([^/]+\/[^/]+)\/blob\/(?!.*[?&]raw=)([^?#]+)/,
		(_url, [, repository, file]) => `https://raw.githubusercontent.com/${repository}/${file}`,
	],
	[
		/^([^/]*gitlab[^/]*\/.+)\/-\/blob\/([^?#]+)/,
		(_url, [, project, file]) => `https://${project}/-/raw/${file}`,
	],
	[/^imgur\.com\/(\w+)$/, (_url, [, id]) => `https://i.imgur.com/${id}.jpg`],
	[
		/^[a-z-]+\.(?:m\.)?wiki[mp]edia\.org\/wiki\/File:([^?#]+)/,
		(_url, [, file]) => `https://commons.wikimedia.org/wiki/Special:FilePath/${file}`,
	],
	[
		/^(?:docs\.google|photos\.google|photos\.app\.goo|1drv|onedrive\.live|(?:www\.)?icloud)\.(?:com|gl|ms)\//,
	],
	[/^[\w-]+\.sharepoint\.com\/(?!.*[?&]download=1)/],
	[/^imgur\.com\/(?:a|gallery)\//],
];

/** @returns undefined for what is no known page; else the address of the image on it, if that is known */
export function sharePageOf(url: URL): { direct?: string } | undefined {
	const bare = url.host + url.pathname + url.search;
	for (const [page, direct] of SHARE_PAGES) {
		const parts = page.exec(bare);
		if (parts) return { direct: direct?.(url, parts) };
	}
	return undefined;
}

/** What files of these endings are. */
const ENDINGS: ReadonlyArray<readonly [endings: RegExp, found: NamedFile]> = [
	[/\.webp$/i, picture('a WebP image')],
	[/\.avif$/i, picture('an AVIF image')],
	[/\.hei[cf]$/i, picture('a HEIC image')],
	[/\.gif$/i, picture('a GIF image')],
	[/\.svgz?$/i, picture('an SVG image')],
	[/\.bmp$/i, picture('a BMP image')],
	[/\.tiff?$/i, picture('a TIFF image')],
	[/\.pdf$/i, file('a PDF file')],
	[/\.(mp4|mov|webm|mkv|avi|m4v)$/i, file('a video')],
	[/\.html?$/i, file('a web page')],
];

/** What an address leads to by its ending, if that is no JPEG or PNG and nothing in it asks for one. */
export function otherEndingOf({ pathname, search }: URL): NamedFile | undefined {
	if (/jpe?g|png/i.test(search)) return undefined;
	return ENDINGS.find(([endings]) => endings.test(pathname))?.[1];
}
