/** How an image is written into a request. */
import type { Image } from '../request';

/** An image as both of Kling's formats take it: its address, or raw Base64 (docs/kling-api.md#images). */
export function toImage(image: Image): string {
	if (image.kind === 'url') return image.url;
	// A file is read when it is sent; until then a request is only looked at.
	return image.kind === 'data' ? image.base64 : '';
}
