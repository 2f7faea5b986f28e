/** Reads the size of an image from its header. */
import { imageTypeOf } from './fileKind';

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
