/** The address of an image, as people copy it from browsers, mails, chats and documents. */

import { LONGEST_URL, toUrl } from './url';

const BEGINNING = /https?:[/\\]{2}/gi;

/** In front of an address that is a part of another one, such as a parameter. */
const INSIDE = /[=/?&:#]/;

/** Control characters, line ends, and what no font shows. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** What addresses consist of: it is left as it is, because signatures may depend on it. */
const CLEAN = /^https?:\/\/[\w!#$%&'()*+,\-./:;=?@[\]~]+$/i;

/** Whether a text holds several addresses. */
export function holdsSeveral(text: string): boolean {
	if (text.length > 10 * LONGEST_URL) return false;
	const [, ...others] = text.matchAll(BEGINNING);
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

/** What files of these endings are; `name` with its article. */
const ENDINGS: ReadonlyArray<readonly [endings: RegExp, is: 'picture' | 'file', name: string]> = [
	[/\.webp$/i, 'picture', 'a WebP image'],
	[/\.avif$/i, 'picture', 'an AVIF image'],
	[/\.hei[cf]$/i, 'picture', 'a HEIC image'],
	[/\.gif$/i, 'picture', 'a GIF image'],
	[/\.svgz?$/i, 'picture', 'an SVG image'],
	[/\.bmp$/i, 'picture', 'a BMP image'],
	[/\.tiff?$/i, 'picture', 'a TIFF image'],
	[/\.pdf$/i, 'file', 'a PDF file'],
	[/\.(mp4|mov|webm|mkv|avi|m4v)$/i, 'file', 'a video'],
	[/\.html?$/i, 'file', 'a web page'],
];

/** What an address leads to by its ending, if that is no JPEG or PNG and nothing in it asks for one. */
export function otherEndingOf({
	pathname,
	search,
}: URL): { is: 'picture' | 'file'; name: string } | undefined {
	if (/jpe?g|png/i.test(search)) return undefined;
	const [, is, name] = ENDINGS.find(([endings]) => endings.test(pathname)) ?? [];
	return is !== undefined && name !== undefined ? { is, name } : undefined;
}
