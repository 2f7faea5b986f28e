/** The clock that the nodes run on. */
import { sleep } from 'n8n-workflow';

import { type Clock, StoppedError } from '../engine/clock';

/** Real time, with pauses that end at once when the signal is aborted. */
export const systemClock: Clock = {
	// Monotonic: a wall clock that is set during a wait neither ends it nor makes it last.
	now: () => performance.timeOrigin + performance.now(),

	async sleep(ms, stopSignal) {
		if (stopSignal?.aborted) throw new StoppedError();
		// One of its own, because Node warns of a leak when many sleepers listen to the same signal.
		const signal = stopSignal && AbortSignal.any([stopSignal]);
		let stop: (() => void) | undefined;
		const stopped = new Promise<'stopped'>((resolve) => {
			stop = () => resolve('stopped');
			signal?.addEventListener('abort', stop);
		});
		// n8n-workflow before 2.34 ignores the signal: the race ends the pause, its timer runs out unseen.
		const pause = sleep(ms, signal).then(
			() => 'over' as const,
			() => 'stopped' as const,
		);
		const end = await Promise.race([pause, stopped]);
		if (stop) signal?.removeEventListener('abort', stop);
		if (end === 'stopped') throw new StoppedError();
	},
};
