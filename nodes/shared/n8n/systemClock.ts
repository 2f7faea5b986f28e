/** The clock that the nodes run on. */
import { sleep } from 'n8n-workflow';

import { type Clock, StoppedError } from '../engine/clock';
import { onAbort } from '../utils/onAbort';

/** Real time, with pauses that end at once when the signal is aborted. */
export const systemClock: Clock = {
	// Monotonic: a wall clock that is set during a wait neither ends it nor makes it last.
	now: () => performance.timeOrigin + performance.now(),

	async sleep(ms, stopSignal) {
		// One of its own, because Node warns of a leak when many sleepers listen to the same signal.
		const stop = new AbortController();
		let tell: () => void = () => {};
		const stopped = new Promise<true>((resolve) => (tell = () => resolve(true)));
		const stopWaiting = onAbort(stopSignal, () => {
			stop.abort();
			tell();
		});
		// n8n-workflow before 2.34 ignores the signal: the race ends the pause, its timer runs out unseen.
		const isOver = sleep(ms, stop.signal).then(
			() => false,
			() => true,
		);
		const isStopped = await Promise.race([isOver, stopped]);
		stopWaiting();
		if (isStopped) throw new StoppedError();
	},
};
