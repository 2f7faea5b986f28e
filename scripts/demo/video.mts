/** The video as a file on this computer. */
import { mkdir, writeFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { DemoError } from './errors.mts';

/**
 * Saves a video as `<folder>/<task id>.mp4`.
 * @returns its path as given, so relative when the folder is, and its size for people
 * @throws {DemoError} when the content is not an MP4 file
 */
export async function saveVideo(
	folder: string,
	taskId: string,
	content: Buffer,
): Promise<{ path: string; size: string }> {
	if (!isMp4(content)) {
		throw new DemoError(`The file downloaded for task ${taskId} isn't an MP4 file.`);
	}
	// Task ids come from a service: none may lead out of the folder.
	const path = posix.join(folder, `${taskId.replace(/[^\w-]/g, '_')}.mp4`);
	await mkdir(folder, { recursive: true });
	await writeFile(path, content);
	return { path, size: `${content.length.toLocaleString('en')} bytes` };
}

/** An MP4 file begins with its file type box: four bytes of length, then `ftyp` (ISO 14496-12). */
function isMp4(content: Buffer): boolean {
	return content.toString('latin1', 4, 8) === 'ftyp';
}
