/** How far resident memory grows while images are uploaded, for one image and for many. */
import type { Section } from '../testkit/cli/section.mts';
import { mebibytes, ratio, seconds } from '../testkit/cli/units.mts';
import { runChild } from './child.mts';
import { withRemoteEmulator, type RemoteEmulator } from './remoteEmulator.mts';
import type { MemoryReading } from './resident.mts';

export interface ImagesTask {
	/** Items, each with an image of its own. */
	items: number;
	/** Size of each image. */
	bytes: number;
	emulator: RemoteEmulator;
}

interface ImagesResult extends MemoryReading, Pick<ImagesTask, 'items' | 'bytes'> {
	growthOverAll: number;
}

/** Just below what Kling takes. */
const BYTES = 9_000_000;

/** @param isQuick fewer items */
export async function benchmarkImages(isQuick: boolean): Promise<Section<ImagesResult>> {
	const batches = isQuick ? [1, 10] : [1, 5, 20, 40];
	const results = await withRemoteEmulator(async (emulator) => {
		const measured: ImagesResult[] = [];
		for (const items of batches) {
			const task: ImagesTask = { items, bytes: BYTES, emulator };
			const reading = await runChild<MemoryReading>('images.child.mts', task);
			const growthOverAll = reading.growth / (items * BYTES);
			measured.push({ items, bytes: BYTES, ...reading, growthOverAll });
		}
		return measured;
	});
	return {
		title: 'Memory: creating videos from images',
		note:
			'Resident memory of a fresh process with n8n’s engine, the images in the file system; the emulator is another ' +
			'process. One run of Kling Image to Video with all items. An image is sent as Base64, which is a third larger.',
		columns: [
			['items', (row) => String(row.items)],
			['each image', (row) => mebibytes(row.bytes)],
			['before', (row) => mebibytes(row.before)],
			['peak', (row) => mebibytes(row.peak)],
			['growth', (row) => mebibytes(row.growth)],
			['growth / all images', (row) => ratio(row.growthOverAll)],
			['took', (row) => seconds(row.duration)],
		],
		results,
	};
}
