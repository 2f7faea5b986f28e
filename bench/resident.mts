/** Resident memory of this process while something is done. */

/** Milliseconds. */
const SAMPLING_INTERVAL = 5;

/** Resident memory in bytes, before and at most during the work, and the difference; it took so many milliseconds. */
export interface MemoryReading {
	before: number;
	peak: number;
	growth: number;
	duration: number;
}

export async function measure(work: () => Promise<void>): Promise<MemoryReading> {
	global.gc?.();
	const before = process.memoryUsage().rss;
	let peak = before;
	const sample = () => {
		peak = Math.max(peak, process.memoryUsage().rss);
	};
	const sampler = setInterval(sample, SAMPLING_INTERVAL);
	const startedAt = performance.now();
	await work();
	sample();
	clearInterval(sampler);
	return { before, peak, growth: peak - before, duration: performance.now() - startedAt };
}
