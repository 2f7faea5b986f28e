/**
 * Judges by its name and ending whether an address in a reply is that of the video: services name it
 * as they like, and name covers, watermarked copies, inputs and pages of their own beside it.
 */

import { webAddressOf } from './fields';

/** How likely it is the video; the higher the better. */
export type Likelihood = number;

/** A copy with a watermark, but not one that was freed of it. */
const WATERMARKED = /water_?mark/;
const FREE_OF_WATERMARK =
	/(without|no|non|free|removed?|clean)_?(of_?)?water_?mark|water_?mark_?(free|removed|less)/;

/** Other media, also in the names of video models' routes. */
const OTHER_MEDIA =
	/cover|image(?!s?_?(2|to)_?video)|img|thumb|poster|preview|avatar|icon|logo|gif|pictures?(_|$)|photo|snapshot|screenshot|frame|sprite|audio|sound|music|voice|mp3|wav(_|$)|subtitle|caption/;

/** What the user sent, or what the service tells of the request and of errors. */
const NOT_OUTPUT =
	/input|param|request|prompt|parent|refer|(?<!re)source|(base|feature)_?video|callback|webhook|notify|argument|option|setting|config|error|(^|_)(tail|first|last|start|end)(_|$)/;

/** Pages and routes of the service itself. */
const OWN_PAGES =
	/(^|_)(status|query|cancel|poll|get|self|share|page|web|site|home|console|detail|doc|help|support|info|task|response|api|log|dashboard|billing|origin|original)s?_?(url|uri|link|href)s?$/;

const NAMES_OF_VIDEOS = /video|mp4/;
const NAMES_OF_OUTPUTS =
	/result|output|resource|download|media|asset|generated|(^|_)(works?$|files?|play)/;
const NAMES_OF_ADDRESSES = /(url|uri|link|href|src|address)s?$/;

/** Nobody writes longer names by hand. */
const MAX_NAME_LENGTH = 64;

/**
 * @param inherited of the object that the field is in
 * @returns undefined when nothing in the field is the video
 */
export function likelihoodOf(name: string, inherited: Likelihood): Likelihood | undefined {
	if (name.length > MAX_NAME_LENGTH) return undefined;
	const lower = name.replace(/(\p{Ll})(\p{Lu})/gu, '$1_$2').toLowerCase();
	const isFree = FREE_OF_WATERMARK.test(lower);
	if (WATERMARKED.test(lower) && !isFree) return undefined;
	if (OTHER_MEDIA.test(lower) || NOT_OUTPUT.test(lower)) return undefined;
	// Where new-api had the address before it had a field for it.
	if (lower === 'fail_reason') return 1;
	const own = likelihoodByName(lower);
	// `url` in `video` is about the video, `id` in it is not.
	return own === 0 ? 0 : Math.max(own, inherited) + (isFree ? 1 : 0);
}

function likelihoodByName(lower: string): Likelihood {
	if (OWN_PAGES.test(lower)) return 0;
	if (NAMES_OF_VIDEOS.test(lower)) return 5;
	if (NAMES_OF_OUTPUTS.test(lower)) return 4;
	return NAMES_OF_ADDRESSES.test(lower) ? 3 : 0;
}

const VIDEO_ENDINGS = /\.(mp4|m4v|mov|webm|mkv|avi|mpe?g|flv)$/;
const OTHER_ENDINGS =
	/\.(jpe?g|png|webp|gif|bmp|svg|avif|heic|ico|mp3|wav|m4a|aac|ogg|flac|html?|json|txt|srt|vtt|xml|pdf|css|js|zip|m3u8)$/;

/** More than any name. */
const VIDEO_ENDING = 10;

/**
 * @param likelihood by its name
 * @returns undefined when the text is not the address of a video
 */
export function rateAddress(
	text: string,
	likelihood: Likelihood,
): { url: string; likelihood: Likelihood } | undefined {
	const url = webAddressOf(text);
	if (url === undefined) return undefined;
	const [path = ''] = url.toLowerCase().split(/[?#]/);
	if (VIDEO_ENDINGS.test(path)) return { url, likelihood: likelihood + VIDEO_ENDING };
	return likelihood > 0 && !OTHER_ENDINGS.test(path) ? { url, likelihood } : undefined;
}

export function hasVideoEnding({ likelihood }: { likelihood: Likelihood }): boolean {
	return likelihood >= VIDEO_ENDING;
}
