/** Which trials there are, and how they are run: one after the other, or on the bad network all at once. */
import { startEmulator, type EmulatorOptions } from '../../emulator/index.mts';
import { startHost, type Host } from '../../testkit/n8n/index.mts';
import { addFaults, generationTimes, videoOf, type GenerationRange } from './order.mts';
import { measure, warmUp, type Reading, type Trial } from './measure.mts';
import type { WayName } from './ways.mts';

interface Plan {
	/** Numbers of videos. */
	videos: readonly number[];
	range: GenerationRange;
}

export const PLANS: Readonly<Record<'full' | 'quick', Plan>> = {
	full: { videos: [1, 10, 50], range: { shortest: 20_000, longest: 60_000 } },
	quick: { videos: [3], range: { shortest: 2_000, longest: 6_000 } },
};

/** Concurrency limit that is none for these trials, and the one that is. */
const ENOUGH_SLOTS = 50;
const FEW_SLOTS = 10;
/** A loop over more items takes too long for anybody. */
const MOST_IN_LOOP = 10;

const CLEAN_WAYS: WayName[] = ['http', 'httpLoop', 'polling', 'callback'];
const FAULTY_WAYS: WayName[] = ['httpWithoutRetry', ...CLEAN_WAYS];

export interface Results {
	/** Of n8n. */
	version: string;
	clean: Reading[];
	/** The same with faults. */
	faulty: Reading[];
}

/** @param onReading told of each trial as soon as it is over */
export async function runTrials(
	{ videos, range }: Plan,
	onReading: (reading: Reading) => void,
): Promise<Results> {
	const times = generationTimes(Math.max(...videos), range);
	const emulator: Partial<EmulatorOptions> = {
		queueMs: 0,
		generationMs: 0,
		generationJitterMs: (_, body) => times[videoOf(body)] ?? 0,
	};
	const host = await startHost({ emulator });
	try {
		const clean: Reading[] = [];
		for (const [count, slots] of sizes(videos)) {
			for (const way of CLEAN_WAYS.filter((name) => canRun(name, count))) {
				await host.restart();
				await warmUp(host, host.emulator, way);
				const trial = { way, slots, times: times.slice(0, count) };
				const reading = await measure(host, host.emulator, trial);
				onReading(reading);
				clean.push(reading);
			}
		}
		await host.restart();
		const faulty = await Promise.all(
			videos
				.filter((count) => count > 1)
				.flatMap((count) =>
					FAULTY_WAYS.filter((name) => canRun(name, count)).map(async (way) => {
						const trial = { way, slots: ENOUGH_SLOTS, times: times.slice(0, count) };
						const reading = await onBadNetwork(host, emulator, trial);
						onReading(reading);
						return reading;
					}),
				),
		);
		return { version: host.version, clean, faulty };
	} finally {
		await host.stop();
	}
}

/** Numbers of videos and slots. Few slots are as good as enough where there are no more videos. */
function sizes(videos: readonly number[]): Array<[count: number, slots: number]> {
	const scarce = videos.filter((count) => count > FEW_SLOTS);
	return [
		...videos.map((count): [number, number] => [count, ENOUGH_SLOTS]),
		...scarce.map((count): [number, number] => [count, FEW_SLOTS]),
	];
}

function canRun(way: WayName, count: number): boolean {
	return way !== 'httpLoop' || count <= MOST_IN_LOOP;
}

/** With a Kling of its own, so that all of them meet the same faults. */
async function onBadNetwork(
	host: Host,
	options: Partial<EmulatorOptions>,
	trial: Trial,
): Promise<Reading> {
	const emulator = await startEmulator(options);
	try {
		addFaults(emulator);
		return await measure(host, emulator, trial);
	} finally {
		await emulator.close();
	}
}
