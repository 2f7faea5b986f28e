/** Images as requests bring them: an address, or raw Base64 (docs/kling-api.md#images). */
import { imageSize } from 'image-size';
import { z } from 'zod';

const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** The largest images that the formats take, in bytes. */
export const LARGEST_V1_IMAGE = 10_000_000;
export const LARGEST_PATH_IMAGE = 50_000_000;

/** In pixels, and as a ratio of the longer side to the shorter one. */
const LEAST_SIDE = 300;
const MOST_RATIO = 2.5;

/** @param largest bytes of the image itself */
export function image(largest: number): z.ZodType<string> {
	return z.string().superRefine((value, context) => {
		const refuse = (message: string) => context.addIssue({ code: 'custom', message });
		if (/^https?:\/\//i.test(value)) {
			if (!URL.canParse(value)) refuse('is not a URL');
			return;
		}
		// Observed on the live API, also for a `data:` prefix.
		// Looked through for what must not be there: to match megabytes exceeds the stack.
		const isBase64 = !/[^A-Za-z0-9+/]/.test(value.replace(/={1,2}$/, ''));
		if (value === '' || !isBase64 || value.length % 4 !== 0) {
			return refuse('File is not in a valid base64 format');
		}
		const content = Buffer.from(value, 'base64');
		const isImage = [JPEG, PNG].some((start) => content.subarray(0, start.length).equals(start));
		if (!isImage) return refuse('must be a JPEG or PNG image');
		if (content.length > largest) refuse(`must not be larger than ${largest} bytes`);
		const sides = sidesOf(content);
		if (!sides) return; // a test's own, of which only the beginning is an image
		if (Math.min(...sides) < LEAST_SIDE) refuse(`each side must have ${LEAST_SIDE} pixels`);
		if (Math.max(...sides) > Math.min(...sides) * MOST_RATIO) {
			refuse('the ratio of the sides must be between 1:2.5 and 2.5:1');
		}
	});
}

function sidesOf(content: Buffer): [number, number] | undefined {
	try {
		const { width, height } = imageSize(content);
		return [width, height];
	} catch {
		return undefined;
	}
}
