import { sleep } from 'n8n-workflow';

import { type Clock, StoppedError } from '../waiting/clock';

/** Real time, with pauses that end at once when the signal is aborted. */
export const systemClock: Clock = {
	now: () => Date.now(),

	async sleep(ms, signal) {
		if (signal?.aborted) throw new StoppedError();
		// n8n-workflow before 2.34 ignores the signal; there the race ends the pause and the timer runs out unseen.
		const pause = sleep(ms, signal).then(
			() => 'over' as const,
			() => 'stopped' as const,
		);
		if ((await Promise.race([pause, stopOf(signal)])) === 'stopped') throw new StoppedError();
	},
};

async function stopOf(signal?: AbortSignal): Promise<'stopped'> {
	return await new Promise((resolve) => {
		signal?.addEventListener('abort', () => resolve('stopped'), { once: true });
	});
}
