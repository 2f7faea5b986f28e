/** A PNG image of one colour, large enough for Kling. */
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const RGB = 2;

const BLUE = [30, 120, 200];

/** @param width in pixels @param height in pixels */
export function sampleImage(width = 320, height = width): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, RGB], 8); // bits per sample, then the kind of colour
	const row = Buffer.concat([Buffer.of(0), ...Array<Buffer>(width).fill(Buffer.from(BLUE))]);
	const pixels = deflateSync(Buffer.concat(Array<Buffer>(height).fill(row)));
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
