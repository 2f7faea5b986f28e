/** Part 3: how far resident memory grows while a large video is downloaded. */
import type { Section } from '../testkit/cli/section.mts';
import { MEBIBYTE, mebibytes, ratio, seconds } from '../testkit/cli/units.mts';
import { runChild } from './child.mts';
import { withRemoteEmulator, type RemoteEmulator } from './remoteEmulator.mts';
import type { MemoryReading } from './resident.mts';

export interface MemoryTask {
	/** `streamed`: the node's own download; `buffered`: whole, as other nodes do it. */
	way: 'streamed' | 'buffered';
	bytes: number;
	emulator: RemoteEmulator;
}

interface MemoryResult extends MemoryReading {
	way: MemoryTask['way'];
	/** Size of the file. */
	bytes: number;
	growthOverSize: number;
}

/** @param isQuick smaller files */
export async function benchmarkMemory(isQuick: boolean): Promise<Section<MemoryResult>> {
	const files: ReadonlyArray<Pick<MemoryTask, 'way' | 'bytes'>> = isQuick
		? [
				{ way: 'streamed', bytes: 128 * MEBIBYTE },
				{ way: 'buffered', bytes: 64 * MEBIBYTE },
			]
		: [
				{ way: 'streamed', bytes: 256 * MEBIBYTE },
				{ way: 'streamed', bytes: 950 * MEBIBYTE },
				{ way: 'buffered', bytes: 256 * MEBIBYTE },
			];
	const results = await withRemoteEmulator(async (emulator) => {
		const measured: MemoryResult[] = [];
		for (const file of files) {
			const reading = await runChild<MemoryReading>('memory.child.mts', { ...file, emulator });
			measured.push({ ...file, ...reading, growthOverSize: reading.growth / file.bytes });
		}
		return measured;
	});
	return {
		title: 'Memory: downloading one video',
		note:
			'Resident memory of a fresh process with n8n’s engine, binary data in the file system; the emulator is another ' +
			'process. Streamed: the built node. Buffered: `arraybuffer` and `prepareBinaryData(Buffer)`.',
		columns: [
			['download', (row) => row.way],
			['file', (row) => mebibytes(row.bytes)],
			['before', (row) => mebibytes(row.before)],
			['peak', (row) => mebibytes(row.peak)],
			['growth', (row) => mebibytes(row.growth)],
			['growth / file', (row) => ratio(row.growthOverSize)],
			['took', (row) => seconds(row.duration)],
		],
		results,
	};
}
