/** How far resident memory grows while a large video is downloaded, and while images are uploaded. */
import type { Section } from '../testkit/cli/section.mts';
import { MEBIBYTE, mebibytes, ratio, seconds } from '../testkit/cli/units.mts';
import { runChild, type MemoryReading } from './child.mts';
import { withRemoteEmulator, type RemoteEmulator } from './remoteEmulator.mts';

/** What the child does. */
export interface MemoryWork {
	/**
	 * `streamed`: the node's own download; `buffered`: whole, as other nodes do it; `images`: videos are
	 * created from images; `waiting`: items wait in the built node; `idle`: in a node that does nothing.
	 */
	what: 'streamed' | 'buffered' | 'images' | 'waiting' | 'idle';
	/** Input items. */
	items: number;
	/** Size of a file. */
	bytes: number;
}

export interface MemoryTask extends MemoryWork {
	emulator: RemoteEmulator;
}

interface MemoryResult extends MemoryReading, MemoryWork {
	/** By all files together. */
	growthOverSize: number;
}

/** Just below what Kling takes. */
const IMAGE = 9_000_000;

/** @param isQuick smaller files, fewer items */
export async function benchmarkMemory(isQuick: boolean): Promise<Array<Section<MemoryResult>>> {
	const download = (what: MemoryWork['what'], size: number) => ({
		what,
		items: 1,
		bytes: size * MEBIBYTE,
	});
	const downloads = isQuick
		? [download('streamed', 128), download('buffered', 64)]
		: [download('streamed', 256), download('streamed', 950), download('buffered', 256)];
	const images = (isQuick ? [1, 10] : [1, 5, 20, 40]).map(
		(items): MemoryWork => ({ what: 'images', items, bytes: IMAGE }),
	);
	return [
		await section(
			'Memory: downloading one video',
			'Streamed: the built node. Buffered: `arraybuffer` and `prepareBinaryData(Buffer)`.',
			downloads,
		),
		await section(
			'Memory: creating videos from images',
			'One run of Kling Image to Video with all items. An image is sent as Base64, which is a third larger.',
			images,
		),
	];
}

async function section(
	title: string,
	note: string,
	works: readonly MemoryWork[],
): Promise<Section<MemoryResult>> {
	const results: MemoryResult[] = [];
	for (const work of works) {
		const reading = await inChild<MemoryReading>(work);
		results.push({
			...work,
			...reading,
			growthOverSize: reading.growth / (work.items * work.bytes),
		});
	}
	return {
		title,
		note:
			'Resident memory of a fresh process with n8n’s engine, binary data in the file system; the emulator is another ' +
			`process. ${note}`,
		columns: [
			['what', (row) => row.what],
			['items', (row) => String(row.items)],
			['each file', (row) => mebibytes(row.bytes)],
			['before', (row) => mebibytes(row.before)],
			['peak', (row) => mebibytes(row.peak)],
			['growth', (row) => mebibytes(row.growth)],
			['growth / files', (row) => ratio(row.growthOverSize)],
			['took', (row) => seconds(row.duration)],
		],
		results,
	};
}

/** @returns the heap, in bytes, while all items wait but those that have a place */
export async function heapWhileWaiting(what: 'waiting' | 'idle', items: number): Promise<number> {
	return await inChild<number>({ what, items, bytes: 0 });
}

async function inChild<Result>(work: MemoryWork): Promise<Result> {
	return await withRemoteEmulator(
		async (emulator) =>
			await runChild<Result>('memory.child.mts', { ...work, emulator } satisfies MemoryTask),
	);
}
