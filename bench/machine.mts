/** What the benchmarks ran on. */
import { cpus, totalmem } from 'node:os';
import { mebibytes } from '../testkit/cli/units.mts';

export interface Machine {
	/** Version of Node.js. */
	node: string;
	platform: string;
	cores: number;
	processor: string;
	/** Bytes. */
	memory: number;
}

export function describeMachine(): Machine {
	const [processor] = cpus();
	return {
		node: process.version,
		platform: `${process.platform} ${process.arch}`,
		cores: cpus().length,
		processor: processor?.model ?? 'unknown',
		memory: totalmem(),
	};
}

/** In one line. */
export function machineText({ node, cores, processor, memory, platform }: Machine): string {
	return `${cores} × ${processor}, ${mebibytes(memory)}, ${platform}, Node.js ${node}`;
}
