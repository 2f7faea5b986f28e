/** The node's waiting engine on the virtual clock, and the sequential loop it is compared with. */
import { isOver } from '../nodes/shared/api/task.ts';
import { runBatch } from '../nodes/shared/engine/runBatch.ts';
import { MemoryLedger } from '../testkit/memoryLedger.mts';
import { VirtualKling, type KlingOptions, type Measured } from './virtualKling.mts';

/** The node's default, in milliseconds. */
const POLLING_INTERVAL = 5_000;

/** The node's default, in milliseconds. */
const TIMEOUT = 60 * 60_000;

/** Runs the videos of `generation` through the waiting engine, all in one batch. */
export async function runEngine(options: KlingOptions, maxConcurrency: number): Promise<Measured> {
	return await measure(options, async (kling) => {
		const videos = options.generation.map((_, index) => kling.plan(index));
		const outcomes = await runBatch(videos, kling.service(), {
			clock: kling.clock,
			ledger: new MemoryLedger(),
			timeout: TIMEOUT,
			maxConcurrency,
			polling: { pollingInterval: POLLING_INTERVAL, onTimeout: 'error' },
			stopOnFailure: false,
		});
		for (const { state, error } of outcomes) if (state !== 'finished') throw error;
	});
}

/** Does what other nodes do: creates a video, checks it until it is finished, then the next one. */
export async function runSequentially(options: KlingOptions): Promise<Measured> {
	return await measure(options, async (kling) => {
		for (const index of options.generation.keys()) {
			let task = await kling.create(index);
			while (!isOver(task)) {
				await kling.clock.sleep(POLLING_INTERVAL);
				task = await kling.client.find(task.id);
			}
			kling.deliver(task);
		}
	});
}

/** Runs something against a Kling of its own. */
export async function measure(
	options: KlingOptions,
	run: (kling: VirtualKling) => Promise<void>,
): Promise<Measured> {
	const kling = await VirtualKling.start(options);
	try {
		await run(kling);
		return kling.measure();
	} finally {
		await kling.stop();
	}
}
