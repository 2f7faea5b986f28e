/** The bytes that tell what an image is: no name or type that somebody gave it is to be relied on. */
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
