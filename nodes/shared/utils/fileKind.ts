/** What a file is, by its first bytes: no name or type that somebody gave it is to be relied on. */

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

/** What a file is that is no JPEG or PNG; `name` with its article, as a sentence needs it. */
export type OtherFile =
	| { is: 'empty' | 'webPage' | 'unknown' }
	| { is: 'picture' | 'file'; name: string }
	| { is: 'text'; text: string };

/** What stands where in other files, in Latin-1. Of several that fit the first counts. */
const MARKS: ReadonlyArray<
	readonly [at: number, mark: string, is: 'picture' | 'file', name: string]
> = [
	[0, 'GIF8', 'picture', 'a GIF image'],
	[8, 'WEBP', 'picture', 'a WebP image'],
	[4, 'ftypavi', 'picture', 'an AVIF image'],
	[4, 'ftyphe', 'picture', 'a HEIC image'],
	[4, 'ftypmif1', 'picture', 'a HEIC image'],
	[4, 'ftypmsf1', 'picture', 'a HEIC image'],
	[4, 'JXL ', 'picture', 'a JPEG XL image'],
	[0, '\xff\x0a', 'picture', 'a JPEG XL image'],
	[4, 'jP  ', 'picture', 'a JPEG 2000 image'],
	[0, 'BM', 'picture', 'a BMP image'],
	[0, 'II*\0', 'picture', 'a TIFF image'],
	[0, 'MM\0*', 'picture', 'a TIFF image'],
	[0, '\0\0\x01\0', 'picture', 'an icon'],
	[0, '8BPS', 'picture', 'a Photoshop image'],
	[0, '%PDF', 'file', 'a PDF file'],
	[4, 'ftypM4A', 'file', 'an audio file'],
	[4, 'ftyp', 'file', 'an MP4 video'],
	[0, '\x1aE\xdf\xa3', 'file', 'a WebM video'],
	[8, 'AVI ', 'file', 'an AVI video'],
	[8, 'WAVE', 'file', 'an audio file'],
	[0, 'ID3', 'file', 'an audio file'],
	[0, '\xff\xfb', 'file', 'an audio file'],
	[0, 'OggS', 'file', 'an audio file'],
	[0, 'PK\x03\x04', 'file', 'a ZIP file or Office document'],
	[0, '\x1f\x8b', 'file', 'a gzip file'],
];

/** Of a text, in bytes. */
const BEGINNING = 500;

/** @param start the first bytes of a file that is no JPEG or PNG; all there are, if it is shorter */
export function otherFileOf(start: Uint8Array): OtherFile {
	if (start.length === 0) return { is: 'empty' };
	const text = textOf(start);
	if (text === undefined || text.startsWith('%PDF')) {
		const head = String.fromCharCode(...start.subarray(0, 12));
		const [, , is, name] = MARKS.find(([at, mark]) => head.startsWith(mark, at)) ?? [];
		return is !== undefined && name !== undefined ? { is, name } : { is: 'unknown' };
	}
	if (/<svg[\s>]/i.test(text)) return { is: 'picture', name: 'an SVG image' };
	return text.startsWith('<') ? { is: 'webPage' } : { is: 'text', text };
}

/** @returns the beginning of a text; undefined for anything else */
function textOf(start: Uint8Array): string | undefined {
	// What is cut through at the end is left out.
	const text = new TextDecoder().decode(start.subarray(0, BEGINNING), { stream: true }).trim();
	return text === '' || /[^\P{Cc}\s]|\uFFFD/u.test(text) ? undefined : text;
}
