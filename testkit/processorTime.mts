/** @returns what the work took of the processor, whoever else wanted it meanwhile; milliseconds */
export function processorTime(work: () => void): number {
	const before = process.cpuUsage();
	work();
	return process.cpuUsage(before).user / 1_000;
}
