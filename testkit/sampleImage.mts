/** A PNG image of one colour, large enough for Kling. */
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const RGB = 2;

/** @param size of each side, in pixels @param color red, green and blue, from 0 to 255 */
export function sampleImage(size = 320, color = [30, 120, 200]): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(size, 0);
	header.writeUInt32BE(size, 4);
	header.set([8, RGB], 8); // bits per sample, then the kind of colour
	const row = Buffer.concat([Buffer.of(0), ...Array<Buffer>(size).fill(Buffer.from(color))]);
	const pixels = deflateSync(Buffer.concat(Array<Buffer>(size).fill(row)));
	return Buffer.concat([
		SIGNATURE,
		chunk('IHDR', header),
		chunk('IDAT', pixels),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

function chunk(type: string, content: Buffer): Buffer {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
	const framed = Buffer.alloc(body.length + 8);
	framed.writeUInt32BE(content.length, 0);
	body.copy(framed, 4);
	framed.writeUInt32BE(crc32(body), body.length + 4);
	return framed;
}
