/** The emulator's video, for comparison. */
import { readFileSync } from 'node:fs';
import { SAMPLE_VIDEO } from '../emulator/index.mts';

/** The video that the emulator serves for every task. */
export function sampleVideo(): Buffer {
	return readFileSync(SAMPLE_VIDEO);
}
